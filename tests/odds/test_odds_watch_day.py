"""Watches over a sample race day by a clock that the test turns: two schedulers, runs that die, a webhook that is down.

What has fired is compared with a plain count over the history that the day leaves.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from odds_day import DAY, RaceDay, Wall, no_pause, race_day, rounds_of
from starlette.testclient import TestClient

from graphql_api.errors import StoreUnavailable
from graphql_api.execution.context import Context
from graphql_api.jobs.service import JobQueue, Submitted
from graphql_api.notifications.event import Event
from graphql_api.notifications.service import Notifications
from graphql_api.odds.updates import OddsUpdates
from graphql_api.odds.watches.rounds import WatchRounds
from graphql_api.races.lookup import races_on
from graphql_api.races.model import Race
from webhook_server import Receiver, receiving

SETTINGS = {
    "ODDS_WEBHOOKS": "true",
    "ODDS_WATCHES": "1000",
    "NOTIFICATIONS_SECRET": "a-secret-of-the-operator",
    "NOTIFICATIONS_LOOPBACK": "true",
}
RACES = tuple(f"20250628_05_{number:02}" for number in (8, 9, 10, 11))
"""Races of the afternoon: the last one starts at 15:30, or later."""

MINUTES = 4 * 60
"""From 12:05 on."""

WATCH = """
mutation ($race: ID!, $alerts: [OddsAlertInput!]!, $url: String) {
  watchOdds(raceId: $race, alerts: $alerts, webhookUrl: $url) { watch { id createdAt } }
}
"""
READ = """
query ($id: ID!) {
  oddsWatch(id: $id) { status firings { id crossing asOf odds delivery alert { horseNumber kind } } }
}
"""

Fired = tuple[int, str, str, float]
"""A firing: number of the horse, kind, time and odds."""


class Dying(Notifications):
    """Notifications of a process that dies before anything is queued."""

    async def notify(self, url: str, event: Event, owner: str) -> Submitted:
        """Die, as far as the watch can see."""
        raise StoreUnavailable("Killed by order of the test.")


class Day:
    """The day, as two processes work on it."""

    def __init__(self, day: RaceDay) -> None:
        """Make the processes: their clocks differ by 20 seconds."""
        services = day.services
        self.day, self.ahead = day, Wall(day.wall.now.hour, day.wall.now.minute)
        self.ahead.turn(seconds=20)
        self.updates = [
            OddsUpdates(day.source, day.store, 14 * 86_400, now=wall, pause=no_pause) for wall in (day.wall, self.ahead)
        ]
        self.rounds = [rounds_of(services, wall) for wall in (day.wall, self.ahead)]
        usual = services.get(Notifications)
        dying = Dying(services.get(JobQueue), usual.settings, usual._secret)
        self.dying = WatchRounds(day.store, dying, day.wall)
        self.stored = 0

    async def races(self, _day: Any) -> Sequence[Race]:
        """List the races that are watched."""
        found = await races_on(Context(self.day.services, settings=self.day.settings), DAY)
        return [race for race in found if race.ids.bridge in RACES]

    def minute(self, number: int) -> None:
        """Let both processes run, one of which dies now and then, after it has stored, or after it has fired."""

        async def run(place: int) -> None:
            outcome = await self.updates[place].run(self.races, 60)
            self.stored += len(outcome.boards)
            if number % 7 == 3:
                return
            rounds = self.dying if number % 11 == 5 else self.rounds[place]
            await rounds.run(outcome.boards)

        async def both() -> None:
            await asyncio.gather(run(0), run(1))

        asyncio.run(both())
        self.day.wall.turn(minutes=1)
        self.ahead.turn(minutes=1)

    def work(self) -> None:
        """Do what the queue holds."""
        self.day.work()

    def close(self) -> None:
        """End both."""
        for each in (*self.updates, *self.rounds, self.dying):
            each.close()


def alerts_of(odds: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return alerts near the present odds, of the three kinds, on the four horses with the lowest ones."""
    lowest = sorted(odds, key=lambda number: odds[number])[:4]
    made: list[dict[str, Any]] = []
    for number in lowest:
        made.append({"kind": "BELOW", "horseNumber": int(number), "threshold": round(0.92 * odds[number], 1)})
        made.append({"kind": "ABOVE", "horseNumber": int(number), "threshold": round(1.08 * odds[number], 1)})
    made.append({"kind": "PERCENT", "horseNumber": int(lowest[0]), "threshold": 10, "minutes": 30})
    made.append({"kind": "PERCENT", "horseNumber": int(lowest[1]), "threshold": -10, "minutes": 10})
    return made


def plain_count(alert: Mapping[str, Any], history: Sequence[Mapping[str, Any]], created: datetime) -> Iterator[Fired]:
    """Tell the crossings of an alert in a history, by its definition written anew."""
    number, kind, threshold = alert["horseNumber"], alert["kind"], round(alert["threshold"] * 10)
    on_sale = [(datetime.fromisoformat(each["as_of"]), each) for each in history if each["status"] == "OPEN"]
    path = [(at, round(each["win"][str(number)] * 10)) for at, each in on_sale if each["win"][str(number)]]
    armed = True
    for at, odds in path:
        if kind == "PERCENT":
            span = alert["minutes"] * 60
            recent = [each for then, each in path if then <= at and (at - then).total_seconds() <= span]
            base = min(recent) if threshold > 0 else max(recent)
            moved = (odds - base if threshold > 0 else base - odds) * 1000
            holds, back = moved >= abs(threshold) * base, 2 * moved < abs(threshold) * base
        elif kind == "BELOW":
            holds, back = odds <= threshold, odds * 100 >= threshold * 105
        else:
            holds, back = odds >= threshold, odds * 100 <= threshold * 95
        if at <= created:
            continue
        if armed and holds:
            armed = False
            yield number, kind, at.isoformat(), odds / 10
        elif not armed and back:
            armed = True


def read(client: TestClient, query: str, **variables: Any) -> dict[str, Any]:
    """Send an operation, and return its data."""
    data: dict[str, Any] = client.post("/graphql", json={"query": query, "variables": variables}).json()["data"]
    return data


def test_a_race_day_with_watches_at_600_times_its_speed(tmp_path: Path) -> None:
    """Each alert has fired once per crossing of the complete history, and was told once by its id."""
    made = race_day(tmp_path, Wall(12, 0), **SETTINGS)
    day = Day(made)
    with made.client() as client, receiving() as receiver:
        day.minute(0)
        watches = {}
        for race in RACES:
            odds = client.get(f"/races/{race}/odds?types=win").json()["win"]
            alerts = alerts_of({number: each for number, each in odds.items() if each})
            created = read(client, WATCH, race=race, alerts=alerts, url=receiver.url)["watchOdds"]["watch"]
            watches[race] = alerts, created
        for minute in range(1, MINUTES):
            receiver.answers.clear()
            if minute < 40:  # it is down: three attempts come to nothing unless they are made later
                receiver.answers.extend([503])
            day.minute(minute)
            day.work()
        day.close()
        told = Counter(headers["webhook-id"] for _, headers, _ in receiver.received)
        expected = set()
        for race, (alerts, created) in watches.items():
            found = read(client, READ, id=created["id"])["oddsWatch"]
            history = client.get(f"/races/{race}/odds-history").json()["history"]
            _check(found, alerts, created, history)
            expected |= {each["id"] for each in found["firings"]}
        assert set(told) == expected
        assert len(expected) > 10, "or the day shows little"
        _check_bodies(receiver)


def _check(found: Any, alerts: Any, created: Any, history: Any) -> None:
    """Compare with the plain count; all is delivered, also what came while the webhook was down."""
    begun = datetime.fromisoformat(created["createdAt"])
    plain = [fired for alert in alerts for fired in plain_count(alert, history, begun)]
    fired = [(f["alert"]["horseNumber"], f["alert"]["kind"], f["asOf"], f["odds"]) for f in found["firings"]]
    assert sorted(fired) == sorted(plain)
    assert found["status"] == "ENDED"
    assert {each["delivery"] for each in found["firings"]} <= {"DELIVERED"}
    numbers = [(f["alert"]["horseNumber"], f["alert"]["kind"], f["crossing"]) for f in found["firings"]]
    assert len(set(numbers)) == len(numbers)


def _check_bodies(receiver: Receiver) -> None:
    """Require one body for each id, however often it came."""
    bodies: dict[str, set[bytes]] = {}
    for _, headers, body in receiver.received:
        bodies.setdefault(headers["webhook-id"], set()).add(body)
    assert all(len(each) == 1 for each in bodies.values())
    assert all(json.loads(body)["id"] == name for name, (body,) in bodies.items())

"""Watches of odds through GraphQL: created within bounds, fired once per crossing by the job, and sent to webhooks."""

import asyncio
import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from odds_day import RaceDay, Wall, race_day, rounds_of
from starlette.testclient import TestClient

from graphql_api.errors import StoreUnavailable
from graphql_api.jobs.service import JobQueue, Submitted
from graphql_api.notifications.event import Event
from graphql_api.notifications.service import Notifications
from graphql_api.odds.model import Board, Line, OddsStatus
from graphql_api.odds.updates import OddsUpdates
from graphql_api.odds.watches.rounds import WatchRounds
from graphql_api.odds.watches.service import COUNT, MAX_WATCHES
from graphql_api.odds.watches.stored import count_key
from graphql_api.races.model import Race
from graphql_api.slips.tickets.types import BetType
from graphql_api.store.protocol import ItemStore, Key, Page
from graphql_api.store.sqlite import SqliteStore
from webhook_server import receiving

if TYPE_CHECKING:
    from store_servers import Make

pytest_plugins = ("store_servers",)

RACE = "20250628_05_11"
SECRET = "a-secret-of-the-operator"
WEBHOOKS = {"ODDS_WEBHOOKS": "true", "NOTIFICATIONS_SECRET": SECRET, "NOTIFICATIONS_LOOPBACK": "true"}

WATCH = """
mutation ($race: ID!, $alerts: [OddsAlertInput!]!, $url: String, $request: ID) {
  watchOdds(raceId: $race, alerts: $alerts, webhookUrl: $url, clientRequestId: $request) {
    webhookSecret watch { id version status bridgeId webhookUrl expiresAt alerts { kind type threshold minutes } }
  }
}
"""
READ = """
query ($id: ID!) {
  oddsWatch(id: $id) {
    version status alerts { armed fired }
    firings { id crossing asOf firedAt oddsBefore odds delivery alert { kind } }
  }
}
"""
UNWATCH = "mutation ($id: ID!, $version: Int) { unwatchOdds(id: $id, expectedVersion: $version) }"


@dataclass
class Market:
    """A provider that tells of one race what a test says."""

    wall: Wall
    win: list[int] = field(default_factory=lambda: [50, 60, 70])
    status: OddsStatus = OddsStatus.OPEN
    as_of: datetime | None = None

    def board(self, race: Race) -> Board | None:
        """Tell the odds of this moment; those for a place are half of them."""
        if race.ids.bridge != RACE:
            return None
        win, now = Line(tuple(self.win)), self.wall()
        place = Line(tuple(each // 2 for each in self.win), tuple(self.win))
        return Board(
            race_id=RACE,
            runners=len(self.win),
            status=self.status,
            as_of=self.as_of or now,
            fetched_at=now,
            lines={BetType.WIN: win, BetType.PLACE: place},
        )

    def close(self) -> None:
        """Do nothing."""


@dataclass
class Trading:
    """A race day in its last half hour, whose odds a test sets."""

    day: RaceDay
    market: Market
    client: TestClient

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Send an operation."""
        answer: dict[str, Any] = self.client.post("/graphql", json={"query": query, "variables": variables}).json()
        return answer

    def watch(self, *alerts: Mapping[str, Any], **variables: Any) -> dict[str, Any]:
        """Create a watch."""
        payload: dict[str, Any] = self.ask(WATCH, race=RACE, alerts=alerts, **variables)["data"]["watchOdds"]
        return payload

    def read(self, watch_id: str) -> dict[str, Any]:
        """Read a watch."""
        found: dict[str, Any] = self.ask(READ, id=watch_id)["data"]["oddsWatch"]
        return found

    def code(self, query: str, **variables: Any) -> str:
        """Send an operation that fails, and return the code of its error."""
        code: str = self.ask(query, **variables)["errors"][0]["extensions"]["code"]
        return code

    def trade(self, *odds: int) -> None:
        """Let the first horse have these odds to win, one each minute, and update."""
        for each in odds:
            self.day.wall.turn(minutes=1)
            self.market.win[0] = each
            self.day.update()

    def work(self) -> None:
        """Do what the queue holds."""
        self.day.work()


@contextmanager
def trading(
    tmp_path: Path, store: ItemStore | None = None, wall: Wall | None = None, **environ: str
) -> Iterator[Trading]:
    """Begin half an hour before the race."""
    wall = wall or Wall(15, 0)
    day = race_day(tmp_path, wall, store, **environ)
    market = Market(wall)
    day.services._made[OddsUpdates] = day.updates(market)
    with day.client() as client:
        yield Trading(day, market, client)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Trading]:
    """Trade without webhooks."""
    with trading(tmp_path) as made:
        yield made


def below(threshold: float = 4.0, **more: Any) -> dict[str, Any]:
    """Return an alert on the first horse."""
    return {"kind": "BELOW", "horseNumber": 1, "threshold": threshold, **more}


def test_alerts_fire_once_per_crossing(here: Trading) -> None:
    """By their kinds; what has fired is told with the odds before and their time."""
    alerts = [
        below(),
        {"kind": "ABOVE", "horseNumber": 1, "threshold": 3.0, "type": "PLACE"},
        {"kind": "PERCENT", "horseNumber": 1, "threshold": -20, "minutes": 10},
        below(horseNumber=2),
    ]
    made = here.watch(*alerts)
    watch_id = made["watch"]["id"]
    assert made["webhookSecret"] is None
    assert made["watch"]["expiresAt"].startswith("2025-06-30T00:00:00")
    assert [each["minutes"] for each in made["watch"]["alerts"]] == [None, None, 10, None]
    here.trade(50, 45, 40, 39, 38, 41, 60, 61, 40)
    found = here.read(watch_id)
    told = [(each["alert"]["kind"], each["crossing"], each["oddsBefore"], each["odds"]) for each in found["firings"]]
    assert told == [
        ("BELOW", 1, 4.5, 4.0),
        ("PERCENT", 1, 5.0, 4.0),
        ("ABOVE", 1, 2.0, 3.0),
        ("BELOW", 2, 6.1, 4.0),
        ("PERCENT", 2, 6.1, 4.0),
    ]
    assert found["alerts"] == [
        {"armed": False, "fired": 2},
        {"armed": True, "fired": 1},
        {"armed": False, "fired": 2},
        {"armed": True, "fired": 0},
    ]
    assert found["firings"][0]["asOf"] == "2025-06-28T15:03:00+09:00"
    assert {each["delivery"] for each in found["firings"]} == {None}
    assert len({each["id"] for each in found["firings"]}) == 5


def test_what_never_fires(here: Trading) -> None:
    """Odds that are no longer on sale, none at all, an older time than held, and what nobody looked at in time."""
    watch_id = here.watch(below())["watch"]["id"]
    here.trade(0)
    here.market.as_of = here.day.wall().replace(minute=0)
    here.trade(30)
    here.market.as_of = None
    here.market.status = OddsStatus.CLOSED
    here.trade(30)
    here.market.status = OddsStatus.FINAL
    here.trade(30)
    found = here.read(watch_id)
    assert (found["firings"], found["status"]) == ([], "ENDED")


def test_odds_of_before_the_watch_do_not_fire_and_late_ones_neither(here: Trading) -> None:
    """An alert is about odds that can still be taken."""
    here.trade(30, 50)
    watch_id = here.watch(below())["watch"]["id"]
    here.trade(50)
    rounds = here.day.services._made.pop(WatchRounds)
    here.day.services._made[WatchRounds] = Dead()
    here.trade(30, 50)
    here.day.services._made[WatchRounds] = rounds
    here.day.wall.turn(minutes=10)
    here.trade(50)
    assert here.read(watch_id)["firings"] == []


class Dead:
    """Rounds of a process that dies before it looks at watches."""

    async def run(self, _boards: Sequence[Board]) -> None:
        """Die, as far as the caller sees."""
        raise TimeoutError


def test_a_run_that_dies_before_it_fires_is_made_up_for(here: Trading) -> None:
    """The next one looks at the whole history since: the crossing is found though the odds are back."""
    watch_id = here.watch(below())["watch"]["id"]
    rounds = here.day.services._made[WatchRounds]
    here.day.services._made[WatchRounds] = Dead()
    here.trade(50, 30, 50)
    assert here.read(watch_id)["firings"] == []
    here.day.services._made[WatchRounds] = rounds
    here.trade(51)
    (firing,) = here.read(watch_id)["firings"]
    assert (firing["odds"], firing["asOf"], firing["firedAt"]) == (
        3.0,
        "2025-06-28T15:02:00+09:00",
        "2025-06-28T15:04:00+09:00",
    )


def test_a_clock_that_is_ahead_delays_no_alert(here: Trading) -> None:
    """What it has stored and fired remains; from the second update on the alert follows the clock of the others."""
    watch_id = here.watch(below())["watch"]["id"]
    here.day.wall.turn(minutes=15)
    here.trade(50, 30)
    here.day.wall.turn(minutes=-15)
    here.trade(50, 51, 30)
    found = here.read(watch_id)
    assert [each["asOf"][11:16] for each in found["firings"]] == ["15:17", "15:05"]
    here.trade(50, 30)
    assert len(here.read(watch_id)["firings"]) == 3


def test_the_same_request_creates_one_watch(here: Trading) -> None:
    """With its id of a client; another request cannot have that id."""
    request = str(uuid.uuid4())
    first = here.watch(below(), request=request)
    assert here.watch(below(), request=request) == first
    assert here.code(WATCH, race=RACE, alerts=[below(3.9)], request=request) == "BAD_USER_INPUT"
    assert here.code(WATCH, race=RACE, alerts=[below()], request="mine") == "BAD_USER_INPUT"
    assert here.watch(below())["watch"]["id"] != first["watch"]["id"]


@pytest.mark.parametrize(
    "alert",
    [
        below(0.9),
        below(10_000),
        below(1.7e308),
        below(-1.7e308),
        below(horseNumber=19),
        below(type="TRIO"),
        below(minutes=5),
        {"kind": "PERCENT", "horseNumber": 1, "threshold": -20},
        {"kind": "PERCENT", "horseNumber": 1, "threshold": -20, "minutes": 61},
        {"kind": "PERCENT", "horseNumber": 1, "threshold": 0, "minutes": 5},
        {"kind": "PERCENT", "horseNumber": 1, "threshold": -100, "minutes": 5},
        {"kind": "PERCENT", "horseNumber": 1, "threshold": 1.7e308, "minutes": 5},
    ],
)
def test_alerts_that_cannot_be(here: Trading, alert: Mapping[str, Any]) -> None:
    """Each is refused, and no watch is made."""
    assert here.code(WATCH, race=RACE, alerts=[alert]) == "BAD_USER_INPUT"


def test_races_that_cannot_be_watched(here: Trading) -> None:
    """None without alerts or with too many, unknown ones, those that are over, and those far ahead."""
    assert here.code(WATCH, race=RACE, alerts=[]) == "BAD_USER_INPUT"
    assert here.code(WATCH, race=RACE, alerts=[below()] * 11) == "BAD_USER_INPUT"
    assert here.code(WATCH, race="20250628_99_11", alerts=[below()]) == "BAD_USER_INPUT"
    assert here.code(WATCH, race="20250627_05_11", alerts=[below()]) == "NOT_FOUND"
    assert here.code(WATCH, race="20250628_05_01", alerts=[below()]) == "BAD_USER_INPUT"
    assert here.code(WATCH, race=RACE, alerts=[below()], url="https://hooks.example/") == "BAD_USER_INPUT"


@pytest.mark.parametrize("environ", [{"ODDS_UPDATES": "false"}, {"ODDS_WATCHES": "0"}])
def test_watches_can_be_off(tmp_path: Path, environ: Mapping[str, str]) -> None:
    """Where odds are not updated, or by the setting."""
    with trading(tmp_path, **environ) as off:
        assert off.code(WATCH, race=RACE, alerts=[below()]) == "BAD_USER_INPUT"


def test_watches_are_limited_by_client_and_day_and_by_race(tmp_path: Path) -> None:
    """A repeated request does not count, a deleted watch makes room on its race; the next day begins anew."""
    with trading(tmp_path, ODDS_WATCHES="3") as here:
        request = str(uuid.uuid4())
        for _ in range(5):
            made = here.watch(below(), request=request)
        key = count_key(RACE)
        here.day.store.add(key, {COUNT: MAX_WATCHES - 1})
        assert here.code(WATCH, race=RACE, alerts=[below()]) == "RATE_LIMITED"
        assert here.ask(UNWATCH, id=made["watch"]["id"])["data"] == {"unwatchOdds": True}
        here.watch(below())
        answer = here.ask(WATCH, race=RACE, alerts=[below()])["errors"][0]
        assert answer["extensions"]["code"] == "RATE_LIMITED"
        assert "per day" in answer["message"]
        assert here.day.store.get(key).numbers == {COUNT: MAX_WATCHES}  # type: ignore[union-attr]


def test_callers_without_a_key_are_limited_by_address(tmp_path: Path) -> None:
    """One uses up its own limit; so do all in its network of IPv6, and all whose address is not known."""
    with trading(tmp_path, ODDS_WATCHES="2") as here:

        def watch(address: str) -> str:
            client = TestClient(here.client.app, client=(address, 1))
            answer = client.post("/graphql", json={"query": WATCH, "variables": {"race": RACE, "alerts": [below()]}})
            errors = answer.json().get("errors")
            return str(errors[0]["extensions"]["code"]) if errors else ""

        for addresses in (
            ("203.0.113.5", "203.0.113.5", "::ffff:203.0.113.5"),
            ("2001:db8:1:1::1", "2001:db8:1:1::2", "2001:db8:1:1:ffff::"),
            ("nowhere", "", "1.2.3.4, 203.0.113.6"),
        ):
            assert [watch(address) for address in addresses] == ["", "", "RATE_LIMITED"]
        assert watch("203.0.113.6") == watch("2001:db8:1:2::1") == ""


def test_callers_behind_cloudfront_are_limited_by_their_own_address(tmp_path: Path) -> None:
    """As access counts them: by what CloudFront tells with the secret; what others tell is not believed."""
    environ = {"ACCESS": "optional", "ACCESS_ORIGIN_SECRET": "right", "RATE_ANONYMOUS": "100"}
    with trading(tmp_path, ODDS_WATCHES="1", **environ) as here:
        edge = TestClient(here.client.app, client=("192.0.2.1", 1))

        def watch(viewer: str, secret: str = "right") -> str:
            headers = {"X-Origin-Secret": secret, "CloudFront-Viewer-Address": f"{viewer}:443"}
            asked = {"query": WATCH, "variables": {"race": RACE, "alerts": [below()]}}
            errors = edge.post("/graphql", json=asked, headers=headers).json().get("errors")
            return str(errors[0]["extensions"]["code"]) if errors else ""

        assert [watch("203.0.113.5"), watch("203.0.113.5"), watch("203.0.113.6")] == ["", "RATE_LIMITED", ""]
        assert [watch("2001:db8:1:1::1"), watch("2001:db8:1:1::2")] == ["", "RATE_LIMITED"]
        assert [watch("203.0.113.7", "wrong"), watch("203.0.113.8", "wrong")] == ["", "RATE_LIMITED"]


def test_a_watch_is_read_by_who_knows_it_and_by_nobody_else(here: Trading, tmp_path: Path) -> None:
    """Its answers are private; the store holds no id; a deleted one is not there, and fires no more."""
    watch_id = here.watch(below())["watch"]["id"]
    answer = here.client.post("/graphql", json={"query": READ, "variables": {"id": watch_id}})
    assert "no-store" in answer.headers["cache-control"]
    assert all(watch_id.encode() not in path.read_bytes() for path in tmp_path.glob("odds.sqlite3*"))
    here.trade(30)
    assert here.code(UNWATCH, id=watch_id, version=1) == "CONFLICT"
    version = here.read(watch_id)["version"]
    assert here.ask(UNWATCH, id=watch_id, version=version)["data"] == {"unwatchOdds": True}
    assert here.code(UNWATCH, id=watch_id) == "NOT_FOUND"
    assert here.read(watch_id) is None
    assert here.ask(READ, id="cap_unknown")["data"] == {"oddsWatch": None}
    here.trade(50, 30)
    assert here.day.store.query(f"ODDS_WATCHES#{RACE}", "WATCH#").items == ()


def test_a_watch_ends_after_its_last_firing(here: Trading) -> None:
    """So that nobody is flooded."""
    watch_id = here.watch(*[below()] * 10)["watch"]["id"]
    here.trade(30, 50, 30, 50, 30)
    found = here.read(watch_id)
    assert (len(found["firings"]), found["status"]) == (20, "EXHAUSTED")


def test_watches_are_kept_by_each_store(make_store: "Make", tmp_path: Path) -> None:
    """Created once, fired, read, and deleted under a condition."""
    wall = Wall(15, 0)
    with trading(tmp_path, make_store(wall.seconds), wall) as here:
        request = str(uuid.uuid4())
        watch_id = here.watch(below(), request=request)["watch"]["id"]
        assert here.watch(below(), request=request)["watch"]["id"] == watch_id
        here.trade(50, 39, 50, 39)
        found = here.read(watch_id)
        assert [each["oddsBefore"] for each in found["firings"]] == [5.0, 5.0]
        assert here.code(UNWATCH, id=watch_id, version=1) == "CONFLICT"
        assert here.ask(UNWATCH, id=watch_id, version=found["version"])["data"] == {"unwatchOdds": True}
        assert here.read(watch_id) is None
        counted = here.day.store.get(count_key(RACE))
        assert counted is not None
        assert counted.numbers == {COUNT: 0}


class Counted(SqliteStore):
    """A store that notes its calls that name watches."""

    calls: list[str]

    def query(self, pk: str, prefix: str = "", after: str | None = None, limit: int = 100) -> Page:
        """Note a query."""
        self.calls.append(pk)
        return super().query(pk, prefix, after, limit)

    def get(self, key: Key) -> Any:
        """Note a read."""
        self.calls.append(key.pk)
        return super().get(key)


def test_a_race_without_watches_costs_one_read(tmp_path: Path) -> None:
    """At each of its updates."""
    wall = Wall(15, 0)
    store = Counted(tmp_path / "odds.sqlite3", wall.seconds)
    store.calls = []
    with trading(tmp_path, store, wall) as here:
        here.trade(30)
        store.calls.clear()
        here.trade(31)
        assert [pk for pk in store.calls if "WATCH" in pk] == [f"ODDS_WATCHES#{RACE}"]
        assert f"ODDS#{RACE}" in store.calls


def is_genuine(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Check a signature as docs/notifications.md shows it."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(expected, headers["webhook-signature"])


def test_a_webhook_is_told_with_a_signature(tmp_path: Path) -> None:
    """It was down at first: what comes again has the same id and body; each watch has a secret of its own."""
    with trading(tmp_path, **WEBHOOKS) as here, receiving() as receiver:
        request = str(uuid.uuid4())
        made = here.watch(below(), url=receiver.url, request=request)
        other = here.watch(below(1.0), url=receiver.url)
        assert made["watch"]["webhookUrl"] == receiver.url
        assert here.watch(below(), url=receiver.url, request=request) == made, "whose first answer was lost"
        assert made["webhookSecret"] != other["webhookSecret"]
        receiver.answers.extend([503, ""])
        here.trade(50, 39, 38)
        watch_id = made["watch"]["id"]
        assert [each["delivery"] for each in here.read(watch_id)["firings"]] == ["QUEUED"]
        here.work()
        (firing,) = here.read(watch_id)["firings"]
        assert firing["delivery"] == "DELIVERED"
        assert len(receiver.received) == 3
        for _, headers, body in receiver.received:
            assert headers["webhook-id"] == firing["id"]
            assert is_genuine(made["webhookSecret"], headers, body)
            assert not is_genuine(other["webhookSecret"], headers, body)
        ((_, _, first), *again) = receiver.received
        assert {body for _, _, body in again} == {first}
        assert watch_id.encode() not in first
        assert json.loads(first) == {
            "id": firing["id"],
            "type": "odds.below",
            "timestamp": "2025-06-28T06:02:00+00:00",
            "data": {
                "race_id": RACE,
                "horse_number": 1,
                "type": "WIN",
                "threshold": 4.0,
                "minutes": None,
                "alert": 0,
                "crossing": 1,
                "as_of": "2025-06-28T15:02:00+09:00",
                "odds_before": 5.0,
                "odds": 3.9,
            },
        }
        receiver.answers.extend([400, 410])
        for _ in range(3):
            here.trade(50, 39)
            here.work()
        found = here.read(watch_id)
        assert [each["delivery"] for each in found["firings"]] == ["DELIVERED", "FAILED", "FAILED"]
        assert found["status"] == "GONE", "and the third crossing fires nothing"
        assert len(receiver.received) == 5


def test_webhooks_are_sent_to_public_hosts_only(tmp_path: Path) -> None:
    """Not to this machine, unless the setting for development allows it; and nowhere without a secret to sign with."""
    with trading(tmp_path, **{**WEBHOOKS, "NOTIFICATIONS_LOOPBACK": "false"}) as here:
        for url in ("http://127.0.0.1:1/", "https://127.0.0.1/", "https://u:p@hooks.example/", "https://10.0.0.1/"):
            assert here.code(WATCH, race=RACE, alerts=[below()], url=url) == "BAD_USER_INPUT"
    with trading(tmp_path, ODDS_WEBHOOKS="true") as here:
        assert here.code(WATCH, race=RACE, alerts=[below()], url="https://8.8.8.8/") == "BAD_USER_INPUT"


class Unavailable(Notifications):
    """Notifications whose queue is not available."""

    async def notify(self, url: str, event: Event, owner: str) -> Submitted:
        """Refuse."""
        raise StoreUnavailable("Away by order of the test.")


def test_a_run_that_dies_before_it_sends_is_made_up_for(tmp_path: Path) -> None:
    """The firing is written by then, and sent by the next run; two that run at once send it once."""
    with trading(tmp_path, **WEBHOOKS) as here, receiving() as receiver:
        services, wall = here.day.services, here.day.wall
        watch_id = here.watch(below(), url=receiver.url)["watch"]["id"]
        usual = services.get(Notifications)
        broken = Unavailable(services.get(JobQueue), usual.settings, usual._secret)
        services._made[WatchRounds] = WatchRounds(here.day.store, broken, wall)
        here.trade(39)
        here.day.wall.turn(minutes=1)
        told = here.day.update().told
        assert (told["alerts"], told["unwatched"]) == (0, 1)
        assert [each["delivery"] for each in here.read(watch_id)["firings"]] == ["QUEUED"]
        here.work()
        assert receiver.received == []
        rounds = [rounds_of(services, wall) for _ in range(3)]

        async def at_once() -> int:
            told = await asyncio.gather(*(each.run([board_of(here)]) for each in rounds))
            return sum(each.fired for each in told)

        assert asyncio.run(at_once()) == 0
        here.work()
        assert len(receiver.received) == 1
        services._made[WatchRounds] = Dead()
        here.trade(50, 39)
        assert asyncio.run(at_once()) == 1, "by one of the three"
        here.work()
        assert len(receiver.received) == 2
        assert len({headers["webhook-id"] for _, headers, _ in receiver.received}) == 2
        for each in rounds:
            each.close()


def board_of(here: Trading) -> Board:
    """Return the board of this moment."""
    return Board(
        race_id=RACE,
        runners=3,
        status=OddsStatus.OPEN,
        as_of=here.day.wall(),
        fetched_at=here.day.wall(),
        lines={BetType.WIN: Line((1, 2, 3))},
    )

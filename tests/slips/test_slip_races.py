"""What slips tell of races: warnings, estimates, and settlements."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from graphql_api.jockeys.vocabulary import FinishStatus
from graphql_api.races.model import Race, RaceProvider, RaceSource, RaceStatus, Runner
from graphql_api.store.sqlite import SqliteStore
from graphql_client import codes, data, run
from slips.slip_app import ADD, NOON, POST_TIME, RACE_ID, Clock, ToldRaces, app_over, coming, finished, win

TOLD = """query Told($id: ID!) { slip(id: $id) { items {
  warnings { code message } estimatedReturn { min max asOf isEstimate } settlement { won refund yen reason }
} } }"""

BOX = {"type": "TRIO", "method": "BOX", "numbers": [1, 2, 3, 4], "unitStake": 100}
QUINELLA = {"type": "QUINELLA", "numbers": [3, 5], "unitStake": 200}


class World:
    """A client, and the races and the time that a test may change behind a slip."""

    def __init__(self, client: TestClient, clock: Clock, races: ToldRaces) -> None:
        """Hold what belongs together."""
        self.client = client
        self.clock = clock
        self.races = races

    def told(self, race: Race | None, ticket: dict[str, Any], before: Race | None = None) -> Any:
        """Put a ticket on a slip as long as ``before`` is known of the race, then read what is told of it."""
        self.races.races = {} if before is None else {RACE_ID: before}
        slip = data(self.client, ADD, race=RACE_ID, ticket=ticket)["addToSlip"]["slip"]["id"]
        self.races.races = {} if race is None else {RACE_ID: race}
        return data(self.client, TOLD, id=slip)["slip"]["items"][0]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Give a world with an empty store."""
    clock, races = Clock(), ToldRaces({})
    with TestClient(app_over(SqliteStore(tmp_path / "store.sqlite3", clock), clock, races)) as client:
        yield World(client, clock, races)


def warned(told: Any) -> list[str]:
    """Give the codes of an item's warnings."""
    return [each["code"] for each in told["warnings"]]


def test_a_race_that_is_to_come_has_no_warnings(world: World) -> None:
    """And is not settled."""
    told = world.told(coming(), BOX)
    assert told["warnings"] == []
    assert told["settlement"] == {"won": None, "refund": None, "yen": None, "reason": "NOT_RUN"}


def test_a_race_that_nobody_knows(world: World) -> None:
    """Nothing could be checked, and nothing is estimated or settled."""
    told = world.told(None, win())
    assert warned(told) == ["RACE_UNKNOWN"]
    assert told["estimatedReturn"] is None
    assert told["settlement"]["reason"] == "RACE_UNKNOWN"


@pytest.mark.parametrize(
    "race",
    [
        coming(betting_deadline=NOON),
        coming(post_time=NOON - timedelta(minutes=1)),
        coming(status=RaceStatus.UNKNOWN),
        finished({7: 1}),
    ],
)
def test_a_closed_race(world: World, race: Race) -> None:
    """By its deadline, else by its post time, or because it is over."""
    assert warned(world.told(race, win())) == ["RACE_CLOSED"]


def test_a_type_that_is_not_sold(world: World) -> None:
    """There are places from five runners on."""
    place = {"type": "PLACE", "numbers": [1], "unitStake": 100}
    assert warned(world.told(coming(4), place)) == ["NOT_SOLD"]
    assert warned(world.told(coming(5), place)) == []


def test_a_scratched_horse(world: World) -> None:
    """The combinations that hold it are counted; its odds are no part of an estimate."""
    runners = tuple(
        Runner(horse_number=each.horse_number, finish_status=FinishStatus.SCRATCHED) if each.horse_number == 3 else each
        for each in coming().runners
    )
    told = world.told(coming(runners=runners), BOX)
    assert warned(told) == ["HORSE_SCRATCHED"]
    assert told["warnings"][0]["message"].startswith("3 of 4 combinations")
    assert warned(world.told(coming(runners=runners), win(7))) == []
    both = {"type": "WIN", "method": "FORMATION", "legs": [[3, 4]], "unitStake": 100}
    assert world.told(coming(runners=runners), both)["estimatedReturn"]["max"] == 550


def test_stale_odds(world: World) -> None:
    """Older than ten minutes, or from a source that fails."""
    old = RaceSource(RaceProvider.MOCK, NOON - timedelta(minutes=11))
    failing = RaceSource(RaceProvider.MOCK, NOON, is_stale=True)
    for source in (old, failing):
        assert warned(world.told(coming(sources=(source,)), win())) == ["ODDS_STALE"]
    without = tuple(Runner(horse_number=number) for number in range(1, 17))
    assert warned(world.told(coming(runners=without, sources=(old,)), win())) == []


def test_an_estimate_by_win_odds(world: World) -> None:
    """The least and the most that one winner returns; of other types there are no odds."""
    several = {"type": "WIN", "method": "FORMATION", "legs": [[2, 7]], "unitStake": 300}
    estimated = world.told(coming(), several)["estimatedReturn"]
    assert estimated == {"min": 1050, "max": 2550, "asOf": NOON.isoformat(), "isEstimate": True}
    assert world.told(coming(), QUINELLA)["estimatedReturn"] is None
    some = tuple(Runner(horse_number=number, win_odds=2.0 if number == 2 else None) for number in range(1, 17))
    assert world.told(coming(runners=some), several)["estimatedReturn"] is None


def test_a_won_win_ticket_pays_by_the_final_odds(world: World) -> None:
    """100 yen times the odds: 8.5 for horse 7."""
    several = {"type": "WIN", "method": "FORMATION", "legs": [[2, 7]], "unitStake": 300}
    settled = world.told(finished({7: 1, 2: 2}), several)["settlement"]
    assert settled == {"won": [[7]], "refund": 0, "yen": 2550, "reason": None}
    assert world.told(finished({7: 1}), win(2))["settlement"] == {"won": [], "refund": 0, "yen": 0, "reason": None}


def test_what_other_types_pay_is_not_known(world: World) -> None:
    """But what won is."""
    settled = world.told(finished({3: 1, 5: 2, 1: 3}), QUINELLA)["settlement"]
    assert settled == {"won": [[3, 5]], "refund": 0, "yen": None, "reason": "PAYOUT_UNKNOWN"}


def test_refunds(world: World) -> None:
    """Three of the four combinations hold the scratched horse."""
    settled = world.told(finished({1: 1, 2: 2, 4: 3}, scratched=(3,)), BOX)["settlement"]
    assert settled == {"won": [[1, 2, 4]], "refund": 300, "yen": None, "reason": "PAYOUT_UNKNOWN"}


def test_an_abandoned_race_is_refunded(world: World) -> None:
    """All of it."""
    settled = world.told(coming(status=RaceStatus.ABANDONED), BOX)["settlement"]
    assert settled == {"won": [], "refund": 400, "yen": 0, "reason": None}


def test_a_dead_heat(world: World) -> None:
    """Both win; the odds do not tell what such a ticket pays."""
    race = finished({7: 1, 8: 1})
    settled = world.told(race, win(7))["settlement"]
    assert settled == {"won": [[7]], "refund": 0, "yen": None, "reason": "PAYOUT_UNKNOWN"}


def without(race: Race, *horses: int) -> tuple[Runner, ...]:
    """Forget some runners of a race, as if no file of their riders were held."""
    return tuple(
        Runner(horse_number=each.horse_number, is_known=False) if each.horse_number in horses else each
        for each in race.runners
    )


@pytest.mark.parametrize(
    ("ticket", "unknown", "won"),
    [
        (QUINELLA, (1,), [[3, 5]]),  # the third is not known, but the first two are, and that nobody tied with them
        (QUINELLA, (5,), None),  # the second is not known
        (QUINELLA, (1, 2), None),  # whoever is not known may have tied with the second
        (win(3), (9,), [[3]]),
        (win(9), (9,), None),  # it may have been scratched
    ],
)
def test_only_what_is_certain_is_settled(world: World, ticket: Any, unknown: tuple[int, ...], won: Any) -> None:
    """A horse of which nothing is known may be any that is missing in the order."""
    race = finished({3: 1, 5: 2, 1: 4, 2: 3})
    told = world.told(Race(**{**vars_of(race), "runners": without(race, *unknown)}), ticket)["settlement"]
    assert told["won"] == won
    assert (told["reason"] == "RESULT_UNKNOWN") is (won is None)


def vars_of(race: Race) -> dict[str, Any]:
    """Give the fields of a race."""
    return {name: getattr(race, name) for name in Race.__dataclass_fields__}


def test_a_race_that_is_over_without_a_result(world: World) -> None:
    """Is not said to be still to come."""
    assert world.told(coming(status=RaceStatus.UNKNOWN), win())["settlement"]["reason"] == "RESULT_UNKNOWN"
    world.clock.now = POST_TIME + timedelta(minutes=5)
    assert world.told(coming(), win())["settlement"]["reason"] == "RESULT_UNKNOWN"


def test_a_horse_beyond_the_field_is_refused(world: World) -> None:
    """Where the field is known; else a full gate is taken."""
    world.races.races = {RACE_ID: coming(8)}
    answer = run(world.client, ADD, race=RACE_ID, ticket=win(9))
    assert codes(answer) == ["BAD_USER_INPUT"]
    assert "no horse 9 in a field of 8" in answer["errors"][0]["message"]
    world.races.races = {}
    assert codes(run(world.client, ADD, race=RACE_ID, ticket=win(19))) == ["BAD_USER_INPUT"]
    data(world.client, ADD, race=RACE_ID, ticket=win(18))


@pytest.mark.parametrize("race", ["", "1", "2024060409", "202499040911", "20240929_99_11", "9" * 13])
def test_what_is_no_race_id_is_refused(world: World, race: str) -> None:
    """Of either form."""
    assert codes(run(world.client, ADD, race=race, ticket=win())) == ["BAD_USER_INPUT"]


def test_a_race_is_looked_up_once_a_request(world: World) -> None:
    """However many items ask for it."""
    world.races.races = {RACE_ID: coming()}
    slip = data(world.client, ADD, race=RACE_ID, ticket=win())["addToSlip"]["slip"]["id"]
    data(world.client, ADD, slip=slip, race=RACE_ID, ticket=win(8))
    world.races.asked.clear()
    data(world.client, TOLD, id=slip)
    assert len(world.races.asked) == 1

"""A result and a card of one race, from two providers, are one race."""

from dataclasses import replace
from datetime import UTC, date, datetime

from graphql_api.jockeys.vocabulary import FinishStatus, Going, Jurisdiction
from graphql_api.races.joining import join
from graphql_api.races.model import Conflict, Race, RaceProvider, RaceSource, RaceStatus, Runner
from races.rides import SOURCE, race, ride

POST = datetime(2024, 9, 29, 6, 40, tzinfo=UTC)
CARD = Race(
    id="202406040911",
    date=date(2024, 9, 29),
    racecourse="中山",
    jurisdiction=Jurisdiction.JRA,
    race_number=11,
    name="カードのレース名",
    going=Going.OMO,
    field_size=3,
    declared_runners=3,
    post_time=POST,
    status=RaceStatus.UNKNOWN,
    runners=(
        Runner(horse_number=1, horse_name="ﾎｰｽ1", jockey_name="長い名前の騎手", win_odds=9.9, bracket_number=1),
        Runner(horse_number=2, horse_name="ホース2", win_odds=3.0, bracket_number=2),
        Runner(horse_number=3, horse_name="サン", finish_status=FinishStatus.SCRATCHED, bracket_number=3),
    ),
    sources=(RaceSource(RaceProvider.MOCK, POST),),
)


def test_the_result_counts_and_the_card_fills_in() -> None:
    """Post time and unknown runners come from the card; what both know is the result's."""
    result = race(ride(1, 1, field_size=2, win_odds=4.2), ride(4, 5, field_size=2))
    found = join(result, CARD)
    assert found is not None
    assert (found.name, found.going, found.field_size, found.post_time) == (result.name, result.going, 2, POST)
    assert found.status is RaceStatus.OFFICIAL
    assert found.winners == result.winners
    one, two, three, four = found.runners
    assert (one.win_odds, one.finish_position, one.jockey_name, one.bracket_number) == (4.2, 1, "長い名前の騎手", 1)
    assert (two.horse_name, two.win_odds, two.is_known) == ("ホース2", 3.0, True)
    assert three.finish_status is FinishStatus.SCRATCHED
    assert four.finish_position == 5
    assert found.sources == (SOURCE, *CARD.sources)
    assert found.conflicts == ()


def test_another_horse_on_the_card_is_a_conflict() -> None:
    """The result's stays."""
    found = join(race(ride(2, 1, horse_name="ベツノウマ")), CARD)
    assert found is not None
    assert found.runners[1].horse_name == "ベツノウマ"
    assert found.runners[1].win_odds is None
    assert found.conflicts == (Conflict("horse_name", 2, ("ホース2",), ()),)


def test_one_alone_stays_as_it_is() -> None:
    """Nothing is made up."""
    result = race(ride(1, 1))
    assert join(result, None) is result
    assert join(None, CARD) is CARD
    assert join(None, None) is None


def test_the_card_tells_the_state_of_a_race_whose_result_cannot_be_read() -> None:
    """It is still to come, then."""
    unread = race(ride(1, None, finish_status=FinishStatus.UNKNOWN))
    found = join(unread, replace(CARD, status=RaceStatus.UPCOMING))
    assert found is not None
    assert found.status is RaceStatus.UPCOMING

"""Races put together from rides: winners, dead heats, brackets, corners, what is missing, what files disagree on."""

import pytest

from careers import known_careers
from graphql_api.jockeys.vocabulary import FinishStatus, Going
from graphql_api.races.brackets import dealt_brackets, declared_runners
from graphql_api.races.model import Completeness, Conflict, Placed, RaceStatus
from graphql_api.tables.table import Row
from races.rides import RIDE, race, read_ride, ride

SCRATCHED = FinishStatus.SCRATCHED


def test_a_ride_names_the_winner_whose_file_is_not_held() -> None:
    """The winner is known by name; the second horse only by its own file."""
    found = race(ride(5, 4, "ルージュ"), ride(13, 12, "ルージュ"))
    assert found.winners == (Placed("ルージュ", None),)
    assert found.runners_up == ()
    assert found.conflicts == ()


def test_the_winners_own_file_names_the_second() -> None:
    """In brackets there, as netkeiba has it; a horse whose file is held comes with its number."""
    found = race(ride(1, 1, "ホース1", runner_up_name="ホース2"), ride(2, 2, "ホース1"), ride(3, 3, "ホース1"))
    assert found.winners == (Placed("ホース1", 1),)
    assert found.runners_up == (Placed("ホース2", 2),)
    alone = race(ride(1, 1, "ホース1", runner_up_name="ヨソノウマ"))
    assert alone.runners_up == (Placed("ヨソノウマ", None),)


def test_a_dead_heat_has_two_winners() -> None:
    """Losers' files name one of them, each winner's file the other: no conflict, and no second horse."""
    both = [ride(1, 1, "ホース1", runner_up_name="ホース2"), ride(2, 1, "ホース2", runner_up_name="ホース1")]
    losers = [ride(3, 3, "ホース2"), ride(4, 4, "ホース2")]
    found = race(*both, *losers)
    assert found.winners == (Placed("ホース1", 1), Placed("ホース2", 2))
    assert found.runners_up == ()
    assert found.conflicts == ()


def test_a_dead_heat_is_told_by_a_loser_where_one_winner_is_not_held() -> None:
    """The other winner is known by name."""
    found = race(ride(1, 1, "ホース1", runner_up_name="モウイットウ"), ride(3, 3, "モウイットウ"))
    assert found.winners == (Placed("ホース1", 1), Placed("モウイットウ", None))
    assert found.runners_up == ()


def test_names_are_one_whatever_their_width() -> None:
    """A winner named in half width is the horse that its own file has in full width."""
    found = race(ride(1, 1, "ホース1"), ride(2, 2, "ﾎｰｽ1"))
    assert found.winners == (Placed("ホース1", 1),)


def test_a_horse_that_its_own_file_places_has_not_won() -> None:
    """What a loser says against it is a conflict."""
    found = race(ride(1, 1, "ホース1"), ride(2, 2, "ホース1"), ride(3, 3, "ホース2"))
    assert found.winners == (Placed("ホース1", 1),)
    assert found.conflicts == (Conflict("winner_name", None, ("ホース2",), ("00003",)),)


def test_losers_who_name_two_horses_disagree() -> None:
    """The majority's is the winner."""
    found = race(ride(2, 2, "アール"), ride(3, 3, "アール"), ride(4, 4, "ビー"))
    assert found.winners == (Placed("アール", None),)
    assert found.conflicts == (Conflict("winner_name", None, ("ビー",), ("00004",)),)


def test_the_majority_counts_and_the_others_are_conflicts() -> None:
    """Whatever the order of the files, and however new the minority is; null says nothing."""
    rides = [
        ride(1, 1, going=Going.OMO, distance=1400),
        ride(2, 2, distance=1200),
        ride(3, 3, distance=1200),
        ride(4, 4, going=None, distance=1600),
    ]
    for order in (rides, rides[::-1]):
        found = race(*order, ages={"00001": 9, "00004": 8})
        assert (found.going, found.distance) == (Going.RYO, 1200)
        conflicts = {each.field: (set(each.values), each.jockey_ids) for each in found.conflicts}
        assert conflicts == {
            "going": ({"OMO"}, ("00001",)),
            "distance": ({"1400", "1600"}, ("00001", "00004")),
        }


def test_the_newest_file_decides_where_as_many_say_either() -> None:
    """Two against two: the file that is newest is right; of files as new the greater id, so that all agree."""
    rides = [ride(1, 1, field_size=14), ride(2, 2, field_size=14), ride(3, 3, field_size=15), ride(4, 4, field_size=15)]
    assert race(*rides, ages={"00002": 7, "00003": 5}).field_size == 14
    assert race(*rides, ages={"00002": 5, "00003": 7}).field_size == 15
    assert race(*rides).field_size == race(*rides[::-1]).field_size == 15


def test_one_number_in_two_files_is_one_runner_and_a_conflict() -> None:
    """The newest file's horse runs, the other is told of with its rider."""
    rides = [ride(8, 1, horse_name="アール", jockey_id="00001"), ride(8, 5, horse_name="ビー", jockey_id="00002")]
    found = race(*rides, ages={"00001": 2, "00002": 1})
    (runner,) = found.known
    assert (runner.horse_name, runner.jockey_id) == ("アール", "00001")
    assert found.conflicts == (Conflict("horse_name", 8, ("ビー",), ("00002",)),)
    same = race(*(each._replace(horse_name="アール") for each in rides), ages={"00001": 1, "00002": 2})
    assert same.known[0].jockey_id == "00002"
    assert same.conflicts == (Conflict("horse_name", 8, ("アール",), ("00001",)),)


def test_a_jockey_may_stand_twice_in_a_race() -> None:
    """Once with a horse that was scratched: the runners are told apart by number."""
    found = race(ride(3, None, finish_status=SCRATCHED, jockey_id="00001"), ride(7, 2, jockey_id="00001"))
    assert [(runner.horse_number, runner.is_starter) for runner in found.known] == [(3, False), (7, True)]


def test_missing_numbers_are_those_nobody_is_known_for() -> None:
    """Unknown runners stand in the field with the brackets that the rule deals them."""
    found = race(ride(5, 4, field_size=9, bracket_number=5), ride(8, 1, field_size=9, bracket_number=8))
    assert found.declared_runners == 9
    assert found.completeness == Completeness(2, 9, False, (1, 2, 3, 4, 6, 7, 9))
    assert [runner.bracket_number for runner in found.runners] == [1, 2, 3, 4, 5, 6, 7, 8, 8]
    assert [runner.is_known for runner in found.runners].count(True) == 2


def test_a_race_is_complete_with_all_its_starters() -> None:
    """A number above the field's size is normal: scratched horses keep theirs."""
    starters = [ride(number, number, field_size=3, bracket_number=number) for number in (1, 2, 4)]
    found = race(*starters)
    assert found.completeness == Completeness(3, 3, True, (3,))
    scratched = ride(3, None, field_size=3, bracket_number=3, finish_status=SCRATCHED)
    assert race(*starters, scratched).completeness == Completeness(4, 3, True, ())
    assert not race(*starters[:2], scratched).completeness.is_complete


def test_an_abandoned_race_is_not_complete() -> None:
    """Its field size is 0."""
    found = race(ride(1, None, field_size=0, finish_status=FinishStatus.ABANDONED))
    assert found.status is RaceStatus.ABANDONED
    assert not found.completeness.is_complete
    assert found.winners == ()


def test_without_a_field_size_nothing_is_complete() -> None:
    """Rare, but files have it."""
    found = race(ride(2, 1, field_size=None))
    assert found.completeness == Completeness(1, None, False, (1,))
    assert found.status is RaceStatus.OFFICIAL


def test_a_race_whose_finishes_cannot_be_read_is_unknown() -> None:
    """Neither run nor abandoned, as far as the files tell."""
    assert race(ride(2, None, finish_status=FinishStatus.UNKNOWN)).status is RaceStatus.UNKNOWN


@pytest.mark.parametrize("runners", range(1, 25))
def test_brackets_of_few_horses_tell_how_many_were_declared(runners: int) -> None:
    """The brackets of all agree with the count; from nine on no smaller count agrees with them."""
    dealt = dealt_brackets(runners)
    everyone = dict(enumerate(dealt, 1))
    assert declared_runners(everyone, 1) == runners
    assert declared_runners({}, runners) is None
    assert declared_runners({runners: 9}, 1) is None


def test_scratched_horses_count_among_the_declared() -> None:
    """Ten started: number 7 stands in bracket 7 of ten declared, but in bracket 6 of eleven."""
    assert declared_runners({7: 7}, 10) == 10
    assert declared_runners({7: 6}, 10) == 11
    assert declared_runners({7: 6, 6: 5}, 10) == 12
    assert declared_runners({7: 1}, 10) is None


def test_corners_are_told_by_position() -> None:
    """Horses that files put at one position stand together; one that fell leaves the later corners."""
    found = race(
        ride(1, 1, corner_positions=(2, 1)),
        ride(2, 2, corner_positions=(2, 3)),
        ride(3, None, corner_positions=(1,), finish_status=FinishStatus.FAILED_TO_FINISH),
        ride(4, 3),
    )
    told = [[(each.position, each.horse_numbers) for each in corner.positions] for corner in found.corners]
    assert told == [[(1, (3,)), (2, (1, 2))], [(1, (1,)), (3, (2,))]]
    assert [corner.number for corner in found.corners] == [1, 2]


def test_the_winning_time_is_the_winners_or_reckoned_from_a_margin() -> None:
    """A finisher's time less its margin is the winner's; without both it is not known."""
    assert race(ride(1, 1, finish_time=67.0, margin=-0.1), ride(2, 2, finish_time=67.1)).winning_time == 67.0
    assert race(ride(5, 4, finish_time=164.9, margin=0.8)).winning_time == 164.1
    assert race(ride(5, 4, finish_time=164.9)).winning_time is None


def test_a_ride_without_a_number_is_no_runner() -> None:
    """It still tells of the race."""
    found = race(RIDE._replace(horse_name="ナナシ", winner_name="アール"))
    assert found.known == ()
    assert found.winners == (Placed("アール", None),)


def test_files_share_a_real_race() -> None:
    """Two of the real frames tell of one race, and agree on it."""
    rides = [
        read_ride(Row(records, index))
        for _, records, _ in known_careers()
        for index, identifier in enumerate(records.fields["race_id"])
        if identifier == "202403030207"
    ]
    if not rides:
        pytest.skip("the real frames are not here")
    found = race(*rides)
    assert found.conflicts == ()
    assert found.winners == (Placed("ルージュクライト", None),)
    assert found.declared_runners == 14
    assert found.winning_time == 164.1
    assert found.completeness == Completeness(2, 14, False, (1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 14))

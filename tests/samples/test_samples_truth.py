"""All sample files tell of the same races: no two disagree, and in the complete sample no horse is missing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from complete_sample import complete_sample
from graphql_api import samples
from graphql_api.cli.commands import commands
from graphql_api.jockeys.normalise import race_records
from graphql_api.jockeys.vocabulary import FinishStatus
from graphql_api.pickles import loads
from graphql_api.samples.calendar import Calendar
from graphql_api.samples.careers import NEWEST
from graphql_api.samples.files import COMPLETE_SPAN
from graphql_api.samples.rows import results
from graphql_api.slips.tickets.field import race_field

Row = Mapping[str, Any]
Races = Mapping[str, list[Row]]

OF_THE_RACE = (
    "date", "meeting", "race_number", "weather", "race_name", "field_size", "surface", "distance", "track_moisture",
    "going", "pace_first3f", "pace_last3f",
)  # fmt: skip
OF_ONE_HORSE = ("horse_number", "horse_name", "favourite_rank", "jockey_id")
NOT_STARTED = (FinishStatus.SCRATCHED, FinishStatus.EXCLUDED)
OF_THE_ROW = (*OF_THE_RACE, *OF_ONE_HORSE, "race_id", "bracket_number", "win_odds", "finish_position", "finish_status",
    "finish_time", "margin", "winner_name", "runner_up_name", "prize_money")  # fmt: skip


def rows_of(paths: Iterable[Path]) -> list[Row]:
    """Read files as the service does, into one row for each ride."""
    rows: list[Row] = []
    for path in paths:
        records = race_records(loads(path.read_bytes()), path.name.partition(".")[0])
        columns = [[records.fields[name][row] for row in range(records.rows)] for name in OF_THE_ROW]
        rows += [dict(zip(OF_THE_ROW, cells, strict=True)) for cells in zip(*columns, strict=True)]
    return rows


def races_of(rows: Iterable[Row]) -> Races:
    """Group rows by their races; those overseas have no id, and go by day, meeting and name."""
    races: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        races[row["race_id"] or f"{row['date']} {row['meeting']} {row['race_name']}"].append(row)
    return races


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """Give the rides that ``sample`` writes by default."""
    return rows_of(samples.write(tmp_path_factory.mktemp("first"), jockeys=13, rows=1000, seed=1))


@pytest.fixture(scope="module")
def complete(shared_folder: Path) -> list[Row]:
    """Give the rides of the complete sample."""
    return rows_of(sorted(complete_sample(shared_folder).folder.iterdir()))


@pytest.fixture(scope="module")
def whole(complete: list[Row]) -> list[list[Row]]:
    """Give JRA's races of the complete sample that took place."""
    return [rows for rows in races_of(complete).values() if is_jra(rows) and rows[0]["field_size"]]


def is_jra(rows: list[Row]) -> bool:
    """Tell whether a race is JRA's."""
    return rows[0]["meeting"][0].isdigit()


@pytest.mark.parametrize("which", ["first", "complete"])
def test_no_two_files_disagree_on_a_race(which: str, request: pytest.FixtureRequest) -> None:
    """What is said of a race is said alike in every file, and each horse, number, rank and rider stands there once."""
    shared = [rows for rows in races_of(request.getfixturevalue(which)).values() if len(rows) > 1]
    assert len(shared) > 500
    for rows in shared:
        for name in OF_THE_RACE:
            assert len({row[name] for row in rows}) == 1, (name, rows)
        for name in OF_ONE_HORSE:
            known = [row[name] for row in rows if row[name] is not None]
            assert len(set(known)) == len(known), (name, rows)


@pytest.mark.parametrize("which", ["first", "complete"])
def test_no_two_files_disagree_on_the_winner(which: str, request: pytest.FixtureRequest) -> None:
    """Rows of losers name one winner; the winner's own row names the second, in a dead heat the other winner."""
    told = 0
    for rows in races_of(request.getfixturevalue(which)).values():
        named = {row["winner_name"] for row in rows if row["winner_name"] and row["finish_position"] != 1}
        winners = [row for row in rows if row["finish_position"] == 1]
        assert len(named) <= 1
        if named and len(winners) == 1 and winners[0]["margin"]:
            told += 1
            assert named == {winners[0]["horse_name"]}
            second = {row["horse_name"] for row in rows if row["finish_position"] == 2}
            assert second <= {winners[0]["runner_up_name"]} or len(second) > 1
        if len(winners) == 2:
            one, other = winners
            assert (one["runner_up_name"], other["runner_up_name"]) == (other["horse_name"], one["horse_name"])
    assert told > 100


def test_cards_are_whole(complete: list[Row]) -> None:
    """The files hold every declared horse of JRA's races, here of every third day."""
    calendar, races = Calendar(1), races_of(complete)
    days = sorted({row["date"] for row in complete})
    assert days[0] >= NEWEST - COMPLETE_SPAN
    declared = {
        race.id: {runner.number for runner in race.runners}
        for day in days[::3]
        for race in calendar.races(day)
        if race.meeting.round
    }
    known = [{row["horse_number"] for row in races[race_id]} for race_id in declared]
    complete_cards = sum(numbers == declared[race_id] for race_id, numbers in zip(declared, known, strict=True))
    assert len(declared) > 2_100
    assert complete_cards / len(declared) >= 0.95


def test_fields_and_brackets_are_counted_as_in_japan(whole: list[list[Row]]) -> None:
    """The field size counts starters; brackets are dealt by declared runners, who can have numbers above it."""
    beyond = 0
    for rows in whole:
        assert rows[0]["field_size"] == sum(row["finish_status"] not in NOT_STARTED for row in rows)
        brackets = race_field(len(rows)).bracket_of
        assert all(row["bracket_number"] == brackets[row["horse_number"] - 1] for row in rows)
        beyond += any(row["horse_number"] > row["field_size"] for row in rows)
    assert beyond > 100


def test_odds_add_up_and_favourites_follow_them(whole: list[list[Row]]) -> None:
    """1/odds of a field add up to 1/0.8, a little more by rounding; ranks are those of the odds."""
    for rows in whole:
        backed = sorted((row for row in rows if row["win_odds"]), key=lambda row: row["favourite_rank"])
        assert 1.25 <= sum(1 / row["win_odds"] for row in backed) <= 1.34
        assert [row["favourite_rank"] for row in backed] == [*range(1, rows[0]["field_size"] + 1)]
        assert [row["win_odds"] for row in backed] == sorted(row["win_odds"] for row in backed)


def test_places_and_prizes_are_one_result(whole: list[list[Row]]) -> None:
    """Each place is taken, by two in a dead heat; the prizes fall from place to place, and add up to the same sum."""
    tied = 0
    for rows in whole:
        placed = sorted((row for row in rows if row["finish_position"]), key=lambda row: row["finish_position"])
        positions = [row["finish_position"] for row in placed]
        assert positions == [1 + sum(other < each for other in positions) for each in positions]
        tied += len(set(positions)) < len(positions)
        prizes = [row["prize_money"] for row in placed if row["prize_money"]]
        assert prizes == sorted(prizes, reverse=True)
        if len(placed) >= 5:
            assert sum(prizes) == pytest.approx(1.9 / (0.7 if positions[1] == 1 else 1) * prizes[0], rel=0.01)
    assert tied > 50


def test_the_command_says_what_it_wrote(shared_folder: Path) -> None:
    """The complete sample comes with a progress bar, and names the next command."""
    written = complete_sample(shared_folder)
    assert written.exit_code == 0, written.stderr
    files = list(written.folder.iterdir())
    assert 60 <= len(files) <= 80
    assert f"Wrote {len(files)} jockeys" in written.stdout
    assert "100%" in written.stderr


def test_the_seasons_end_where_they_are_told_to(tmp_path: Path) -> None:
    """A rider has the same rides on the days that two samples share; the day is that of complete samples only."""
    calendar, rider, until = Calendar(1), samples.whole_field_ids()[0], NEWEST + timedelta(days=28)
    longer = list(results(calendar, rider, NEWEST - timedelta(days=28), until))
    shorter = list(results(calendar, rider, NEWEST - timedelta(days=28)))
    assert len(longer) > len(shorter) > 0
    assert longer[-len(shorter) :] == shorter
    result = CliRunner().invoke(commands, ["sample", "--out", str(tmp_path / "out"), "--until", "2025-07-27"])
    assert (result.exit_code, "--until requires --complete" in result.stderr) == (2, True)


@pytest.mark.parametrize("size", [("--jockeys", "13"), ("--rows", "50")])
def test_a_complete_sample_takes_no_size(size: tuple[str, str], tmp_path: Path) -> None:
    """How many files and rows there are follows from what is complete, so that asking for others is wrong usage."""
    result = CliRunner().invoke(commands, ["sample", "--out", str(tmp_path / "out"), "--complete", *size])
    assert result.exit_code == 2
    assert not (tmp_path / "out").exists()

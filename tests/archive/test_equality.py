"""What the archive answers for one jockey is what the jockey's own file answers, to the last bit."""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from archives import Archive, archive_of
from hypothesis import given, settings

from careers import JOCKEY, career, careers, known_careers, known_ids
from conditions import conditions
from graphql_api.archive.columns import LEFT_OUT
from graphql_api.archive.counting import FIGURES
from graphql_api.archive.editions import Edition
from graphql_api.archive.questions import Grouping, Rides, count_statement, page_statement, value_of
from graphql_api.archive.tallies import summaries_of_groups, tally
from graphql_api.config import Settings
from graphql_api.execution.context import Context
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.figures import Figures
from graphql_api.jockeys.grouping import Groups, Having
from graphql_api.jockeys.keys import KEYS
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.summaries import NUMERICS, summarise
from graphql_api.services import Services
from graphql_api.storage.folder import FolderStorage
from graphql_api.tables.column import constant
from graphql_api.tables.conditions import EVERYTHING, All, AnyOf, Comparison, Condition, Not, Where
from graphql_api.tables.ordering import Order, arrange
from graphql_api.tables.paging import Selection
from plain_count import place_of, rides_of

MOST = 100_000
FILTERS: Mapping[str, Condition] = {
    "all": EVERYTHING,
    "short odds": Where("win_odds", (Comparison("lt", 5.0),)),
    "one price": Where("win_odds", (Comparison("eq", 2.4),)),
    "not turf": Not(Where("surface", (Comparison("eq", next(iter(KEYS["surface"].type))),))),
    "text": AnyOf(
        (Where("race_name", (Comparison("contains", "すてーくす"),)), Where("jockey_name", (Comparison("lt", "見"),)))
    ),
    "front": Where("corner_positions", (Comparison("first", (Comparison("lte", 3),)),)),
    "none": AnyOf(()),
}


def bits(value: Any) -> Any:
    """Give a value in a form that is equal for equal bits of the same type only."""
    return value.hex() if isinstance(value, float) else (type(value), value)


def exact(values: Sequence[Any]) -> list[Any]:
    """Give values in such a form."""
    return [bits(value) for value in values]


def is_stored(condition: Condition) -> bool:
    """Say whether a condition names only fields that the archive has."""
    match condition:
        case Where(field, _):
            return field not in LEFT_OUT
        case Not(part):
            return is_stored(part)
        case All(parts) | AnyOf(parts):
            return all(map(is_stored, parts))


def own(jockey_id: str, condition: Condition) -> Rides:
    """Choose a jockey's rides."""
    return Rides(All((Where("jockey_id", (Comparison("eq", jockey_id),)), condition)))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Build one archive of all generated careers, and of the real ones where they are."""
    known = {jockey_id: records for jockey_id, records, _ in known_careers()}
    built = archive_of(tmp_path_factory.mktemp("archive"), known)
    yield built
    built.close()


def few() -> list[str]:
    """Give the ids of a flat, a jump, a local, an overseas and an empty career, and of the real ones."""
    known = known_ids()
    return [*known[:7], *known[13:]]


def records_of(jockey_id: str) -> RaceRecords:
    """Give one career of those that are known."""
    return next(records for known, records, _ in known_careers() if known == jockey_id)


def differences(
    archive: Archive, records: RaceRecords, rides: Rides, by: tuple[str, ...], selection: Selection[RaceRecords]
) -> list[str]:
    """Name the statistics and keys in which a grouping differs from the file's own."""
    grouping = Grouping(rides, tuple(FIGURES), by, most=MOST)
    answer = archive.ask(grouping.statement())
    groups = Groups(selection, by) if by else None
    figures = Figures(records, selection.numbers) if groups is None else groups.figures
    columns = list(zip(*answer, strict=True)) if answer else [()] * (len(by) + len(FIGURES))
    found = []
    for place, name in enumerate(by):
        assert groups is not None
        expected = [groups.keys[name][group] for group in range(len(groups))]
        if [value_of(name, value) for value in columns[place]] != expected:
            found.append(name)
    for name, values in zip(FIGURES, columns[len(by) :], strict=False):
        if exact(values) != exact(figures.values(name)):
            found.append(f"{name} by {by}")
    return found


@pytest.mark.parametrize("jockey_id", few())
def test_all_statistics_by_all_keys(archive: Archive, jockey_id: str) -> None:
    """Every statistic and bound, by every key, and by two: the same groups in the same order, the same bits."""
    records = records_of(jockey_id)
    rides, selection = own(jockey_id, EVERYTHING), Selection.where(records, EVERYTHING)
    for by in ((), *((name,) for name in KEYS), ("racecourse", "going"), ("horse_name", "year", "weekday")):
        assert differences(archive, records, rides, by, selection) == []


@pytest.mark.parametrize("name", FILTERS)
def test_filters_choose_the_same_rides(archive: Archive, name: str) -> None:
    """Filtered statistics, counts and pages are those of the file, in the file's order."""
    for jockey_id in few():
        records = records_of(jockey_id)
        selection = Selection.where(records, FILTERS[name])
        rides = own(jockey_id, FILTERS[name])
        assert archive.ask(count_statement(rides)) == [(len(selection),)]
        assert differences(archive, records, rides, (), selection) == []
        assert differences(archive, records, rides, ("distance_band",), selection) == []
        page = archive.ask(page_statement(rides, (), ("date", "horse_name", "win_odds"), MOST))
        columns = [records.fields[each] for each in ("date", "horse_name", "win_odds")]
        assert page == [tuple(column[row] for column in columns) for row in selection.numbers.tolist()]


@pytest.mark.parametrize(
    "field", [field.name for field in FIELDS if not field.kind.is_list and field.name not in LEFT_OUT]
)
def test_orders_are_those_of_the_file(archive: Archive, field: str) -> None:
    """By every field, both ways, null first or last; equals stay in the order of the file."""
    jockey_id, records, _ = known_careers()[0]
    for order in (Order(field), Order(field, descending=True, nulls_first=True), Order(field, nulls_first=True)):
        page = archive.ask(page_statement(own(jockey_id, EVERYTHING), (order,), ("file_row",), MOST))
        expected = arrange(records, np.arange(records.rows), (order,))
        assert [records.rows - 1 - row for (row,) in page] == expected.tolist()


@pytest.mark.parametrize("by", [(), ("racecourse",)], ids=["all", "by racecourse"])
@pytest.mark.parametrize("name", [name for name in NUMERICS if name not in LEFT_OUT])
def test_summaries_are_those_of_the_file(archive: Archive, name: str, by: tuple[str, ...]) -> None:
    """The very same numbers are summarised, so that sums, deviations and percentiles have the same bits."""
    jockey_id, records, _ = known_careers()[0]
    rows = archive.ask(Grouping(own(jockey_id, EVERYTHING), (), by, most=MOST).summary_statement(name))
    selection = Selection.where(records, EVERYTHING)
    figures = Groups(selection, by).figures if by else Figures(records, selection.numbers)
    found = summaries_of_groups(rows, figures.group_count)
    for group, summary in enumerate(found):
        expected = summarise(figures, group, name)
        assert summary.numbers.tobytes() == expected.numbers.tobytes()
        assert exact([summary.sum, summary.stddev, summary.percentile(33)]) == exact(
            [expected.sum, expected.stddev, expected.percentile(33)]
        )


def test_having_and_orders_of_groups(archive: Archive) -> None:
    """Groups that pass, in the order asked for, then by their keys."""
    jockey_id, records, _ = known_careers()[0]
    having = (Having("rides", (Comparison("gte", 3),)), Having("win_rate", (Comparison("ne", 0.0),)))
    orders = (Order("win_rate", descending=True), Order("horse_name"))
    groups = Groups(Selection.where(records, EVERYTHING), ("horse_name",))
    chosen = groups.choose(having, orders)[:9]
    asked = Grouping(own(jockey_id, EVERYTHING), ("win_rate",), ("horse_name",), having, orders, 9)
    expected = [(groups.keys["horse_name"][each], groups.figures.values("win_rate")[each]) for each in chosen]
    assert [row[:2] for row in archive.ask(asked.statement())] == expected


def test_a_group_of_rides_holds_its_own(archive: Archive) -> None:
    """The rides of each group are as many as it counts, null keys and two spellings of one text included."""
    by = ("race_name", "going", "running_style")
    for *values, count, _ in archive.ask(Grouping(Rides(), ("rides",), by, most=300).statement()):
        keys = tuple((name, value_of(name, value)) for name, value in zip(by, values, strict=True))
        ridden = Grouping(Rides(keys=keys), ("rides",)).statement()
        assert archive.ask(ridden)[0][0] == count


@settings(max_examples=15)
@given(records=careers(), wanted=conditions().filter(is_stored))
def test_of_any_career(records: RaceRecords, wanted: Condition) -> None:
    """Drawn careers and drawn filters agree, too."""
    with tempfile.TemporaryDirectory() as folder:
        archive = archive_of(Path(folder), {JOCKEY: records})
        try:
            selection = Selection.where(records, wanted)
            assert archive.ask(count_statement(own(JOCKEY, wanted))) == [(len(selection),)]
            compare = partial(differences, archive, records, own(JOCKEY, wanted), selection=selection)
            assert compare(by=()) == []
            assert compare(by=("horse_name",)) == []
        finally:
            archive.close()


@pytest.mark.parametrize("surface", ["芝", "ダ"])
def test_leaderboards_are_those_of_a_plain_count(archive: Archive, surface: str) -> None:
    """Wins by rider and year, over all files, counted from the texts of their cells."""
    counted: dict[tuple[int, str], int] = {}
    for jockey_id, _, rows in known_careers():
        for row in rides_of(rows):
            if row["距離"].startswith(surface) and place_of(row) == 1:
                year = int(row["日付"][:4])
                counted[year, jockey_id] = counted.get((year, jockey_id), 0) + 1
    member = next(each for each in KEYS["surface"].type if each.value == surface)
    orders = (Order("year"), Order("wins", descending=True))
    having = (Having("wins", (Comparison("gt", 0),)),)
    rides = Rides(Where("surface", (Comparison("eq", member),)))
    answer = archive.ask(Grouping(rides, ("wins",), ("year", "jockey_id"), having, orders, MOST).statement())
    leaders = [(year, jockey_id, wins) for year, jockey_id, wins, _ in answer]
    expected = [(year, jockey_id, wins) for (year, jockey_id), wins in counted.items()]
    assert leaders == sorted(expected, key=lambda each: (each[0], -each[2], each[1]))
    assert leaders


@pytest.mark.parametrize("lacking", ["着順", "レース名", ""])
def test_of_no_rides_statistics_are_those_of_the_file(tmp_path: Path, lacking: str) -> None:
    """Null where the jockey's own file lacks the column that they need, though the files of others have it; else 0."""
    own_records, others = career({}, without=[lacking]), career({})
    whole = {JOCKEY: own_records, "09999": replace(others, fields={**others.fields, "jockey_id": constant("09999", 1)})}
    archive = archive_of(tmp_path, whole)
    edition = Edition(archive.engine.manifest, archive.engine, "version", None)
    nothing = All((Where("jockey_id", (Comparison("eq", JOCKEY),)), Where("year", (Comparison("lt", 1900),))))
    context = Context(Services(Settings(), FolderStorage(tmp_path)))
    counted = asyncio.run(tally(edition, context, Grouping(Rides(nothing), tuple(FIGURES))))
    archive.close()
    figures = Figures(own_records, np.arange(0))
    assert {name: exact(values) for name, values in counted.columns.items()} == {
        name: exact(figures.values(name)) for name in FIGURES
    }

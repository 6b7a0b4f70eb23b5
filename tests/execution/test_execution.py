"""Plans against the general executor: one corpus of operations, both ways, byte for byte."""

import asyncio
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pytest
import strawberry
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strawberry.utils.str_converters import to_camel_case

from executors import answer, body
from graphql_api.app import Core, create_core
from graphql_api.config import Settings
from graphql_api.execution.context import Context
from graphql_api.execution.engine import Answer
from graphql_api.execution.purity import PURE
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.keys import KEYS
from graphql_api.jockeys.sources import SOURCES
from graphql_api.jockeys.statistics import STATISTICS

FIELD_NAMES = [to_camel_case(field.name) for field in FIELDS]
STATISTIC_NAMES = [to_camel_case(each.name) for each in STATISTICS]
GROUP_KEYS = {to_camel_case(name): name.upper() for name in KEYS}
FIGURES = " ".join(STATISTIC_NAMES)

FILTERED = '($f: RaceRecordFilter, $o: [RaceRecordOrder!]) { jockey(id: "00001") { records(filter: $f, orderBy: $o)'

TICKETS = "{ ticketCount(ticket: { type: EXACTA, method: BOX, numbers: [1, 2, 3], unitStake: 100 }) "

HARD = [
    ('{ jockey(id: "00001") { records { nodes { date } } } }', {}),
    ('{ jockey(id: "00001") { records { nodes { __typename } } } }', {}),
    ('{ __typename jockey(id: "00001") { __typename t: __typename records { __typename } } }', {}),
    ('{ jockey(id: "99999") { id } }', {}),
    ('{ a: jockey(id: "00001") { id } b: jockey(id: "00001") { name } c: jockey(id: "99999") { id } }', {}),
    ('{ jockeysByIds(ids: ["00001", "99999", "a0001"]) { id records(first: 2) { nodes { horseName } } } }', {}),
    ("{ jockeysByIds(ids: []) { id } }", {}),
    (
        "query ($t: TicketInput!) { ticketCount(ticket: $t, runners: 9) { __typename combinations cost onSale list } }",
        {"t": {"type": "TRIO", "method": "FORMATION", "legs": [[1], [1, 2], [2, 3, 4]], "unitStake": 300}},
    ),
    (TICKETS + "{ onSale list(first: 2, after: [1, 3]) none: list(first: 0) } }", {}),
    ("{ ticketCount(ticket: { type: WIN, numbers: [1, 2], unitStake: 100 }) { cost } }", {}),
    ('{ jockey(id: "00001") { records(first: 3) { edges { cursor node { date cursor: horseName } } } } }', {}),
    (
        '{ jockey(id: "00001") { records(first: 3) { edges { n: node { __typename } m: node { won } __typename } } } }',
        {},
    ),
    ('{ jockey(id: "00001") { records(first: 2) { nodes { raw(column: PACE) b: raw(column: DATE) } } } }', {}),
    (
        'query ($c: SourceColumn!) { jockey(id: "00001") { records(first: 2) { nodes { raw(column: $c) } } } }',
        {"c": "GOING"},
    ),
    (
        'query ($c: SourceColumn!) { jockey(id: "00001") { records(first: 2) { nodes { raw(column: $c) } } } }',
        {"c": "R"},
    ),
    ('{ jockey(id: "00001") { ...J } } fragment J on Jockey { id ...K } fragment K on Jockey { id name }', {}),
    ('{ jockey(id: "00001") { records(first: 2) { nodes { ... on RaceRecord { date } ... { going date } } } } }', {}),
    ('query ($s: Boolean!) { jockey(id: "00001") { id @skip(if: $s) name @include(if: $s) } }', {"s": True}),
    ('query ($s: Boolean!) { jockey(id: "00001") { id @skip(if: $s) name @include(if: $s) } }', {"s": False}),
    (
        'query ($s: Boolean=true) { jockey(id: "00001") { records(first: 1) { nodes { won @skip(if: $s) date } } } }',
        {},
    ),
    ('{ jockey(id: "00001") @skip(if: true) { id } }', {}),
    ("query ($n: Int, $i: ID!) { jockey(id: $i) { records(first: $n) { totalCount } } }", {"n": 3, "i": "00001"}),
    ("query ($n: Int, $i: ID!) { jockey(id: $i) { records(first: $n) { totalCount } } }", {"i": "00001"}),
    ('query ($n: Int!) { jockey(id: "00001") { records(first: $n) { totalCount } } }', {"n": "three"}),
    ('query ($n: Int!) { jockey(id: "00001") { records(first: $n) { totalCount } } }', {}),
    ('{ jockey(id: "nonsense") { id } }', {}),
    ('{ jockey(id: "00001") { id records(first: -1) { totalCount } } }', {}),
    ('{ jockey(id: "00001") { id a: records(after: "x") { totalCount } b: records { totalCount } } }', {}),
    ('{ jockey(id: "00001") { source { etag rows warnings { row column raw code } lastModified } } }', {}),
    (
        '{ jockey(id: "00001") { records(first: 0) { nodes { won } edges { cursor } pageInfo { endCursor } } } }',
        {},
    ),
    (
        """{ jockey(id: "00001") {
            records(filter: { surface: { eq: TURF }, winOdds: { isNull: false } }, first: 5,
                    orderBy: [{ field: WIN_ODDS, direction: DESC }]) {
                totalCount edges { cursor node { winOdds surface } }
                pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } }""",
        {},
    ),
    (
        f"query {FILTERED} {{ nodes {{ date horseName }} }} }} }}",
        {
            "f": {"or": [{"date": {"gte": "2024-01-01"}}, {"horseName": {"contains": "てすと"}}]},
            "o": [{"field": "HORSE_NAME"}],
        },
    ),
    (f"query {FILTERED} {{ totalCount }} }} }}", {"f": {"going": {"eq": "SOFT"}}}),
    (f"query {FILTERED} {{ totalCount }} }} }}", {"f": {"going": {"eq": None}}}),
    (f"query {FILTERED} {{ totalCount }} }} }}", {}),
    (
        """query ($d: Date, $g: [Going!]) { jockey(id: "00001") {
            records(filter: { date: { lt: $d }, going: { in: $g } }) {
                totalCount nodes { going cornerPositions } } } }""",
        {"d": "2024-06-01", "g": ["RYO", "OMO"]},
    ),
    ('{ jockey(id: "00001") { records(filter: { going: { eq: null } }) { totalCount } } }', {}),
    ('{ jockey(id: "00001") { id records(filter: {}, orderBy: []) { totalCount } } }', {}),
    (f'{{ jockey(id: "00001") {{ records {{ statistics {{ {FIGURES} }} }} }} }}', {}),
    (
        f"""{{ jockey(id: "00001") {{ records {{ groupBy(by: [RACE_CATEGORY, FIRST_HORSE_RIDE],
            having: {{ bestDay: {{ isNull: false }} }}, orderBy: {{ field: BEST_DAY, direction: DESC }}) {{
            key {{ raceCategory firstHorseRide course }} statistics {{ {FIGURES} }} }} }} }} }}""",
        {},
    ),
    (
        """{ jockey(id: "00001") { records(filter: { date: { lt: "1900-01-01" } }) { statistics { ...F } } } }
        fragment F on Statistics { rides winRate winRateInterval { lower upper }
            summary(field: MARGIN) { mean p50 } }""",
        {},
    ),
    (
        """query ($p: Float!, $n: NumericField!) { jockey(id: "00001") { records { statistics {
            __typename summary(field: $n) { count percentile(p: $p) p90 } } } } }""",
        {"p": 12.5, "n": "JUMP_AVERAGE_FURLONG"},
    ),
    ('{ jockey(id: "00001") { records { statistics { summary(field: LAST3F) { percentile(p: 101) } } } } }', {}),
    (
        """{ jockey(id: "00001") { records {
            groupBy(by: [SURFACE, GOING], having: { rides: { gte: 3 } }, first: 4,
                    orderBy: [{ field: WIN_RATE, direction: DESC }]) {
                __typename key { surface going year } statistics { rides winRate longestWinStreak }
                records(orderBy: { field: WIN_ODDS }, first: 2) {
                    totalCount nodes { winOdds } edges { cursor } pageInfo { hasNextPage } } } } } }""",
        {},
    ),
    (
        """query ($by: [GroupKey!]!, $h: GroupHaving, $o: [GroupOrder!]) { jockey(id: "00001") { records {
            groupBy(by: $by, having: $h, orderBy: $o) { key { oddsBand weekday } records { nodes { date } } } } } }""",
        {"by": ["ODDS_BAND", "WEEKDAY"], "h": {"wins": {"gt": 0}}, "o": [{"field": "WINS", "nulls": "FIRST"}]},
    ),
    ('{ jockey(id: "00001") { records { groupBy(by: []) { key { year } } } } }', {}),
    (
        """{ jockey(id: "00001") { records { groupBy(by: [HORSE_NAME, MONTH], first: 100) {
            key { month weather m: month racecourse } statistics { prizeMoney wins } } } } }""",
        {},
    ),
    (
        """{ compareJockeys(ids: ["00001", "99999", "a0001"], filter: { surface: { eq: DIRT } }) {
            jockey { id records(first: 1) { nodes { date } } } statistics { rides winRate prizeMoney } } }""",
        {},
    ),
    ('{ compareJockeys(ids: ["nonsense"]) { jockey { id } } }', {}),
    ('{ __schema { queryType { name } } jockey(id: "00001") { id } }', {}),
    ('{ __type(name: "Going") { enumValues { name } } }', {}),
]


@pytest.fixture(scope="module")
def core(sample_data: Path) -> Iterator[Core]:
    """Wire data access and execution over the sample data."""
    core = create_core(Settings(data=str(sample_data), log_level="ERROR"))
    yield core
    core.services.close()


@pytest.mark.parametrize(("query", "variables"), HARD)
def test_hard_operations_are_equal_both_ways(core: Core, query: str, variables: dict[str, Any]) -> None:
    """Aliases, fragments, directives, variables, gaps and errors: the plan's bytes are the general executor's."""
    assert body(answer(core, query, variables, planned=True)) == body(answer(core, query, variables, planned=False))


@pytest.fixture(scope="module")
def undated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    """Wire execution over a career of 300 races, a few of which have no readable date, and one without any."""
    folder = tmp_path_factory.mktemp("undated")
    days = [f"2024/{1 + row % 12:02}/{1 + row % 28:02}" for row in range(300)]
    for row in (0, 7, 8, 150, 299):
        days[row] = "?"
    names = [f"テスト{row % 90}" for row in range(300)]
    frame = pd.DataFrame({"日付": days, "開催": "4中山9", "R": "11", "馬名": names, "着順": "1", "馬場": "良"})
    frame.to_pickle(folder / "00001.pickle")
    frame.drop(columns="日付").to_pickle(folder / "00002.pickle")
    core = create_core(Settings(data=str(folder), log_level="ERROR"))
    yield core
    core.services.close()


@pytest.mark.parametrize("jockey", ["00001", "00002"])
@pytest.mark.parametrize("wrong", ["", 'wrong: jockey(id: "nonsense") { id }'], ids=["", "elsewhere"])
@pytest.mark.parametrize(
    "records",
    [
        "records { nodes { date horseName raw(column: DATE) } }",
        "records { nodes { horseName __typename } }",
        "records { edges { cursor node { d: date horseName date } } }",
        "records { edges { a: node { horseName } b: node { date } c: node { date won } } }",
        "records(first: 5) { nodes { date meeting horseName } }",
        "records(first: 90) { nodes { raw(column: WEATHER) horseName v: raw(column: VIDEO) w: won h: horseName } }",
        "records(first: 5, filter: { date: { isNull: false } }) { nodes { date } }",
        "records(filter: { date: { isNull: false } }, orderBy: { field: HORSE_NAME }) { nodes { date going } }",
        'records(filter: { horseName: { eq: "nobody" } }) { nodes { date } }',
        "records { groupBy(by: [MONTH]) { key { month } records { nodes { date } edges { node { won date } } } } }",
        "records { groupBy(by: [HORSE_NAME, YEAR]) { key { horseName year going } statistics { rides winRate } } }",
    ],
)
def test_rows_without_a_date_are_left_out_both_ways(undated: Core, jockey: str, wrong: str, records: str) -> None:
    """A row without its date is in no list; the others are as ever, wherever there are errors."""
    query = f'{{ {wrong} jockey(id: "{jockey}") {{ {records} }} }}'
    assert body(answer(undated, query, {}, planned=True)) == body(answer(undated, query, {}, planned=False))


@pytest.mark.parametrize("wrong", ["", 'wrong: jockey(id: "nonsense") { id }'])
def test_rows_are_written_by_columns_whatever_fails(undated: Core, wrong: str) -> None:
    """In the general executor, an error beside a list does not make each of its values cost more."""
    document = undated.documents.get(
        f'{{ {wrong} jockey(id: "00001") {{ records {{ nodes {{ date horseName }} }} }} }}'
    )
    context = Context(undated.services, "r")
    found = asyncio.run(undated.engine.execute_generally(document.request(undated.engine.schema, None, {}), context))
    assert bool(found.errors) == bool(wrong)
    assert context.budget.spent < 2 * 300 + 50


@st.composite
def selections(draw: st.DrawFn) -> str:
    """Draw a selection of a record: fields with aliases, raw texts, type names, inline fragments."""
    parts = []
    for number in range(draw(st.integers(1, 8))):
        name = draw(st.sampled_from([*FIELD_NAMES, "__typename", "raw"]))
        if name == "raw":
            name = f"raw(column: {draw(st.sampled_from(SOURCES)).name})"
        condition = draw(st.sampled_from(["", "", "", " @include(if: $yes)", " @skip(if: $yes)", " @skip(if: false)"]))
        alias = f"f{number}: " if name.startswith("raw") or draw(st.booleans()) else ""
        part = f"{alias}{name}{condition}"
        parts.append(draw(st.sampled_from([part, part, f"... on RaceRecord {{ {part} }}", f"...{{ {part} }}"])))
    return " ".join(parts)


@given(
    selection=selections(),
    jockey=st.sampled_from(["00001", "00002", "a0001", "a0002", "99999"]),
    arguments=st.sampled_from(
        [
            "",
            "(first: 3)",
            "(last: 5)",
            "(first: $n)",
            "(first: 90)",
            "(first: 0)",
            "(filter: { going: { ne: RYO } })",
            "(orderBy: [{ field: HORSE_NAME }, { field: DATE, direction: DESC }], last: $n)",
            "(filter: { won: { eq: $yes } }, orderBy: { field: MARGIN, nulls: FIRST }, first: 70)",
        ]
    ),
    shape=st.sampled_from(
        [
            "nodes {{ {0} }}",
            "edges {{ cursor node {{ {0} }} }}",
            "edges {{ n: node {{ {0} }} }} totalCount",
            "statistics {{ rides winRate }} nodes {{ {0} }}",
            "groupBy(by: [YEAR, GOING], first: 7) {{ key {{ year going }} records(last: 2) {{ nodes {{ {0} }} }} }}",
        ]
    ),
    yes=st.booleans(),
    number=st.one_of(st.none(), st.integers(-1, 40)),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_generated_operations_are_equal_both_ways(
    core: Core, selection: str, jockey: str, arguments: str, shape: str, yes: bool, number: int | None
) -> None:
    """Any selection over any window gives the same bytes by plan and by the general executor."""
    query = f"""query Generated($yes: Boolean = true, $n: Int) {{
        jockey(id: "{jockey}") {{ id @skip(if: $yes) records{arguments} {{ {shape.format(selection)} }} }}
        again: __typename @include(if: $yes)
        other: jockey(id: "00002") {{ records(first: $n) {{ totalCount }} }} }}"""
    variables = {"yes": yes, "n": number}
    assert body(answer(core, query, variables, planned=True)) == body(answer(core, query, variables, planned=False))


@st.composite
def group_selections(draw: st.DrawFn) -> str:
    """Draw a selection of a group: keys and statistics as columns, and what each group has to be asked for."""

    def drawn(names: list[str]) -> str:
        chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=6))
        return " ".join(draw(st.sampled_from([name, name, f"a{at}: {name}"])) for at, name in enumerate(chosen))

    parts = [
        f"key {{ {drawn([*GROUP_KEYS, '__typename'])} }}",
        f"statistics {{ {drawn([*STATISTIC_NAMES, '__typename'])} }}",
        f"again: statistics {{ {drawn(STATISTIC_NAMES)} }}",
        "... on RaceGroup { __typename }",
        "other: statistics { winRateInterval { lower } summary(field: WIN_ODDS) { p50 } }",
        "records(first: 1) { nodes { date } }",
        "key { year @include(if: $yes) going @skip(if: $yes) }",
    ]
    return " ".join(draw(st.lists(st.sampled_from(parts), min_size=1, max_size=4, unique=True)))


@given(
    selection=group_selections(),
    jockey=st.sampled_from(["00001", "00002", "a0001"]),
    by=st.lists(st.sampled_from(sorted(GROUP_KEYS.values())), min_size=1, max_size=3, unique=True),
    having=st.sampled_from(["", "having: { wins: { gte: 1 } }", "having: { rides: { gt: 100000 } }"]),
    order=st.sampled_from(["", "orderBy: [{ field: WINS, direction: DESC }]", "first: 3"]),
    yes=st.booleans(),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_generated_groups_are_equal_both_ways(
    core: Core, selection: str, jockey: str, by: list[str], having: str, order: str, yes: bool
) -> None:
    """Any selection of any groups, a few or hundreds, gives the same bytes by plan and by the general executor."""
    query = f"""query Generated($yes: Boolean = true) {{ jockey(id: "{jockey}") {{ id @skip(if: $yes) records {{
        groupBy(by: [{", ".join(by)}] {having} {order}) {{ {selection} }} }} }} }}"""
    found = answer(core, query, {"yes": yes}, planned=True)
    assert found.planned == (not found.errors)
    assert body(found) == body(answer(core, query, {"yes": yes}, planned=False))


def test_ordinary_lists_are_planned(core: Core) -> None:
    """All but errors and introspection, filters, statistics and groups too, takes the fast path."""
    for query, variables in HARD:
        if "{ __schema" in query or "{ __type(" in query:
            continue
        found = answer(core, query, variables, planned=True)
        assert found.planned == (not found.errors), query


def test_errors_come_from_the_general_executor(core: Core) -> None:
    """A failing resolver leaves the plan, so that errors have the general executor's paths."""
    found = answer(core, '{ jockey(id: "00001") { records(first: -1) { totalCount } } }', {}, planned=True)
    assert not found.planned
    assert found.errors[0].path == ["jockey", "records"]


class Meeting:
    """Where all guests of a list have to be at once; the last of ``size`` may fail, at once or when it waits."""

    def __init__(self, size: int, failing: str = "") -> None:
        """Expect ``size`` guests."""
        self.size = size
        self.failing = failing
        self.here = 0
        self.left = 0
        self.all_here = asyncio.Event()

    def come(self) -> Awaitable[int]:
        """Come, and wait for the others."""
        self.here += 1
        if self.here == self.size:
            self.all_here.set()
            if self.failing == "at once":
                raise ValueError("by order of the test")
        return self._wait(fails=self.here == self.size and bool(self.failing))

    async def _wait(self, *, fails: bool) -> int:
        async with asyncio.timeout(10):
            await self.all_here.wait()
        if fails:
            raise ValueError("by order of the test")
        self.left += 1
        return self.here


def party(sample_data: Path, meeting: Meeting) -> Answer:
    """Ask all guests of a list."""

    @strawberry.type
    class Guest:
        name: str

        @strawberry.field(metadata=PURE, graphql_type=int)
        def others(self) -> Awaitable[int]:
            return meeting.come()

    @strawberry.type
    class Query:
        @strawberry.field(metadata=PURE, graphql_type=list[Guest])
        def guests(self) -> list[Guest]:
            return [Guest(name=name) for name in "abc"]

    core = create_core(Settings(data=str(sample_data), log_level="ERROR"), schema=strawberry.Schema(Query))
    return answer(core, "{ guests { name others } }", {}, planned=True)


def test_items_of_a_list_wait_together(sample_data: Path) -> None:
    """None waits for the one before it: what they wait for can be asked for all at once."""
    found = party(sample_data, Meeting(3))
    assert found.planned
    assert orjson.loads(body(found))["data"]["guests"] == [{"name": each, "others": 3} for each in "abc"]


@pytest.mark.parametrize("failing", ["at once", "later"])
def test_one_item_that_fails_leaves_none_behind(sample_data: Path, failing: str) -> None:
    """The others end first, and the general executor answers."""
    meeting = Meeting(3, failing)
    found = party(sample_data, meeting)
    assert not found.planned
    assert meeting.left == 2 + 3
    assert [guest["others"] for guest in orjson.loads(body(found))["data"]["guests"]] == [6, 6, 6]

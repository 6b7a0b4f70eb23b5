"""Cost: what operations ask for, reckoned from coerced arguments, and the budget that answering spends."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, get_nullable_type, is_list_type, is_object_type, parse
from graphql.execution.values import VariableValues
from starlette.testclient import TestClient

from fakes import FakeClock
from graphql_api.app import Core, api_schema, create_app, create_core
from graphql_api.archive.costs import JOCKEYS, SEARCH
from graphql_api.config import Settings
from graphql_api.execution.budget import Budget, Exhausted
from graphql_api.execution.context import Context
from graphql_api.execution.cost import COUNTS, KEYS, LOAD, ONE_VALUE, TEST, CostVisitor, FieldCost
from graphql_api.execution.document import Document
from graphql_api.execution.private_names import metadata_of
from graphql_api.jockeys.schema import groups as group_types
from graphql_api.jockeys.schema.statistics import FIGURE
from graphql_api.races.records import RACE, READ
from graphql_client import codes, run

GRAPHQL = api_schema()._schema
PAGE = 'jockey(id: "00001") { records(first: 10) { totalCount nodes { date going } pageInfo { endCursor } } }'
JOCKEY = LOAD + 1


@pytest.fixture(scope="module")
def core(sample_data: Path) -> Iterator[Core]:
    """Wire documents and their judgement."""
    core = create_core(Settings(data=str(sample_data), log_level="ERROR"))
    yield core
    core.services.close()


def cost(core: Core, query: str, **variables: Any) -> int:
    """Reckon the cost of a valid document's only operation."""
    document = core.documents.get(query)
    assert not document.errors, document.errors
    return core.documents.cost(document.request(core.engine.schema, None, variables))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ __typename }", 1),
        ('{ jockey(id: "00001") { id name } }', JOCKEY + 2),
        ('{ a: jockey(id: "00001") { id } b: jockey(id: "00002") { id } }', 2 * (JOCKEY + 1)),
        (f"{{ {PAGE} }}", JOCKEY + 1 + 1 + 1 + 10 * 2 + 2),
        ('{ jockey(id: "00001") { records(last: 3) { edges { cursor node { date } } } } }', JOCKEY + 2 + 3 * 3),
        ('{ jockey(id: "00001") { records(first: 9, last: 3) { nodes { date } } } }', JOCKEY + 2 + 3),
        ('{ jockey(id: "00001") { records { nodes { date } } } }', JOCKEY + 2 + 1),
        ('{ jockeysByIds(ids: ["00001", "00002"]) { id } }', 1 + 2 * (JOCKEY + 1)),
        ('{ jockeysByIds(ids: "00001") { id } }', 1 + JOCKEY + 1),
        ('{ jockey(id: "00001") { ...J ...J } } fragment J on Jockey { id ...{ name } }', JOCKEY + 4),
        ("query ($n: Int = 7) { " + PAGE.replace("10", "$n") + " }", JOCKEY + 3 + 7 * 2 + 2),
    ],
)
def test_cost_is_weights_times_lengths(core: Core, query: str, expected: int) -> None:
    """A value costs one, a jockey its load, and what is in a list as often as the list is long."""
    assert cost(core, query) == expected


def test_variables_count_as_coerced(core: Core) -> None:
    """What a variable asks for counts, given or by default, also when the same document comes again."""
    query = 'query ($n: Int = 1000, $i: [ID!] = []) { jockey(id: "1") { records(first: $n) { nodes { date } } } '
    query += "jockeysByIds(ids: $i) { id } }"
    bare = JOCKEY + 2 + 1
    assert cost(core, query) == bare + 1000
    assert cost(core, query, n=5) == bare + 5
    assert cost(core, query, n=None, i=["00001"] * 3) == bare + 1 + 3 * (JOCKEY + 1)
    assert cost(core, query, n="five") == 0, "it will not run"


def test_no_value_is_taken_for_another_that_came_before(core: Core) -> None:
    """A text costs one id even where it reads like the list that comes next, and a filter what is in it."""
    query = "query ($i: [ID!]!) { jockeysByIds(ids: $i) { id } }"
    ids = ["00001", "00002", "00003"]
    for _ in range(2):
        assert cost(core, query, i=str(ids)) == 1 + JOCKEY + 1
        assert cost(core, query, i=ids) == 1 + 3 * (JOCKEY + 1)
        assert cost(core, query, i=ids[:2]) == 1 + 2 * (JOCKEY + 1)


def test_what_is_remembered_of_variables_is_short(core: Core) -> None:
    """However long a variable's value was, a document stays as small as its text."""
    query = "query ($i: [ID!]!) { jockeysByIds(ids: $i) { name } }"
    for value in ("0" * 100_000, ["0" * 100_000], {"x": "0" * 100_000}):
        cost(core, query, i=value)
    assert core.documents.get(query).compiled.size < 5_000


def test_a_field_that_fails_for_its_arguments_hides_no_other(core: Core) -> None:
    """Null in place of an id spoils its own field; what stands beside it counts, then and in later requests."""
    query = 'query ($i: ID = "00001", $n: Int) { jockey(id: $i) { id } b: jockey(id: "00002") { records(first: $n) '
    query += "{ nodes { date } } } }"
    full = 2 * JOCKEY + 1 + 2 + 1_000
    for variables in ({"i": None, "n": 1_000}, {"n": 1_000}, {"i": None, "n": 1_000}, {"i": "00003", "n": 1_000}):
        assert cost(core, query, **variables) == full


def test_tests_of_a_filter_cost(core: Core) -> None:
    """Each value in an argument is work on every row."""
    plain = '{ jockey(id: "00001") { records { totalCount } } }'
    filtered = plain.replace("records", "records(filter: {or: [{going: {isNull: true}}, {won: {isNull: false}}]})")
    assert cost(core, filtered) == cost(core, plain) + 7 * TEST


def test_long_texts_cost_at_every_use(core: Core, client: TestClient) -> None:
    """A text is folded wherever it is used; one variable that makes long work of it is refused before any is done."""
    uses = ", ".join(["{horseName: {contains: $t}}"] * 190)
    query = f'query ($t: String!) {{ jockey(id: "00001") {{ records(filter: {{or: [{uses}]}}) {{ totalCount }} }} }}'
    assert cost(core, query, t="a" * 1_000) - cost(core, query, t="a" * 99) == 190 * 10 * TEST
    assert codes(run(client, query, t="a" * 200_000)) == ["QUERY_TOO_COMPLEX"]
    assert client.get("/ready").json()["cache"]["miss"] == 0


@pytest.mark.parametrize(
    ("tests", "argument"),
    [
        ("{contains: $t}", "horseName.contains"),
        ('{in: ["a", $t]}', "horseName.in"),
        ("{eq: $t}", "horseName.eq"),
    ],
)
def test_texts_of_a_filter_have_a_length(client: TestClient, tests: str, argument: str) -> None:
    """A thousand characters pass in any operator, one more is refused with the argument's name and the bound."""
    records = f"records(filter: {{horseName: {tests}}}) {{ totalCount }}"
    query = f'query ($t: String!) {{ jockey(id: "00001") {{ {records} }} }}'
    assert run(client, query, t="\u0301\u0323" * 500)["data"]["jockey"]["records"] == {"totalCount": 0}
    refused = run(client, query, t="a" * 1_001)
    assert codes(refused) == ["BAD_USER_INPUT"]
    assert refused["errors"][0]["message"] == f"Argument 'filter.{argument}' is longer than 1000 characters."


def test_every_search_is_paid_for(core: Core) -> None:
    """Names are gone through for each list and each alias anew; the search itself finds nothing yet."""
    jockeys, horses = JOCKEYS + 1, SEARCH + 1
    searched = '{ search(query: "x", first: 5) { indexedAt jockeys { id } a: horses { name } b: horses { name } } }'
    assert cost(core, searched) == 2 + jockeys + 2 * horses + 5 * 3


def test_exponential_fragments_are_reckoned_once_each() -> None:
    """Fragments that spread the next one twice double the cost, and take one step each."""
    chain = " ".join(f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(60))
    judged = Document(parse(f"{{ ...F0 }} {chain} fragment F60 on Query {{ __typename }}"))
    visitor = CostVisitor(GRAPHQL, judged.fragments, VariableValues({}, {}))
    assert visitor.operation(judged.operation(None)) == 2**60


def declared(kind: str, name: str) -> FieldCost:
    """Return what a field of the schema declares that it costs."""
    return metadata_of(GRAPHQL.type_map[kind].fields[name]).get(FieldCost, ONE_VALUE)


@pytest.mark.parametrize("name", ["jockey", "node", "jockeysByIds", "compareJockeys", "jockeys"])
def test_a_field_that_loads_declares_it(name: str) -> None:
    """Reading a file is the dearest thing that a small query can ask for."""
    assert declared("Query", name) == FieldCost(weight=LOAD)


@pytest.mark.parametrize("kind", ["Statistics", "NumericSummary"])
def test_every_figure_is_paid_for(kind: str) -> None:
    """Each of them is counted over the rows when it is asked for; nobody may forget it for a new one."""
    assert {name for name in GRAPHQL.type_map[kind].fields if declared(kind, name).weight != FIGURE} == set()


def test_every_list_of_objects_has_a_length() -> None:
    """By an argument, here or around it, or as declared: no list of objects is free because nobody thought of it."""
    objects = [kind for kind in GRAPHQL.type_map.values() if isinstance(kind, GraphQLObjectType)]
    fields = [(kind, name, found) for kind in objects if kind.name[:2] != "__" for name, found in kind.fields.items()]
    pages = {get_named_type(found.type) for _, _, found in fields if set(found.args) & set(COUNTS)}
    unbounded = [
        f"{kind.name}.{name}"
        for kind, name, found in fields
        if is_list_type(get_nullable_type(found.type)) and is_object_type(get_named_type(found.type))
        if not set(found.args) & {*COUNTS, *KEYS} and kind not in pages and declared(kind.name, name).size is None
    ]
    assert unbounded == []


def test_what_asks_for_too_much_is_refused_before_anything_is_loaded(client: TestClient) -> None:
    """The error tells the cost and the limit; no file is read."""
    query = "query ($n: Int = 2000000) { " + PAGE.replace("10", "$n") + " }"
    answer = run(client, query)
    assert codes(answer) == ["QUERY_TOO_COMPLEX"]
    assert "4,010,006 values, of 3,000,000 at most" in answer["errors"][0]["message"]
    assert client.get("/ready").json()["cache"]["miss"] == 0


@pytest.fixture(scope="module")
def frugal(sample_data: Path) -> Iterator[TestClient]:
    """Give a client of an application with a small budget: of three loads, or so many values."""
    settings = Settings(data=str(sample_data), max_cost=3 * LOAD)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


LISTS = " ".join(f"list{number}: records {{ nodes {{ {{0}} }} }}" for number in range(4))
COLUMNS = " ".join(field for field in GRAPHQL.type_map["RaceRecord"].fields if field not in {"raw", "race"})  # type: ignore[attr-defined]


@pytest.mark.parametrize("spoiled", ["", 'bad: jockey(id: "x") { id }'], ids=["plan", "general"])
@pytest.mark.parametrize("media_type", ["application/json", "application/graphql-response+json"])
def test_rows_that_no_argument_bounds_are_paid_for_when_known(
    frugal: TestClient, spoiled: str, media_type: str
) -> None:
    """All records of a career pass or do not, by the values that they really have, however they are written."""

    def ask(fields: str) -> Any:
        query = f'{{ {spoiled} jockey(id: "00001") {{ {LISTS.replace("{0}", fields)} }} }}'
        return frugal.post("/graphql", json={"query": query}, headers={"accept": media_type})

    assert len(ask("date").json()["data"]["jockey"]["list3"]["nodes"]) > 100
    refused = ask(COLUMNS)
    assert refused.status_code == 413
    assert refused.headers["content-type"].startswith(media_type)
    assert list(refused.json()) == ["errors"]
    assert codes(refused.json()) == ["RESPONSE_TOO_LARGE"]


def test_an_answer_of_too_many_bytes_is_refused(sample_data: Path) -> None:
    """Few values can be large; the answer as written has a bound of its own, by a plan and without."""
    records = 'jockey(id: "00001") { records { nodes { date } } }'
    with TestClient(create_app(Settings(data=str(sample_data), max_response_bytes=1_000))) as client:
        for query in (f"{{ {records} }}", f'{{ {records} bad: jockey(id: "x") {{ id }} }}'):
            answer = client.post("/graphql", json={"query": query})
            assert answer.status_code == 413
            assert codes(answer.json()) == ["RESPONSE_TOO_LARGE"]
        assert run(client, '{ jockey(id: "00001") { id } }')["data"]


def test_a_budget_ends_with_its_values_or_its_time() -> None:
    """Spending up to the limit passes; one value more, or one second more, ends the request with its reason."""
    clock = FakeClock()
    budget = Budget(10, 5, clock=clock)
    budget.spend(10)
    with pytest.raises(Exhausted) as exhausted:
        budget.spend(1)
    assert exhausted.value.error.code == "RESPONSE_TOO_LARGE"
    late = Budget(10, 5, clock=clock)
    clock.turn(5.1)
    with pytest.raises(Exhausted) as exhausted:
        late.spend(1)
    assert exhausted.value.error.code == "TIMEOUT"


@pytest.mark.parametrize("spoiled", ["", 'bad: jockey(id: "x") { id }'], ids=["plan", "general"])
def test_work_that_cannot_be_interrupted_looks_at_the_clock(core: Core, spoiled: str) -> None:
    """A request past its time ends at the next object, list or field, planned or not."""
    clock = FakeClock()
    context = Context(core.services, budget=Budget(seconds=1, clock=clock))
    document = core.documents.get(f'{{ {spoiled} jockey(id: "00001") {{ records {{ nodes {{ date }} }} }} }}')
    clock.turn(2)
    with pytest.raises(Exhausted):
        asyncio.run(core.engine.execute(document, None, {}, context))


def worked(core: Core, query: str) -> int:
    """Answer a query, and give the work that it took."""
    context = Context(core.services)
    assert not asyncio.run(core.engine.execute(core.documents.get(query), None, {}, context)).errors
    return context.budget.worked


def test_a_page_takes_no_pass_over_the_rows_once_they_are_named(core: Core) -> None:
    """However long the career, its newest races are little work; a filter or an order goes through all rows."""
    page = 'jockey(id: "00001") {{ records({}first: 1) {{ totalCount pageInfo {{ endCursor }} }} }}'
    plain = "{ " + page.format("") + " }"
    rows = 1_000
    worked(core, plain)
    assert worked(core, plain) < rows
    assert worked(core, "{ " + page.format("filter: {going: {eq: RYO}}, ") + " }") > rows
    assert worked(core, "{ " + page.format("orderBy: [{field: DATE}], ") + " }") > rows


def test_pages_of_races_cost_what_is_read_for_them(core: Core) -> None:
    """Each race is put together of all of its rides, whichever of its fields are selected; a count reads none."""

    def page(count: int, selected: str) -> int:
        return cost(core, f"{{ races(first: {count}) {{ {selected} }} }}")

    for selected in ("nodes { id }", "edges { node { id } }"):
        assert page(1_000, selected) - page(100, selected) > 900 * (READ + RACE)
    assert page(1_000, "totalCount") == page(100, "totalCount")


def test_pages_of_groups_are_work(core: Core) -> None:
    """The records of each group count as much as they take: many groups are long work, however few their rows."""
    groups = '{{ jockey(id: "00001") {{ records {{ groupBy(by: [HORSE_NAME, YEAR], first: {}) {{ {} }} }} }} }}'
    pages = "records(first: 1) { nodes { date } }"
    one, hundred = (worked(core, groups.format(count, pages)) for count in (1, 101))
    assert hundred - one > 100 * group_types.PAGE
    assert worked(core, groups.format(101, "key { horseName }")) < 101 * group_types.PAGE

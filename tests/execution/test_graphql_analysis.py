"""Filters, orders, statistics, groups and comparisons through HTTP: what they give, and how wrong input is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from graphql_api import samples
from graphql_api.app import api_schema, create_app
from graphql_api.config import Settings
from graphql_api.installed import read_settings
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.keys import KEYS
from graphql_api.jockeys.schema.filters import FILTERS
from graphql_api.jockeys.statistics import STATISTICS
from graphql_api.jockeys.summaries import NUMERICS
from graphql_client import codes, data, run
from plain_count import agree, plain_statistics


def camel(name: str) -> str:
    """Give a name in GraphQL's style."""
    head, *tail = name.split("_")
    return head + "".join(map(str.capitalize, tail))


def records(client: TestClient, arguments: str, selection: str, jockey: str = "00001", **variables: Any) -> Any:
    """Ask for a jockey's records."""
    declared = "($filter: RaceRecordFilter, $orderBy: [RaceRecordOrder!])" if variables else ""
    query = f'query Q{declared} {{ jockey(id: "{jockey}") {{ records{arguments} {{ {selection} }} }} }}'
    return data(client, query, **variables)["jockey"]["records"]


def refusal(client: TestClient, field: str) -> str:
    """Ask for what must be refused as bad user input, and give the message."""
    answer = run(client, f'{{ jockey(id: "00001") {{ {field} }} }}')
    assert codes(answer) == ["BAD_USER_INPUT"], answer
    message: str = answer["errors"][0]["message"]
    return message


# Filters and orders


def test_a_filter_leaves_what_passes(client: TestClient) -> None:
    """Filtered records are those of all that pass, in the file's order, and the total counts them."""
    nodes = records(client, "", "nodes { surface distance winOdds horseName }")["nodes"]
    chosen = records(
        client,
        "(filter: { surface: { in: [TURF] }, or: [{ distance: { gte: 2000 } }, { winOdds: { lt: 5 } }], "
        'not: { horseName: { startsWith: "テスト" } } })',
        "totalCount nodes { surface distance winOdds horseName }",
    )
    expected = [
        node
        for node in nodes
        if node["surface"] == "TURF"
        and (node["distance"] >= 2000 or (node["winOdds"] is not None and node["winOdds"] < 5))
        and not node["horseName"].startswith("テスト")
    ]
    assert chosen == {"totalCount": len(expected), "nodes": expected}
    assert 0 < len(expected) < len(nodes)


def test_filters_and_orders_come_by_variables(client: TestClient) -> None:
    """Input objects as variables mean what they mean in the document."""
    by_variables = records(
        client,
        "(filter: $filter, orderBy: $orderBy)",
        "nodes { date winOdds }",
        filter={"going": {"ne": "RYO"}, "and": [{"winOdds": {"isNull": False}}]},
        orderBy=[{"field": "WIN_ODDS", "direction": "DESC"}, {"field": "DATE"}],
    )
    in_document = records(
        client,
        "(filter: { going: { ne: RYO }, and: { winOdds: { isNull: false } } }, "
        "orderBy: [{ field: WIN_ODDS, direction: DESC }, { field: DATE }])",
        "nodes { date winOdds }",
    )
    assert by_variables == in_document
    odds = [node["winOdds"] for node in by_variables["nodes"]]
    assert odds == sorted(odds, reverse=True)
    assert odds


def test_nulls_stand_where_they_are_told(client: TestClient) -> None:
    """Null comes last whatever the direction, or first on demand."""
    for direction in ("ASC", "DESC"):
        for nulls in ("LAST", "FIRST"):
            arguments = f"(orderBy: {{ field: PRIZE_MONEY, direction: {direction}, nulls: {nulls} }})"
            money = [node["prizeMoney"] for node in records(client, arguments, "nodes { prizeMoney }")["nodes"]]
            null = [value is None for value in money]
            assert null == sorted(null, reverse=nulls == "FIRST")
            assert any(null)
            known = [value for value in money if value is not None]
            assert known == sorted(known, reverse=direction == "DESC")


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_field_can_be_filtered_and_every_scalar_ordered(client: TestClient, field: Any) -> None:
    """Each field of a record has a filter, and each but lists is something to order by."""
    name = camel(field.name)
    null = records(client, f"(filter: {{ {name}: {{ isNull: true }} }})", f"totalCount nodes {{ {name} }}")
    assert all(node is None or node[name] is None for node in null["nodes"])
    known = records(client, f"(filter: {{ {name}: {{ isNull: false }} }})", "totalCount")["totalCount"]
    assert null["totalCount"] + known == records(client, "", "totalCount")["totalCount"]
    if field.type != list[int]:
        ordered = records(client, f"(orderBy: {{ field: {field.name.upper()} }}, last: 1)", "totalCount")
        assert ordered["totalCount"] == null["totalCount"] + known


def test_pages_of_an_order_follow_each_other(client: TestClient) -> None:
    """Cursors of a filtered and ordered connection go on where its page ended."""
    arguments = "filter: { surface: { eq: TURF } }, orderBy: [{ field: HORSE_NAME, direction: DESC }]"
    names = [node["horseName"] for node in records(client, f"({arguments})", "nodes { horseName }")["nodes"]]
    seen: list[str] = []
    after = ""
    while True:
        page = records(
            client, f"({arguments}, first: 9{after})", "nodes { horseName } pageInfo { endCursor hasNextPage }"
        )
        seen += [node["horseName"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = f', after: "{page["pageInfo"]["endCursor"]}"'
    assert seen == names
    assert len(seen) > 9


# Statistics


def test_statistics_respect_the_filter_and_ignore_the_page(client: TestClient) -> None:
    """The figures are of all records that the filter leaves, whatever page is shown."""
    selection = "totalCount nodes { date } statistics { rides wins winRate winRateInterval { lower upper } }"
    turf = records(client, "(filter: { surface: { eq: TURF } })", selection)
    page = records(client, "(filter: { surface: { eq: TURF } }, first: 2)", selection)
    whole = records(client, "", selection)
    assert page["statistics"] == turf["statistics"]
    assert page["totalCount"] == turf["totalCount"]
    assert turf["statistics"]["rides"] < whole["statistics"]["rides"]
    interval = turf["statistics"]["winRateInterval"]
    assert interval["lower"] < turf["statistics"]["winRate"] < interval["upper"]


def test_all_statistics_of_a_jockey_equal_a_plain_count(client: TestClient) -> None:
    """Every figure arrives as a plain count of the records' own texts gives it."""
    columns = {
        "日付": "DATE",
        "開催": "MEETING",
        "R": "RACE_NUMBER",
        "頭数": "FIELD_SIZE",
        "通過": "CORNER_POSITIONS",
        "レース名": "RACE_NAME",
        "単勝": "WIN_ODDS",
        "人気": "FAVOURITE_RANK",
    }
    columns |= {"着順": "FINISH_POSITION", "賞金(万円)": "PRIZE_MONEY"}
    raw = " ".join(f"c{place}: raw(column: {name})" for place, name in enumerate(columns.values()))
    figures = " ".join(camel(each.name) for each in STATISTICS)
    found = records(client, "", f"nodes {{ {raw} }} statistics {{ {figures} }}", jockey="00002")
    texts = [
        {header: (node[f"c{place}"] or "").removesuffix(".0") for place, header in enumerate(columns)}
        for node in found["nodes"]
    ]
    expected = {camel(name): value for name, value in plain_statistics(texts).items()}
    expected["bestDay"] = str(expected["bestDay"])
    assert agree(found["statistics"], expected)


def test_a_jockey_without_records_has_no_rates(client: TestClient) -> None:
    """Where the filter leaves nothing, counts are zero, and rates, intervals and summaries null."""
    found = records(
        client,
        '(filter: { horseName: { eq: "nobody" } })',
        "statistics { rides winRate winRateInterval { lower } summary(field: WIN_ODDS) { count sum mean p50 } } "
        "groupBy(by: SURFACE) { key { surface } }",
    )
    assert found == {
        "statistics": {
            "rides": 0,
            "winRate": None,
            "winRateInterval": None,
            "summary": {"count": 0, "sum": None, "mean": None, "p50": None},
        },
        "groupBy": [],
    }


def test_a_file_without_finishes_has_unknown_rides(tmp_path: Path) -> None:
    """Where the column 着順 is missing, rides and wins are null, not zero, and groups by it pass no test of rides."""
    frame = samples.frame("00001", 30, 1)
    frame = frame.drop(columns=[label for label in frame.columns if "".join(label.split()) == "着順"])
    frame.to_pickle(tmp_path / "00001.pickle")
    with TestClient(create_app(Settings(data=str(tmp_path)))) as client:
        figures = "statistics { rides wins winRate unplaced longestWinStreak prizePerRide }"
        groups = (
            "all: groupBy(by: SURFACE) { statistics { rides } } some: groupBy(by: SURFACE, having: %s) { key { %s } }"
        )
        found = records(client, "", f"{figures} {groups % ('{ rides: { gte: 0 } }', 'surface')}")
    assert set(found["statistics"].values()) == {None}
    assert {group["statistics"]["rides"] for group in found["all"]} == {None}
    assert found["some"] == []


def test_every_numeric_field_can_be_summarised(client: TestClient) -> None:
    """Each numeric field has a summary, whose percentiles lie between its extremes."""
    aliases = " ".join(
        f"{name}: summary(field: {name.upper()}) {{ count min p25 p50 p75 p90 top: percentile(p: 100) max stddev }}"
        for name in NUMERICS
    )
    for name, found in records(client, "", f"statistics {{ {aliases} }}")["statistics"].items():
        if found["count"]:
            figures = [found[each] for each in ("min", "p25", "p50", "p75", "p90", "top", "max")]
            assert figures == sorted(figures), name
            assert found["top"] == found["max"]


# Groups


def test_groups_have_keys_statistics_and_records(client: TestClient) -> None:
    """Groups part the records: their totals add up, and each one's records share the group's key."""
    found = records(
        client,
        "",
        "totalCount groupBy(by: [SURFACE, GOING]) { key { surface going racecourse } statistics { rides } "
        "records { totalCount nodes { surface going } } }",
    )
    groups = found["groupBy"]
    assert sum(group["records"]["totalCount"] for group in groups) == found["totalCount"]
    for group in groups:
        assert group["key"]["racecourse"] is None
        assert group["statistics"]["rides"] <= group["records"]["totalCount"]
        for node in group["records"]["nodes"]:
            assert node == {"surface": group["key"]["surface"], "going": group["key"]["going"]}


@pytest.mark.parametrize("name", sorted(KEYS))
def test_every_key_groups(client: TestClient, name: str) -> None:
    """By each key, the groups part the filtered records and differ in the key."""
    found = records(
        client,
        "(filter: { fieldSize: { gt: 0 } })",
        f"totalCount groupBy(by: {name.upper()}) {{ key {{ {camel(name)} }} records {{ totalCount }} }}",
    )
    values = [group["key"][camel(name)] for group in found["groupBy"]]
    assert len(set(values)) == len(values) > 0
    assert sum(group["records"]["totalCount"] for group in found["groupBy"]) == found["totalCount"]


def test_groups_are_chosen_and_ordered_by_their_statistics(client: TestClient) -> None:
    """``having``, ``orderBy`` and ``first`` choose the best of those that are large enough."""
    selection = "key { raceNumber } statistics { rides winRate }"
    groups = records(client, "", f"groupBy(by: RACE_NUMBER) {{ {selection} }}")["groupBy"]
    least = sorted(group["statistics"]["rides"] for group in groups)[2] + 1
    large = [group for group in groups if group["statistics"]["rides"] >= least]
    assert 3 < len(large) < len(groups)
    best = sorted(large, key=lambda group: -group["statistics"]["winRate"])[:3]
    arguments = f"having: {{ rides: {{ gte: {least} }} }}, orderBy: {{ field: WIN_RATE, direction: DESC }}, first: 3"
    assert records(client, "", f"groupBy(by: RACE_NUMBER, {arguments}) {{ {selection} }}")["groupBy"] == best


def test_a_groups_records_have_pages_of_their_own(client: TestClient) -> None:
    """A group's records are ordered and paged like a jockey's."""
    selection = "totalCount nodes { winOdds } pageInfo { hasNextPage endCursor }"
    arguments = "orderBy: { field: WIN_ODDS }, first: 2"
    both = f"all: records {{ nodes {{ winOdds }} }} page: records({arguments}) {{ {selection} }}"
    for group in records(client, "", f"groupBy(by: SURFACE) {{ {both} }}")["groupBy"]:
        odds = sorted(node["winOdds"] for node in group["all"]["nodes"] if node["winOdds"] is not None)
        assert [node["winOdds"] for node in group["page"]["nodes"]] == odds[:2]
        assert group["page"]["pageInfo"]["hasNextPage"] == (group["page"]["totalCount"] > 2)


# Comparisons


def test_jockeys_are_compared_side_by_side(client: TestClient) -> None:
    """Each one's statistics are those of their own records under the filter; null where there is no file."""
    query = """query ($ids: [ID!]!, $filter: RaceRecordFilter) {
        compareJockeys(ids: $ids, filter: $filter) { jockey { id name } statistics { rides wins top3Rate } }
        jockeysByIds(ids: $ids) { id name records(filter: $filter) { statistics { rides wins top3Rate } } } }"""
    found = data(client, query, ids=["a0001", "99999", "00001"], filter={"going": {"eq": "RYO"}})
    alone = [
        each and {"jockey": {"id": each["id"], "name": each["name"]}, "statistics": each["records"]["statistics"]}
        for each in found["jockeysByIds"]
    ]
    assert found["compareJockeys"] == alone
    assert alone[1] is None
    assert alone[0] != alone[2]


def test_comparisons_take_fifty_ids_of_the_right_form(client: TestClient) -> None:
    """As with ``jockeysByIds``, too many ids, or one that is none, are refused."""
    query = "query ($ids: [ID!]!) { compareJockeys(ids: $ids) { statistics { rides } } }"
    for ids in ([f"{number:05d}" for number in range(51)], ["00001", "x"]):
        answer = run(client, query, ids=ids)
        assert codes(answer) == ["BAD_USER_INPUT"]
        assert "'ids'" in answer["errors"][0]["message"] or "id" in answer["errors"][0]["message"]


# Refusals


@pytest.mark.parametrize(
    ("field", "named"),
    [
        ("records(filter: { going: null }) { totalCount }", "'filter.going'"),
        ("records(filter: { going: { eq: null } }) { totalCount }", "'filter.going.eq'"),
        ("records(filter: { or: [{ winOdds: { isNull: null } }] }) { totalCount }", "'filter.or[0].winOdds.isNull'"),
        (
            "records(filter: { cornerPositions: { some: { in: null } } }) { totalCount }",
            "'filter.cornerPositions.some.in'",
        ),
        ("records(filter: { not: { date: { lt: null } } }) { totalCount }", "'filter.not.date.lt'"),
        ("records(filter: { and: [" + "{ won: { eq: true } }" * 201 + "] }) { totalCount }", "'filter'"),
        (
            "records(orderBy: [{ field: DATE }, { field: DATE, direction: DESC }]) { totalCount }",
            "'orderBy' names DATE",
        ),
        ("records(first: 1001) { totalCount }", "'first' must be at most 1000; it is 1001"),
        ("records(last: 1001) { totalCount }", "'last' must be at most 1000"),
        ("records(last: -1) { totalCount }", "'last' must not be negative"),
        ("records { groupBy(by: []) { key { year } } }", "'by'"),
        ("records { groupBy(by: [YEAR, YEAR]) { key { year } } }", "'by'"),
        ("records { groupBy(by: YEAR, first: -1) { key { year } } }", "'first'"),
        ("records { groupBy(by: YEAR, first: 1001) { key { year } } }", "'first' must be at most 1000"),
        ("records { groupBy(by: YEAR, having: { rides: { gt: null } }) { key { year } } }", "'having.rides.gt'"),
        ("records { groupBy(by: YEAR, orderBy: { field: GOING }) { key { year } } }", "'orderBy' names the key GOING"),
        ("records { groupBy(by: YEAR, orderBy: [{ field: WINS }, { field: WINS }]) { key { year } } }", "'orderBy'"),
        ("records { groupBy(by: YEAR) { records(first: 1001) { totalCount } } }", "'first'"),
        ("records { statistics { summary(field: LAST3F) { percentile(p: 101) } } }", "'p' must be from 0 to 100"),
        ("records { statistics { summary(field: LAST3F) { percentile(p: -0.1) } } }", "'p'"),
    ],
)
def test_what_makes_no_sense_is_refused_by_the_arguments_name(client: TestClient, field: str, named: str) -> None:
    """Input that means nothing is bad user input whose message says which argument is wrong, and why."""
    assert named in refusal(client, field)


@pytest.mark.parametrize(
    "field",
    [
        "records(filter: { going: { eq: SOFT } }) { totalCount }",
        'records(filter: { date: { eq: "tomorrow" } }) { totalCount }',
        "records(filter: { going: { contains: RYO } }) { totalCount }",
        "records(filter: { nonsense: { eq: 1 } }) { totalCount }",
        "records(orderBy: [{ field: CORNER_POSITIONS }]) { totalCount }",
        "records { groupBy(by: RACE_ID) { key { year } } }",
        "records { statistics { summary(field: GOING) { count } } }",
    ],
)
def test_what_the_types_forbid_is_refused_before_anything_runs(client: TestClient, field: str) -> None:
    """Members, operators, fields and keys that do not exist are validation errors."""
    answer = run(client, f'{{ jockey(id: "00001") {{ {field} }} }}')
    assert codes(answer) == ["GRAPHQL_VALIDATION_FAILED"]


@pytest.mark.parametrize("value", [{"going": {"eq": "SOFT"}}, {"date": {"eq": "tomorrow"}}, {"nonsense": 1}, "RYO"])
def test_wrong_variables_are_refused_by_name(client: TestClient, value: Any) -> None:
    """A variable that is no filter is bad user input that names the variable."""
    query = 'query ($filter: RaceRecordFilter) { jockey(id: "00001") { records(filter: $filter) { totalCount } } }'
    answer = run(client, query, filter=value)
    assert codes(answer) == ["BAD_USER_INPUT"]
    assert "'$filter'" in answer["errors"][0]["message"]


def test_a_filter_nested_beyond_reason_is_refused(client: TestClient) -> None:
    """A filter nested hundreds of levels deep in a variable is refused, not a fault of the server; a hundred pass."""
    query = 'query ($filter: RaceRecordFilter) { jockey(id: "00001") { records(filter: $filter) { totalCount } } }'
    won: dict[str, Any] = {"won": {"eq": True}}
    hundred, hundreds = won, won
    for _ in range(50):
        hundred = {"not": {"not": hundred}}
    for _ in range(300):
        hundreds = {"not": hundreds}
    assert run(client, query, filter=hundred) == run(client, query, filter=won)
    response = client.post("/graphql", json={"query": query, "variables": {"filter": hundreds}})
    assert (response.status_code, codes(response.json())) == (400, ["BAD_REQUEST"])


@pytest.fixture
def strict_client(sample_data: Path) -> Iterator[TestClient]:
    """Give a client of a server that bounds pages and groups narrowly."""
    settings = read_settings({}, data=str(sample_data), max_page=5, max_groups=3)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def test_bounds_are_settings(strict_client: TestClient) -> None:
    """The bounds of pages and groups come from the settings; without ``first`` all records come all the same."""
    assert len(records(strict_client, "(first: 5)", "nodes { date }")["nodes"]) == 5
    assert "at most 5" in refusal(strict_client, "records(first: 6) { totalCount }")
    assert len(records(strict_client, "", "nodes { date }")["nodes"]) > 5
    too_many = refusal(strict_client, "records { groupBy(by: HORSE_NAME) { key { horseName } } }")
    assert "'by'" in too_many
    assert "at most" in too_many
    groups = "groupBy(by: HORSE_NAME, first: 3) { key { horseName } }"
    assert len(records(strict_client, "", groups)["groupBy"]) == 3


def test_null_for_a_whole_argument_is_as_if_it_were_left_out(client: TestClient) -> None:
    """``filter: null``, ``orderBy: null`` and the like mean no filter and no order."""
    plain = records(client, "", "totalCount nodes { date }")
    assert records(client, "(filter: null, orderBy: null, first: null)", "totalCount nodes { date }") == plain
    assert records(client, "(filter: {}, orderBy: [])", "totalCount nodes { date }") == plain


def test_inputs_are_described() -> None:
    """Every input field of the API has a description."""
    for kind in api_schema()._schema.type_map.values():
        for name, field in getattr(kind, "fields", {}).items() if kind.name in _INPUTS else ():
            assert field.description, (kind.name, name)


_INPUTS = {
    name for name, kind in api_schema()._schema.type_map.items() if type(kind).__name__ == "GraphQLInputObjectType"
}


def test_every_type_of_field_has_its_filter() -> None:
    """No field of the column table is without a filter type."""
    assert {field.type for field in FIELDS if field.type != list[int]} <= set(FILTERS)
    assert {"RaceRecordFilter", "GroupHaving", "IntListFilter", "StringFilter"} <= _INPUTS

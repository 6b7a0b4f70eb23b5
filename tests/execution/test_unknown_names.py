"""Unknown names: a few are told with what is close to them, many without, and what is not told is not looked for."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from starlette.testclient import TestClient

from graphql_api.app import Core, create_core, serve_core
from graphql_api.config import Settings

LOOKING = {"suggestion_list", "get_close_matches"}
FILTERED = 'query ($f: RaceRecordFilter) { jockey(id: "00001") { records(filter: $f) { totalCount } } }'
GROUPED = 'query ($k: [GroupKey!]!) { jockey(id: "00001") { records { groupBy(by: $k) { count } } } }'
GROUPED = GROUPED.replace("{ count }", "{ statistics { rides } }")
ORDERED = 'query ($o: [RaceRecordOrder!]) { jockey(id: "00001") { records(orderBy: $o) { totalCount } } }'

VARIABLES = {
    "fields": (FILTERED, lambda n: {"f": {f"surfac{i}": 1 for i in range(n)}}),
    "nested fields": (FILTERED, lambda n: {"f": {"and": [{"not": {f"surfac{i}": 1}} for i in range(n)]}}),
    "enum values in input objects": (FILTERED, lambda n: {"f": {"surface": {"in": [f"TURFF{i}" for i in range(n)]}}}),
    "enum values": (GROUPED, lambda n: {"k": [f"RACECOURS{i}" for i in range(n)]}),
    "numbers for enum values": (GROUPED, lambda n: {"k": list(range(n))}),
    "fields in a list": (ORDERED, lambda n: {"o": [{"fieldd": "DATE"}] * n}),
    "long names": (FILTERED, lambda n: {"f": {f"{'surface' * 10}{i}": 1 for i in range(n)}}),
}
DOCUMENTS = {
    "fields": lambda n: "{ " + " ".join(f"jocke{i}" for i in range(min(n, 29))) + " }",
    "arguments": lambda n: "{ jockey(" + " ".join(f"i{i}: 1" for i in range(n)) + ") { id } }",
    "types": lambda n: "query (" + " ".join(f"$a{i}: Strin{i}" for i in range(n)) + ") { __typename }",
    "enum values": lambda n: (
        '{ jockey(id: "1") { records { groupBy(by: [' + " ".join(f"RACECOURS{i}" for i in range(n)) + "])"
        " { statistics { rides } } } } }"
    ),
    "input fields": lambda n: (
        '{ jockey(id: "1") { records(filter: {' + " ".join(f"surfac{i}: 1" for i in range(n)) + "}) { totalCount } } }"
    ),
    "directives": lambda n: "{ __typename " + " ".join(f"@skip(iff{i}: true)" for i in range(min(n, 49))) + " }",
}  # fmt: skip


def make_core(sample_data: Path, **settings: Any) -> Core:
    """Wire data access and execution over the sample."""
    return create_core(Settings(data=str(sample_data), log_level="ERROR", **settings))


@pytest.fixture(scope="module")
def telling(sample_data: Path) -> Iterator[Core]:
    """Give a core that tells what is close to an unknown name."""
    core = make_core(sample_data)
    yield core
    core.services.close()


@pytest.fixture(scope="module")
def silent(sample_data: Path) -> Iterator[Core]:
    """Give a core that does not."""
    core = make_core(sample_data, introspection=False)
    yield core
    core.services.close()


def looked_for(core: Core, query: str, variables: Any = None) -> tuple[int, int, list[dict[str, Any]]]:
    """Answer an operation; count how often close names were looked for, and all calls, and give the errors."""
    calls: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call":
            calls[frame.f_code.co_name] += 1

    async def run() -> bytes:
        sys.setprofile(count)
        try:
            return await core.run(query, variables)
        finally:
            sys.setprofile(None)

    answer = json.loads(asyncio.run(run()))
    assert "data" not in answer
    return sum(calls[each] for each in LOOKING), calls.total(), answer["errors"]


@pytest.mark.parametrize("kind", VARIABLES)
def test_many_unknown_names_in_variables_are_not_looked_for(telling: Core, kind: str) -> None:
    """The first five are told, as cheaply as they were read; no more are, and close names of none."""
    query, made = VARIABLES[kind]
    looked_for(telling, query, made(2))
    looked, calls, errors = looked_for(telling, query, made(100))
    _, twice, _ = looked_for(telling, query, made(200))
    assert looked == 0
    assert len(errors) == 6
    assert {each["extensions"]["code"] for each in errors} == {"BAD_USER_INPUT"}
    assert twice < 2.2 * calls + 500


@pytest.mark.parametrize("kind", ["fields", "nested fields", "enum values in input objects", "enum values"])
def test_a_misspelt_name_in_variables_is_told_what_is_close(telling: Core, kind: str) -> None:
    """One wrong name is a misprint, and the answer helps."""
    query, made = VARIABLES[kind]
    looked, _, errors = looked_for(telling, query, made(1))
    assert 1 <= looked <= 2
    assert "Did you mean" in errors[0]["message"]
    assert errors[0]["locations"]


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_unknown_names_in_documents_are_looked_for_a_few_times(telling: Core, kind: str) -> None:
    """Five errors of a document are told, and close names are sought for as many."""
    looked, _, errors = looked_for(telling, DOCUMENTS[kind](100))
    assert looked <= 6
    assert len(errors) <= 6


@pytest.mark.parametrize("count", [1, 5, 100])
def test_where_suggestions_are_off_nothing_is_looked_for(silent: Core, count: int) -> None:
    """Neither in variables nor in documents, be there few unknown names or many."""
    for query, made in VARIABLES.values():
        looked, _, errors = looked_for(silent, query, made(count))
        assert looked == 0
        assert "Did you mean" not in str(errors)
        assert len(errors) <= 6
    for document in DOCUMENTS.values():
        looked, _, errors = looked_for(silent, document(count))
        assert looked == 0
        assert "Did you mean" not in str(errors)


def test_a_path_says_where_an_unknown_name_is(silent: Core) -> None:
    """The message names the variable, the place in it, and the name, cut where it is long."""
    _, _, errors = looked_for(silent, FILTERED, {"f": {"and": [{}, {"not": {"x" * 500: 1}}]}})
    assert errors[0]["message"].startswith("Variable '$f' has invalid value at .and[1].not: ")
    assert len(errors[0]["message"]) < 300


@pytest.mark.parametrize("settings", [{}, {"introspection": False}])
def test_other_faults_of_variables_are_told_as_before(sample_data: Path, settings: Any) -> None:
    """A value of a wrong type, and one that is missing, are graphql-core's to tell."""
    core = make_core(sample_data, **settings)
    client = TestClient(serve_core(core, core.settings))
    for variables in ({"f": 1}, {"f": {"fieldSize": {"eq": "many"}}}, {"f": {"and": [{"surface": {"eq": "TURF"}}, 7]}}):
        answer = client.post("/graphql", json={"query": FILTERED, "variables": variables}).json()
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    core.services.close()


def test_a_long_parameter_of_an_export_is_not_compared(telling: Core) -> None:
    """A short unknown parameter is told what is close to it, one that is longer than any is not."""
    client = TestClient(serve_core(telling, telling.settings))
    assert "Did you mean 'surface'" in client.get("/api/jockey/00001.csv?surfac=1").json()["detail"]
    assert "Did you mean" not in client.get(f"/api/jockey/00001.csv?surface{'e' * 200}=1").json()["detail"]

"""Limits on documents: what is too large, too deep or too wide is refused before it costs anything."""

from pathlib import Path

import pytest
from graphql import parse
from starlette.testclient import TestClient

from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.execution.limits import Limits, check
from graphql_client import codes, data, run

LIMITS = Limits(depth=4, fields=20, aliases=3, directives=2, root_fields=3, definitions=3)


@pytest.mark.parametrize(
    "query",
    [
        "{ a { b { c { d } } } }",
        "{ a b c }",
        "{ x: a y: a z: a }",
        "{ a @skip(if: true) b @skip(if: true) }",
        "{ ...F ...F } fragment F on Q { a }",
        "query A { a b c } query B { a b c }",
        "{ ...F } fragment F on Q { ...F }",
        "{ ...Missing }",
    ],
)
def test_within_the_limits_nothing_is_refused(query: str) -> None:
    """Each operation is measured on its own; cycles and unknown fragments are left to validation."""
    assert check(parse(query), LIMITS) is None


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("{ a { b { c { d { e } } } } }", "5 levels deep"),
        ("{ a { ...F } } fragment F on Q { b { c { d { e } } } }", "5 levels deep"),
        ("{ a b c d }", "4 root fields"),
        ("{ ...F ...F } fragment F on Q { a b }", "4 root fields"),
        ("{ w: a x: a y: a z: a }", "4 aliases"),
        ("{ a { ...F ...F } } fragment F on Q { x: a y: a }", "4 aliases"),
        ("{ a @skip(if: true) b { c @skip(if: true) d @skip(if: true) } }", "3 directives"),
        ("query @a @b @c { a }", "3 directives"),
        ("{ a { " + "f " * 20 + "} }", "21 fields"),
        ("{ a } " + "fragment F on Q { a } " * 3, "4 definitions"),
        ("query A { a } query B { a } query C { a } query D { a }", "4 definitions"),
    ],
)
def test_past_a_limit_the_error_says_which(query: str, what: str) -> None:
    """The error names the measure, the count and the limit."""
    error = check(parse(query), LIMITS)
    assert error is not None
    assert what in error.message
    assert error.extensions == {"code": "QUERY_TOO_COMPLEX"}


def test_exponential_fragments_are_measured_in_one_pass(client: TestClient) -> None:
    """Forty fragments that each spread the next twice: 2^40 fields, refused at once."""
    fragments = " ".join(f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(40))
    answer = run(client, f"{{ ...F0 }} {fragments} fragment F40 on Query {{ __typename }}")
    assert codes(answer) == ["QUERY_TOO_COMPLEX"]
    assert "over a billion" in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    "query",
    [
        "{ " + " ".join(f"a{i}: __typename" for i in range(1_500)) + " }",
        "{ __typename " + "@skip(if: false) " * 600 + "}",
        "{ jockey" * 400,
        "{ __typename " + "# comment\n" * 2_000 + "}",
        "{" * 14_000,
        "{ __typename }" + " " * 20_000,
        "[" * 100_000,
        "{ jockey(id: " + "[" * 1_400 + "]" * 1_400 + ") { id } }",
        "{ jockey(id: " + "{a: " * 700 + "1" + "}" * 700 + ") { id } }",
        "query ($a: " + "[" * 1_400 + "Int" + "]" * 1_400 + ") { __typename }",
        "{ " + "... { " * 1_400 + "__typename" + " }" * 1_400 + "}",
        '{ jockey(id: "1") { ' + "records { nodes { date } } " * 400 + "} }",
        '{ jockey(id: "1") { ' + "id " * 1_900 + "} }",
        "query Q { __typename } " * 500,
        "{ __schema { types { " + "fields { type { " * 7 + "name" + " } }" * 7 + " } } }",
    ],
)
def test_bombs_are_refused(client: TestClient, query: str) -> None:
    """Whatever a document has without end, it is refused as too complex or no GraphQL."""
    answer = run(client, query)
    assert list(answer) == ["errors"]
    assert set(codes(answer)) <= {"QUERY_TOO_COMPLEX", "GRAPHQL_PARSE_FAILED"} or "depth" in str(answer)


def test_limits_are_settings(sample_data: Path) -> None:
    """Each limit can be set, and the error names the one that was passed."""
    settings = Settings(
        data=str(sample_data), max_query_depth=2, max_query_aliases=1, max_query_root_fields=2, max_query_directives=0,
        max_query_fields=4, max_query_definitions=2, max_query_tokens=60, max_query_characters=200,
    )  # fmt: skip
    passing = {
        "levels": '{ jockey(id: "1") { source { rows } } }',
        "aliases": "{ a: __typename b: __typename }",
        "root fields": "{ __typename __typename __typename }",
        "directives": "{ __typename @skip(if: true) }",
        "fields": '{ jockey(id: "1") { id id id id } }',
        "definitions": "query A { __typename } query B { __typename } query C { __typename }",
        "tokens": "{ __typename " + "id " * 60 + "}",
        "characters": "{ __typename }" + " " * 200,
    }
    with TestClient(create_app(settings)) as client:
        for what, query in passing.items():
            assert what in run(client, query)["errors"][0]["message"], what


def test_without_introspection_nothing_of_the_schema_is_told(sample_data: Path) -> None:
    """One setting turns off introspection and what would replace it: suggestions of names, in every kind of error."""
    query = "query ($n: GroupKey!) { jockey(id: 1) { records { groupBy(by: [$n]) { count } } } }"
    with TestClient(create_app(Settings(data=str(sample_data), introspection=False))) as client:
        answers = [
            run(client, "{ __schema { types { name } } }"),
            run(client, "{ jocky(id: 1) { id } }"),
            run(client, "{ jockey(idd: 1) { id } }"),
            run(client, query.replace("count", "records { totalCount }"), n="RACECOURS"),
        ]
    for answer in answers:
        assert list(answer) == ["errors"]
        assert "Did you mean" not in str(answer)
    with TestClient(create_app(Settings(data=str(sample_data)))) as client:
        assert "Did you mean 'jockey'" in str(run(client, "{ jocky(id: 1) { id } }"))


def test_the_explorers_own_introspection_is_within_the_limits(client: TestClient) -> None:
    """Tools can read the schema: the standard introspection query with every option is answered."""
    from graphql import get_introspection_query

    query = get_introspection_query(input_value_deprecation=True, schema_description=True, type_depth=9)
    assert data(client, query)["__schema"]["queryType"]["name"] == "Query"

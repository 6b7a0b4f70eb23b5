"""Limits on documents: what is too large, too deep or too wide is refused before it costs anything."""

import pytest
from graphql import parse
from graphql_client import codes, data, run
from starlette.testclient import TestClient

from graphql_api.limits import Limits, check

LIMITS = Limits(depth=4, fields=20, aliases=3, directives=2, root_fields=3)


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
    ],
)
def test_past_a_limit_the_error_says_which(query: str, what: str) -> None:
    """The error names the measure, the count and the limit."""
    error = check(parse(query), LIMITS)
    assert error is not None
    assert what in error.message
    assert error.extensions == {"code": "QUERY_TOO_COMPLEX"}


def test_exponential_fragments_are_measured_in_one_pass(client: TestClient) -> None:
    """Sixty fragments that each spread the next twice: 2^60 fields, refused at once."""
    fragments = " ".join(f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(60))
    answer = run(client, f"{{ ...F0 }} {fragments} fragment F60 on Query {{ __typename }}")
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
    ],
)
def test_bombs_are_refused(client: TestClient, query: str) -> None:
    """Aliases, directives, depth, comments and brackets without end are refused as too complex or no GraphQL."""
    assert set(codes(run(client, query))) <= {"QUERY_TOO_COMPLEX", "GRAPHQL_PARSE_FAILED"}


def test_the_explorers_own_introspection_is_within_the_limits(client: TestClient) -> None:
    """Tools can read the schema: the standard introspection query with every option is answered."""
    from graphql import get_introspection_query

    query = get_introspection_query(input_value_deprecation=True, schema_description=True, type_depth=9)
    assert data(client, query)["__schema"]["queryType"]["name"] == "Query"

"""One table of kinds: GraphQL's filters, the exports' parameters and the OpenAPI document have the same operators."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, get_named_type, get_nullable_type
from starlette.testclient import TestClient
from strawberry.utils.str_converters import to_camel_case

from graphql_api.app import api_schema, create_app
from graphql_api.config import Settings
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.routes.filters import PARAMETERS
from graphql_api.tables.fields import Field
from graphql_api.tables.kinds import KINDS, kind_of
from graphql_api.tables.operators import OPERATORS
from graphql_client import data

QUERY = """query ($filter: RaceRecordFilter) {
  jockey(id: "00001") { records(filter: $filter) { nodes { date raceNumber horseNumber } } } }"""
COLUMNS = "date,race_number,horse_number"

Row = dict[str, Any]
ALL = pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)


@pytest.fixture(scope="module")
def client(sample_data: Path) -> Iterator[TestClient]:
    """Give a client that all tests of this module share."""
    with TestClient(create_app(Settings(data=str(sample_data)))) as shared:
        yield shared


@pytest.fixture(scope="module")
def typed_rows(client: TestClient) -> list[Row]:
    """Give the typed rows of one jockey."""
    return exported(client)


def exported(client: TestClient, **parameters: str) -> list[Row]:
    """Fetch rows from the exports."""
    response = client.get("/api/jockey/00001.ndjson", params=parameters)
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.content.splitlines()]


def parameter_of(field: Field, operator: str) -> str:
    """Name the query parameter of a test."""
    return field.name if operator == "eq" else f"{field.name}_{operator}"


def operand_of(operator: str, value: Any) -> Any:
    """Make an operand of a value that occurs."""
    special = {"in": [value], "is_null": False, "contains": str(value)[:2], "starts_with": str(value)[:2]}
    return special.get(operator, value)


def text_of(operand: Any) -> str:
    """Write an operand for a query string."""
    if isinstance(operand, list):
        return ",".join(map(text_of, operand))
    return str(operand).lower() if isinstance(operand, bool) else str(operand)


@ALL
def test_graphql_has_the_operators_of_the_kind(field: Field) -> None:
    """The filter input of each field has one argument for each operator, of the operand's type."""
    filters = get_nullable_type(
        api_schema()._schema.type_map["RaceRecordFilter"].fields[to_camel_case(field.name)].type
    )
    assert isinstance(filters, GraphQLInputObjectType)
    assert filters.name == f"{field.kind.name}Filter"
    assert list(filters.fields) == [to_camel_case(name) for name in field.kind.operators]
    for name in field.kind.operators:
        argument = filters.fields[to_camel_case(name)]
        assert argument.description == OPERATORS[name].meaning
        named = {"flag": "Boolean", "tests": "IntFilter"}.get(OPERATORS[name].operand, field.kind.name)
        assert get_named_type(argument.type).name == named


@ALL
def test_exports_and_the_document_have_the_operators_of_the_kind(field: Field, client: TestClient) -> None:
    """Each operator is a query parameter, which the OpenAPI document describes; lists are left to GraphQL."""
    described = client.get("/openapi.json").json()["components"]["parameters"]["Filter"]["schema"]["properties"]
    names = [] if field.kind.is_list else [parameter_of(field, operator) for operator in field.kind.operators]
    own = [name for name, parameter in PARAMETERS.items() if parameter.field is field]
    assert own == names
    assert [name for name in described if name in own] == names
    for name in names:
        schema = {"type": "boolean"} if PARAMETERS[name].operator == "is_null" else field.kind.schema
        expected = "string" if PARAMETERS[name].operator == "in" else schema["type"]
        assert described[name]["type"] == expected


@pytest.mark.parametrize(
    ("field", "operator"),
    [(field, operator) for field in FIELDS if not field.kind.is_list for operator in field.kind.operators],
    ids=lambda part: part if isinstance(part, str) else part.name,
)
def test_the_same_test_gives_the_same_rows(
    field: Field, operator: str, client: TestClient, typed_rows: list[Row]
) -> None:
    """What GraphQL takes by a filter, the exports take by the parameter of the same operator."""
    value = next((row[field.name] for row in typed_rows if row[field.name] is not None), None)
    if value is None:
        operator, value = "is_null", True
    operand = operand_of(operator, value)
    test = {to_camel_case(field.name): {to_camel_case(operator): operand}}
    nodes = data(client, QUERY, filter=test)["jockey"]["records"]["nodes"]
    rows = exported(client, columns=COLUMNS, **{parameter_of(field, operator): text_of(operand)})
    assert [list(row.values()) for row in rows] == [list(node.values()) for node in nodes]


def test_an_export_takes_won_ne(client: TestClient, typed_rows: list[Row]) -> None:
    """Known and not so: neither wins nor rides of unknown finish."""
    assert exported(client, won_ne="true") == [row for row in typed_rows if row["won"] is False]


def test_every_operator_belongs_to_a_kind() -> None:
    """No row of the table of operators is without use, and each kind names operators that there are."""
    enums = {kind_of(field.type) for field in FIELDS if field.kind.is_vocabulary}
    assert {name for kind in (*KINDS.values(), *enums) for name in kind.operators} == set(OPERATORS)
    for kind in enums:
        named = api_schema()._schema.type_map[kind.name]
        assert isinstance(named, GraphQLEnumType)
        assert list(named.values) == kind.schema["enum"]

"""The parameters of the plain routes in the words of OpenAPI, made from the tables by which they are read."""

from collections.abc import Iterable
from datetime import date
from enum import Enum
from typing import Any

from strawberry import ID

from graphql_api.jockeys.ids import JOCKEY_ID_PATTERN
from graphql_api.jockeys.routes.export_request import COLUMN_NAMES, COLUMN_SETS, MAX_LIMIT, ORDER_NAMES
from graphql_api.jockeys.routes.filters import PARAMETERS, Parameter
from graphql_api.jockeys.routes.templates import ColumnSet
from graphql_api.jockeys.vocabulary import ENUMS
from graphql_api.text import MAX_LENGTH
from graphql_api.web.openapi.examples import Examples, Operation

Json = dict[str, Any]

SWITCHES = {
    "spreadsheet": "`1`: for spreadsheets. A byte order mark tells them that it is UTF-8, and an apostrophe stands "
    "before a text that they would run as a formula."
}
TYPES: dict[Any, Json] = {
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    str: {"type": "string"},
    ID: {"type": "string"},
}
_EXAMPLES = {
    "Int": "10",
    "Boolean": "true",
    "Date": "2024-01-01",
    **{kind.__name__: next(iter(kind)).name for kind in ENUMS},
}


def parameters(examples: Examples) -> dict[str, Json]:
    """Make the parameters that operations refer to."""
    return {
        "Id": jockey_id(examples),
        "Held": held(),
        "Range": byte_range(),
        "SourceColumns": columns("source"),
        "TypedColumns": columns("typed"),
        "Order": order(),
        "Limit": limit(),
        "Filter": row_filter(),
    }


def jockey_id(examples: Examples) -> Json:
    """Describe the id in a path."""
    return {
        "name": "jockey_id",
        "in": "path",
        "required": True,
        "description": f"A netkeiba jockey id. {examples.notice}".rstrip(),
        "schema": {"type": "string", "pattern": JOCKEY_ID_PATTERN},
        "example": examples.jockey_id,
    }


def held() -> Json:
    """Describe the header that names the version a client holds."""
    return {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag of the version that the client holds.",
        "schema": {"type": "string"},
    }


def byte_range() -> Json:
    """Describe the header that asks for a part."""
    return {
        "name": "Range",
        "in": "header",
        "description": "The part of the file to send, uncompressed. What is no single range of bytes does not count.",
        "schema": {"type": "string"},
        "example": "bytes=0-999",
    }


def _list_of(names: Iterable[str], behind: str = "") -> str:
    """Return the pattern of names separated by commas; that none may stand twice no pattern tells."""
    item = f"(?:{'|'.join(names)}){behind}"
    return f"{item}(?:,{item})*"


_COLUMNS = f"^(?:{'|'.join(COLUMN_SETS)}|{_list_of(COLUMN_NAMES)})$"
_ORDER = "^" + _list_of(ORDER_NAMES, r"(?:\.asc|\.desc)?(?:\.nullsfirst|\.nullslast)?") + "$"


def columns(default: ColumnSet) -> Json:
    """Describe the choice of columns of formats that have ``default`` where nothing is chosen."""
    return {
        "name": "columns",
        "in": "query",
        "description": "`source`: the file's own columns. `typed`: the fields of GraphQL's RaceRecord in snake case. "
        f"Or some of those fields, separated by commas. Without it the columns are `{default}`.",
        "schema": {"type": "string", "maxLength": MAX_LENGTH, "pattern": _COLUMNS, "default": default},
        "examples": {
            "some": {"value": "date,race_name,horse_name,finish_position,prize_money"},
            "typed": {"value": "typed"},
            "source": {"value": "source"},
        },
    }


def order() -> Json:
    """Describe the order of rows."""
    return {
        "name": "order",
        "in": "query",
        "description": "Sort by these typed fields, separated by commas, the first counting most; then, and without "
        "any, in the order of the file, newest first. Behind a field `.desc` sorts from large to small; null is last, "
        "or first with `.nullsfirst`.",
        "schema": {"type": "string", "maxLength": MAX_LENGTH, "pattern": _ORDER},
        "example": "prize_money.desc,date",
    }


def limit() -> Json:
    """Describe the number of rows."""
    return {
        "name": "limit",
        "in": "query",
        "description": "At most so many rows, from the front; without it all rows come.",
        "schema": {"type": "integer", "minimum": 0, "maximum": MAX_LIMIT},
        "example": 20,
    }


def row_filter() -> Json:
    """Describe the filters as one object, each of whose properties is a query parameter."""
    return {
        "name": "filter",
        "in": "query",
        "style": "form",
        "explode": True,
        "description": "Only races that pass every filter: each property is a query parameter of its own, such as "
        "`surface=TURF`. Null passes none but `_is_null`; what is empty does not count.",
        "schema": {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: _operand(parameter) for name, parameter in PARAMETERS.items()},
        },
        "example": {"surface": "TURF", "finish_position_lte": 3},
    }


def is_vocabulary(kind: Any) -> bool:
    """Say whether a field's type is an enum."""
    return isinstance(kind, type) and issubclass(kind, Enum)


def _operand(parameter: Parameter) -> Json:
    kind = parameter.field.type
    described = {"description": f"{parameter.field.description} Takes {parameter.kind}."}
    if parameter.operator == "is_null":
        return {**TYPES[bool], **described}
    if parameter.operator == "in" or kind in (str, ID):
        pattern = {"pattern": f"^(?:{parameter.pattern})$"} if parameter.pattern else {}
        return {"type": "string", "maxLength": MAX_LENGTH, **pattern, **described}
    if is_vocabulary(kind):
        return {"type": "string", "enum": [member.name for member in kind], **described}
    return {**TYPES[kind], **described}


def switch(name: str) -> Json:
    """Describe a parameter that is 0 or 1."""
    schema = {"type": "string", "enum": ["0", "1"], "default": "0"}
    return {"name": name, "in": "query", "description": SWITCHES[name], "schema": schema}


def operation_name(operations: Iterable[Operation]) -> Json:
    """Describe the name in the path of a trusted operation, of which the server may have none."""
    names = [operation.name for operation in operations]
    known = {"enum": names} if names else {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}
    return {
        "name": "name",
        "in": "path",
        "required": True,
        "description": "The name of an operation." + ("" if names else " This server has none."),
        "schema": {"type": "string", **known},
        **({"example": names[0]} if names else {}),
    }


def variables(operations: Iterable[Operation], jockey_id: str) -> Json:
    """Describe the variables of all operations as one object, each of whose properties is a query parameter."""
    kinds: dict[str, list[tuple[str, str]]] = {}
    for operation in operations:
        for name, kind in operation.variables.items():
            kinds.setdefault(name, []).append((kind, operation.name))
    return {
        "name": "variables",
        "in": "query",
        "style": "form",
        "explode": True,
        "description": "The operation's variables: each is a query parameter of its own. A list repeats its parameter "
        "or is a JSON array; input objects are JSON.",
        "schema": {
            "type": "object",
            "properties": {name: _variable(of, jockey_id) for name, of in kinds.items()},
            "additionalProperties": {"type": "string"},
        },
    }


def _variable(kinds: list[tuple[str, str]], jockey_id: str) -> Json:
    """Describe a variable by the types that operations give it, and name the operations that need it."""
    names = ", ".join(f"`{kind}` of {operation}" for kind, operation in kinds)
    examples = [example for kind, _ in kinds if (example := _variable_example(kind, jockey_id))]
    needed_by = [operation for kind, operation in kinds if kind.endswith("!")]
    return {
        "type": "string",
        "description": f"{names}.",
        **({"examples": examples[:1]} if examples else {}),
        **({"x-needed-by": needed_by} if needed_by else {}),
    }


def _variable_example(kind: str, jockey_id: str) -> str | None:
    """Return a value of a type: its default, or what is known to be one; a list of one."""
    declared, _, default = kind.partition(" = ")
    if default:
        return default.strip('"')
    name = declared.strip("[]!")
    value = jockey_id if name == "ID" else _EXAMPLES.get(name)
    return f'["{value}"]' if value and declared.startswith("[") else value

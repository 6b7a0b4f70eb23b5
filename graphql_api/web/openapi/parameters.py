"""Parameters as OpenAPI describes them: those that several routes share, and those of operations."""

from collections.abc import Iterable, Mapping

from graphql_api.text import MAX_LENGTH
from graphql_api.web.filters import Parameter
from graphql_api.web.openapi.objects import Json
from graphql_api.web.openapi.operation import Operation

SWITCHES = {
    "spreadsheet": "`1`: for spreadsheets. The file begins with a byte order mark, and texts that a spreadsheet would "
    "run as a formula begin with an apostrophe."
}


SCALARS = {"Int": "10", "Boolean": "true", "Date": "2024-01-01"}
"""Example values of scalars."""


def parameters() -> dict[str, Json]:
    """Return the parameters that operations of any domain may refer to."""
    return {"Held": held(), "Range": byte_range()}


def shared(*names: str) -> list[Json]:
    """Refer to parameters by their names."""
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def held() -> Json:
    """Describe ``If-None-Match``."""
    return {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag of the version that the client has.",
        "schema": {"type": "string"},
    }


def byte_range() -> Json:
    """Describe ``Range``."""
    return {
        "name": "Range",
        "in": "header",
        "description": "The bytes of the uncompressed file to return. Anything other than one range is ignored.",
        "schema": {"type": "string"},
        "example": "bytes=0-999",
    }


def row_filter(parameters: Mapping[str, Parameter], example: Json) -> Json:
    """Describe the filters of a table as one object, each of whose properties is a query parameter."""
    one = "=".join(map(str, next(iter(example.items()))))
    return {
        "name": "filter",
        "in": "query",
        "style": "form",
        "explode": True,
        "description": "Only rows that meet all filters. Each property is a query parameter, such as "
        f"`{one}`. Null meets only `_is_null`. Empty parameters are ignored.",
        "schema": {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: _operand(parameter) for name, parameter in parameters.items()},
        },
        "example": example,
    }


def _operand(parameter: Parameter) -> Json:
    """Describe the text of a filter. Free texts and lists of them have a maximum length."""
    is_text = parameter.schema["type"] == "string" and not parameter.schema.keys() & {"enum", "format"}
    bound = {"maxLength": MAX_LENGTH} if is_text else {}
    return {**parameter.schema, **bound, "description": f"{parameter.field.description} Takes {parameter.words}."}


def switch(name: str) -> Json:
    """Describe a parameter that is 0 or 1."""
    schema = {"type": "string", "enum": ["0", "1"], "default": "0"}
    return {"name": name, "in": "query", "description": SWITCHES[name], "schema": schema}


def operation_name(operations: Iterable[Operation]) -> Json:
    """Describe the name of a trusted operation in the path. The server may have none."""
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


def variables(operations: Iterable[Operation], values: Mapping[str, str]) -> Json:
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
            "properties": {name: _variable(of, values) for name, of in kinds.items()},
            "additionalProperties": {"type": "string"},
        },
    }


def _variable(kinds: list[tuple[str, str]], values: Mapping[str, str]) -> Json:
    """Describe a variable by the types that operations give it, and name the operations that need it."""
    names = ", ".join(f"`{kind}` of {operation}" for kind, operation in kinds)
    examples = [example for kind, _ in kinds if (example := _variable_example(kind, values))]
    needed_by = [operation for kind, operation in kinds if kind.endswith("!")]
    return {
        "type": "string",
        "description": f"{names}.",
        **({"examples": examples[:1]} if examples else {}),
        **({"x-needed-by": needed_by} if needed_by else {}),
    }


def _variable_example(kind: str, values: Mapping[str, str]) -> str | None:
    """Return an example value of a type: its default or a known value, in a list if the type is a list."""
    declared, _, default = kind.partition(" = ")
    if default:
        return default.strip('"')
    name = declared.strip("[]!")
    value = values.get(name)
    return f'["{value}"]' if value and declared.startswith("[") else value

"""Variables of an operation as JSON Schema (2020-12), which describes the input of a tool to a model."""

from typing import Any

from graphql import (
    GraphQLInputType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_nullable_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    type_from_ast,
    value_from_ast_untyped,
)

Json = dict[str, Any]

SCALARS: dict[str, Json] = {
    "Boolean": {"type": "boolean"},
    "Date": {"type": "string", "format": "date"},
    "DateTime": {"type": "string", "format": "date-time"},
    "Float": {"type": "number"},
    "ID": {"type": "string"},
    "Int": {"type": "integer"},
    "String": {"type": "string"},
}


def input_schema(operation: OperationDefinitionNode, schema: GraphQLSchema) -> Json:
    """Return the schema of a valid operation's variables. It requires those that GraphQL requires."""
    writer = _Writer()
    properties: Json = {}
    required = []
    for variable in operation.variable_definitions or ():
        name = variable.variable.name.value
        kind = type_from_ast(schema, variable.type)
        properties[name] = writer.kind(kind)
        if variable.default_value:
            properties[name] = {**properties[name], "default": value_from_ast_untyped(variable.default_value)}
        elif is_non_null_type(kind):
            required.append(name)
    found = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return {**found, "$defs": writer.definitions} if writer.definitions else found


class _Writer:
    """Writes types. Input objects, which may be recursive, are definitions with references to them."""

    def __init__(self) -> None:
        self.definitions: Json = {}

    def kind(self, kind: GraphQLInputType | Any) -> Json:
        """Return the schema of a type."""
        inner: Any = get_nullable_type(kind)
        if is_list_type(inner):
            return {"type": "array", "items": self.kind(inner.of_type)}
        if is_enum_type(inner):
            values = {name: value.description for name, value in inner.values.items()}
            told = [f"{name}: {about}" for name, about in values.items() if about]
            return {"type": "string", "enum": list(values), "description": " ".join([inner.description or "", *told])}
        if is_input_object_type(inner):
            return self._reference(inner)
        return dict(SCALARS.get(inner.name, {"type": "string"}))

    def _reference(self, kind: Any) -> Json:
        if kind.name not in self.definitions:
            self.definitions[kind.name] = {}  # before its fields are written, which may refer to it
            self.definitions[kind.name] = {
                "type": "object",
                "properties": {
                    name: {**self.kind(field.type), **_described(field.description)}
                    for name, field in kind.fields.items()
                },
                "required": [name for name, field in kind.fields.items() if is_non_null_type(field.type)],
                "additionalProperties": False,
                **_described(kind.description),
            }
        return {"$ref": f"#/$defs/{kind.name}"}


def _described(text: str | None) -> Json:
    return {"description": text} if text else {}

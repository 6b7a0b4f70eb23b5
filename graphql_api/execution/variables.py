"""Variables: values that already are what a plain scalar asks for are taken as they come, others go to graphql-core."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLInputType,
    GraphQLSchema,
    VariableDefinitionNode,
    get_nullable_type,
    is_non_null_type,
    type_from_ast,
)

from graphql_api.execution.private_names import VariableValues, get_variable_values
from graphql_api.execution.unknown_names import named_inputs, unknown_names

Coerce = Callable[[Mapping[str, Any]], VariableValues | None]

PLAIN: Mapping[str, Callable[[Any], bool]] = {
    "Boolean": lambda value: type(value) is bool,
    "Float": lambda value: type(value) is float and math.isfinite(value),
    "ID": lambda value: type(value) is str,
    "Int": lambda value: type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT,
    "String": lambda value: type(value) is str,
}
"""What coercion, and serialisation too, leaves as it is, by scalar type."""


def coercion(schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode]) -> Coerce:
    """Return a function that coerces the variables of a valid operation; it returns None if they are invalid.

    graphql-core looks every type up anew for each request, which takes longer than answering it.
    """
    plain = [_plain(schema, each) for each in definitions]
    named = named_inputs(schema, definitions)

    def coerce(given: Mapping[str, Any]) -> VariableValues | None:
        coerced = {}
        for name, test, nullable in plain:
            value = given.get(name)
            if value is None:
                if not nullable or name not in given:
                    break
            elif test is None or not test(value):
                break
            coerced[name] = value
        else:
            return VariableValues({}, coerced)
        if named and next(unknown_names(named, given), None) is not None:
            return None
        values = get_variable_values(schema, definitions, dict(given), max_errors=0, hide_suggestions=True)
        return None if isinstance(values, list) else values

    return coerce


def _plain(schema: GraphQLSchema, definition: VariableDefinitionNode) -> tuple[str, Callable[[Any], bool] | None, bool]:
    """Return a variable's name, the test for values that may be left as they are, and whether null is one of them."""
    kind: GraphQLInputType = type_from_ast(schema, definition.type)  # type: ignore[assignment]
    return definition.variable.name.value, PLAIN.get(str(get_nullable_type(kind))), not is_non_null_type(kind)

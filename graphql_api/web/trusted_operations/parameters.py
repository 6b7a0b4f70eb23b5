"""Variables as query parameters: ``?id=00001&going=RYO&going=OMO``, read by the operation's own definitions."""

from collections.abc import Iterable
from typing import Any

import orjson
from graphql import (
    GraphQLInputType,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableDefinitionNode,
    get_nullable_type,
    is_input_object_type,
    is_list_type,
    print_ast,
    type_from_ast,
)

from graphql_api.errors import BadUserInput

SHOWN_CHARACTERS = 100

_AS_JSON: dict[str, tuple[type, ...]] = {"Int": (int,), "Float": (int, float), "Boolean": (bool,)}
"""Types that are written as in JSON, with their Python type. All others are texts."""


def read_variables(
    pairs: Iterable[tuple[str, str]], operation: OperationDefinitionNode, schema: GraphQLSchema
) -> dict[str, Any]:
    """Read the variables of a valid operation, for GraphQL to coerce.

    A list is one parameter for each item, or a JSON array. An input object is JSON. Raises ``BadUserInput``.
    """
    definitions = operation.variable_definitions or ()
    kinds = {each.variable.name.value: type_from_ast(schema, each.type) for each in definitions}
    given: dict[str, list[str]] = {}
    for name, text in pairs:
        if name not in kinds:
            raise BadUserInput(_unknown(name, [f"{known} ({kind})" for known, kind in kinds.items()]))
        given.setdefault(name, []).append(text)
    return {name: _value(name, kinds[name], texts) for name, texts in given.items()}


def variable_types(operation: OperationDefinitionNode) -> dict[str, str]:
    """Return the types of an operation's variables, and their defaults, as it declares them: ``Int = 20``."""
    return {each.variable.name.value: _declared(each) for each in operation.variable_definitions or ()}


def _declared(variable: VariableDefinitionNode) -> str:
    kind = print_ast(variable.type)
    return f"{kind} = {print_ast(variable.default_value)}" if variable.default_value else kind


def _value(name: str, kind: Any, texts: list[str]) -> Any:
    kind = get_nullable_type(kind)
    if is_list_type(kind):
        if len(texts) == 1 and texts[0].startswith("["):
            return _from_json(name, kind, texts[0], (list,))
        return [_value(name, kind.of_type, [each]) for each in texts]
    if len(texts) > 1:
        raise BadUserInput(f"Parameter '{name}' is given more than once, but it is not a list.")
    wanted = (dict,) if is_input_object_type(kind) else _AS_JSON.get(kind.name)
    return _from_json(name, kind, texts[0], wanted) if wanted else texts[0]


def _from_json(name: str, kind: GraphQLInputType, text: str, wanted: tuple[type, ...]) -> Any:
    try:
        value = orjson.loads(text)
    except ValueError:
        value = None
    if type(value) not in wanted:
        form = " as JSON" if wanted in ((dict,), (list,)) else ""
        raise BadUserInput(f"Parameter '{name}' must be of type {kind}{form}, not '{text[:SHOWN_CHARACTERS]}'.")
    return value


def _unknown(name: str, known: list[str]) -> str:
    shown = f"Unknown parameter '{name[:SHOWN_CHARACTERS]}'."
    return f"{shown} Parameters are {', '.join(known)}." if known else f"{shown} There are none."

"""Unknown input fields and enum values in variables, found in one walk without looking for what is close to them.

graphql-core looks for close names at each of them, which takes a millisecond, also where nothing of it is told.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from graphql import (
    GraphQLError,
    GraphQLInputType,
    GraphQLSchema,
    VariableDefinitionNode,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    type_from_ast,
)

from graphql_api.execution.private_names import print_path_list

SHOWN_CHARACTERS = 100

Path = tuple[str | int, ...]


class NamedInput(NamedTuple):
    """A variable whose values hold names: of input fields, or of an enum."""

    name: str
    kind: GraphQLInputType
    definition: VariableDefinitionNode


def named_inputs(schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode]) -> list[NamedInput]:
    """Return those variables of a valid operation whose values hold names."""
    found: list[NamedInput] = []
    for definition in definitions:
        kind: GraphQLInputType = type_from_ast(schema, definition.type)  # type: ignore[assignment]
        named = get_named_type(kind)
        if is_enum_type(named) or is_input_object_type(named):
            found.append(NamedInput(definition.variable.name.value, kind, definition))
    return found


def unknown_names(inputs: Sequence[NamedInput], given: Mapping[str, Any]) -> Iterator[GraphQLError]:
    """Return an error for each unknown name, one after the other as they are asked for."""
    for name, kind, definition in inputs:
        for path, message in _walk(given.get(name), kind):
            where = print_path_list(list(path))
            yield GraphQLError(f"Variable '${name}' has invalid value{where}: {message}", definition)


def refusal(errors: Iterator[GraphQLError], most: int, *, hide_suggestions: bool) -> list[GraphQLError]:
    """Return the errors for which an operation is refused before names close to the unknown ones are looked for.

    There are none if suggestions may be told and there are ``most`` unknown names or fewer.
    """
    found = list(islice(errors, most + 1))
    if len(found) > most:
        return [
            *found[:most],
            GraphQLError(f"There are more than {most} errors in the variables. Further errors are not shown."),
        ]
    return found if hide_suggestions else []


def _walk(value: Any, kind: Any) -> Iterator[tuple[Path, str]]:
    """Return the place and the fault of each unknown name in a value."""
    unseen: list[tuple[Any, Any, Path]] = [(value, kind, ())]
    while unseen:
        value, kind, path = unseen.pop()
        kind = get_nullable_type(kind)
        if value is None:
            continue
        yield from ((path, message) for message in _faults(value, kind))
        unseen += _parts(value, kind, path)[::-1]


def _faults(value: Any, kind: Any) -> Iterator[str]:
    """Return the unknown names in a value itself, without what it holds."""
    if is_enum_type(kind):
        if not isinstance(value, str) or value not in kind.values:
            yield f"Value {_shown(value)} does not exist in '{kind.name}' enum."
    elif is_input_object_type(kind) and isinstance(value, dict):
        unknown = (name for name in value if name not in kind.fields)
        yield from (
            f"Expected value of type '{kind.name}' not to include unknown field {_shown(name)}." for name in unknown
        )


def _parts(value: Any, kind: Any, path: Path) -> list[tuple[Any, Any, Path]]:
    """Return what a value holds, in order: the items of a list, or the known fields of an object."""
    if is_list_type(kind):
        items = value if isinstance(value, list) else [value]
        return [(item, kind.of_type, (*path, place)) for place, item in enumerate(items)]
    if is_input_object_type(kind) and isinstance(value, dict):
        return [(inner, kind.fields[name].type, (*path, name)) for name, inner in value.items() if name in kind.fields]
    return []


def _shown(value: Any) -> str:
    text = repr(value[:SHOWN_CHARACTERS]) if isinstance(value, str) else repr(value)
    return text[: SHOWN_CHARACTERS + 2]

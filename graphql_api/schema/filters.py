"""Filter inputs made from the table of kinds, and their conditions."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import strawberry
from strawberry import UNSET
from strawberry.utils.str_converters import to_camel_case

from graphql_api.errors import BadUserInput
from graphql_api.schema.fields import graphql_type
from graphql_api.tables.conditions import EVERYTHING, All, AnyOf, Comparison, Condition, Not, Where
from graphql_api.tables.fields import Field
from graphql_api.tables.kinds import kind_of
from graphql_api.tables.operators import OPERATORS
from graphql_api.text import MAX_LENGTH

MAX_TESTS = 200
"""Maximum number of tests in one filter. Each is a pass over the records."""

_CONNECTIVES = {
    "and": "All of these conditions must hold.",
    "or": "At least one of these conditions must hold. With an empty list, nothing matches.",
}


def input_type(name: str, description: str, fields: Mapping[str, tuple[Any, str]], module: str = __name__) -> Any:
    """Return an input type of optional fields. Python's keywords become attributes with an underscore at the end.

    ``module`` is the module of types that are referred to by name.
    """
    namespace: dict[str, Any] = {
        "__annotations__": {f"{field}_": kind for field, (kind, _) in fields.items()},
        "__doc__": description,
        "__module__": module,
    }
    for field, (_, meaning) in fields.items():
        namespace[f"{field}_"] = strawberry.field(name=to_camel_case(field), description=meaning, default=UNSET)
    return strawberry.input(type(name, (), namespace), name=name, description=description)


@cache
def filter_of(type_: Any) -> Any:
    """Return the filter input of a field's type: an optional operand for each of its operators."""
    kind = kind_of(type_)
    value: Any = graphql_type(type_)
    operands = {
        "value": value,
        "list": None if kind.is_list else list[value],
        "flag": bool,
        "tests": kind.element and filter_of(kind.element.type),
    }
    fields = {name: (operands[OPERATORS[name].operand] | None, OPERATORS[name].meaning) for name in kind.operators}
    return input_type(f"{kind.name}Filter", f"Conditions on {kind.noun}. All given conditions must hold.", fields)


def row_filter(name: str, description: str, fields: Iterable[Field], module: str) -> Any:
    """Return the filter input of a table's rows: its fields, and ``and``, ``or`` and ``not``.

    It must be assigned to the variable ``name`` of ``module``.
    """
    return input_type(
        name,
        description,
        {
            **{field.name: (filter_of(field.type) | None, field.description) for field in fields},
            **{word: (f"list[{name}] | None", meaning) for word, meaning in _CONNECTIVES.items()},
            "not": (
                f"{name} | None",
                "This condition must not hold. A comparison with null does not hold, so a null value matches here.",
            ),
        },
        module,
    )


def condition(given: object | None, argument: str) -> Condition:
    """Return the condition of a filter. None is no filter. Raises ``BadUserInput``."""
    if given is None:
        return EVERYTHING
    read = _condition(given, argument)
    if _size(read) > MAX_TESTS:
        raise BadUserInput(f"Argument '{argument}' has more than {MAX_TESTS} conditions.")
    return read


def _condition(given: object, path: str) -> Condition:
    parts: list[Condition] = []
    for name, value, own in given_in(given, path):
        if name == "not":
            parts.append(Not(_condition(value, own)))
        elif name in _CONNECTIVES:
            inner = tuple(_condition(part, f"{own}[{place}]") for place, part in enumerate(value))
            parts.append(All(inner) if name == "and" else AnyOf(inner))
        elif tests := tests_of(value, own):
            parts.append(Where(name, tests))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def tests_of(given: object, path: str) -> tuple[Comparison, ...]:
    """Return the tests of one field. ``path`` is its name in errors. Raises ``BadUserInput``."""
    return tuple(Comparison(name, _operand(name, value, own)) for name, value, own in given_in(given, path))


def _operand(operator: str, value: Any, path: str) -> Any:
    if OPERATORS[operator].operand == "tests":
        return tests_of(value, path)
    for text in value if isinstance(value, list) else (value,):
        if isinstance(text, str) and len(text) > MAX_LENGTH:
            raise BadUserInput(f"Argument '{path}' is longer than {MAX_LENGTH} characters.")
    return frozenset(value) if isinstance(value, list) else value


def given_in(given: object, path: str) -> Iterator[tuple[str, Any, str]]:
    """Yield name, value and path of each field that an input sets. Null is refused, because it has no meaning."""
    for attribute, value in vars(given).items():
        if value is UNSET:
            continue
        name = attribute.removesuffix("_")
        own = f"{path}.{to_camel_case(name)}"
        if value is None:
            raise BadUserInput(f"Argument '{own}' must not be null. Omit it, or use isNull.")
        yield name, value, own


def _size(condition_: Condition) -> int:
    match condition_:
        case Where(_, tests):
            return len(tests)
        case Not(part):
            return _size(part)
        case All(parts) | AnyOf(parts):
            return sum(map(_size, parts))

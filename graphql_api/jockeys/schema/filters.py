"""Filter inputs, one type for each type of field, and what they say as conditions."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import strawberry
from strawberry import ID, UNSET
from strawberry.utils.str_converters import to_camel_case

from graphql_api.errors import BadUserInput
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.grouping import Having
from graphql_api.jockeys.schema.enums import VOCABULARIES
from graphql_api.jockeys.statistics import STATISTICS
from graphql_api.tables.filtering import EVERYTHING, All, AnyOf, Comparison, Condition, Not, Where
from graphql_api.text import MAX_LENGTH

MAX_TESTS = 200
"""Tests in one filter: each is a pass over the records."""

_EQUALITY = ("eq", "ne", "in", "is_null")
_COMPARISON = ("eq", "ne", "in", "lt", "lte", "gt", "gte", "is_null")
_TEXT = (*_COMPARISON, "contains", "starts_with")

_OPERATORS: Mapping[str, str] = {
    "eq": "Is this.",
    "ne": "Is known and not this.",
    "in": "Is one of these; none where the list is empty.",
    "lt": "Is less than this.",
    "lte": "Is this or less.",
    "gt": "Is more than this.",
    "gte": "Is this or more.",
    "is_null": "True: is null, false: is not. Null passes no other test.",
    "contains": f"Holds this text, of {MAX_LENGTH} characters at most; width, letter case and kind of kana (hiragana, "
    "small) do not count.",
    "starts_with": "Begins with this text; width, letter case and kind of kana do not count.",
}
_IN_LISTS = {"some": "At least one of them passes.", "every": "All of them pass."}
_PLACES = {"first": "The first of them passes.", "last": "The last of them passes."}
_CONNECTIVES = {"and": "All of these hold.", "or": "At least one of these holds; none where the list is empty."}


def input_type(name: str, description: str, fields: Mapping[str, tuple[Any, str]]) -> Any:
    """Make an input type of optional fields; Python's keywords become attributes with an underscore behind them."""
    namespace: dict[str, Any] = {
        "__annotations__": {f"{each}_": kind for each, (kind, _) in fields.items()},
        "__doc__": description,
        "__module__": __name__,
    }
    for each, (_, meaning) in fields.items():
        namespace[f"{each}_"] = strawberry.field(name=to_camel_case(each), description=meaning, default=UNSET)
    return strawberry.input(type(name, (), namespace), name=name, description=description)


def _tests_of(name: str, what: str, kind: Any, operators: Iterable[str]) -> Any:
    """Make the filter of one type of field."""
    operands = {"in": list[kind], "is_null": bool}
    fields = {each: (operands.get(each, kind) | None, _OPERATORS[each]) for each in operators}
    return input_type(name, f"Tests of {what}; all that are given have to pass.", fields)


IntFilter: Any = _tests_of("IntFilter", "a whole number", int, _COMPARISON)
FloatFilter: Any = _tests_of("FloatFilter", "a number", float, _COMPARISON)
FILTERS: Mapping[Any, Any] = {
    int: IntFilter,
    float: FloatFilter,
    str: _tests_of("StringFilter", "a text, full and half width being one (NFKC)", str, _TEXT),
    ID: _tests_of("IDFilter", "an id", ID, _EQUALITY),
    bool: _tests_of("BooleanFilter", "a yes or no", bool, ("eq", "ne", "is_null")),
    date: _tests_of("DateFilter", "a day", date, _COMPARISON),
    list[int]: input_type(
        "IntListFilter",
        "Tests of a list of whole numbers; all that are given have to pass.",
        {
            **{each: (IntFilter | None, meaning) for each, meaning in {**_IN_LISTS, **_PLACES}.items()},
            "is_null": (bool | None, _OPERATORS["is_null"]),
        },
    ),
    **{each: _tests_of(f"{each.__name__}Filter", f"a {each.__name__}", each, _EQUALITY) for each in VOCABULARIES},
}
"""The filter input of each type of field."""

RaceRecordFilter: Any = input_type(
    "RaceRecordFilter",
    "Which race records to take: those for which everything given holds.",
    {
        **{field.name: (FILTERS[field.type] | None, field.description) for field in FIELDS},
        **{each: ("list[RaceRecordFilter] | None", meaning) for each, meaning in _CONNECTIVES.items()},
        "not": ("RaceRecordFilter | None", "This does not hold, be it for null."),
    },
)
GroupHaving: Any = input_type(
    "GroupHaving",
    "Which groups to take: those whose statistics pass everything given.",
    {each.name: (FILTERS[each.type] | None, each.description) for each in STATISTICS},
)


def condition(given: Any, argument: str) -> Condition:
    """Read a RaceRecordFilter, None being no filter; raises ``BadUserInput`` that names what is wrong."""
    if given is None:
        return EVERYTHING
    found = _condition(given, argument)
    if _size(found) > MAX_TESTS:
        raise BadUserInput(f"Argument '{argument}' holds more than {MAX_TESTS} tests.")
    return found


def having(given: Any, argument: str) -> list[Having]:
    """Read a GroupHaving; raises ``BadUserInput`` that names what is wrong."""
    if given is None:
        return []
    return [Having(name, _tests(tests, path)) for name, tests, path in _given(given, argument)]


def _condition(given: Any, path: str) -> Condition:
    parts: list[Condition] = []
    for name, value, own in _given(given, path):
        if name == "not":
            parts.append(Not(_condition(value, own)))
        elif name in _CONNECTIVES:
            inner = tuple(_condition(each, f"{own}[{place}]") for place, each in enumerate(value))
            parts.append(All(inner) if name == "and" else AnyOf(inner))
        elif tests := _tests(value, own):
            parts.append(Where(name, tests))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _tests(given: Any, path: str) -> tuple[Comparison, ...]:
    return tuple(Comparison(name, _operand(value, own)) for name, value, own in _given(given, path))


def _operand(value: Any, path: str) -> Any:
    if isinstance(value, IntFilter):
        return _tests(value, path)
    for text in value if isinstance(value, list) else (value,):
        if isinstance(text, str) and len(text) > MAX_LENGTH:
            raise BadUserInput(f"Argument '{path}' is longer than {MAX_LENGTH} characters.")
    return frozenset(value) if isinstance(value, list) else value


def _given(given: Any, path: str) -> Iterator[tuple[str, Any, str]]:
    """Give the name, value and path of all that an input sets; what is set to null is refused, as it says nothing."""
    for attribute, value in vars(given).items():
        if value is UNSET:
            continue
        name = attribute.removesuffix("_")
        own = f"{path}.{to_camel_case(name)}"
        if value is None:
            raise BadUserInput(f"Argument '{own}' must not be null: leave it out, or test with isNull.")
        yield name, value, own


def _size(condition_: Condition) -> int:
    match condition_:
        case Where(_, tests):
            return len(tests)
        case Not(part):
            return _size(part)
        case All(parts) | AnyOf(parts):
            return sum(map(_size, parts))

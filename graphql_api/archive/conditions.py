"""Filters and orders as SQL: the same conditions that choose rows of one jockey, with values as parameters."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from graphql_api.archive.columns import COMPARED, LEFT_OUT, ORDINAL, SEARCHED, TYPES, is_enum, members
from graphql_api.errors import BadUserInput
from graphql_api.tables.conditions import All, AnyOf, Comparison, Condition, Not, Where
from graphql_api.tables.ordering import Order
from graphql_api.text import compatible, searchable


@dataclass(slots=True)
class Parameters:
    """The values of one statement, in the order of their numbers."""

    values: list[Any] = field(default_factory=list)

    def add(self, value: Any) -> str:
        """Take a value, and return what stands for it in the text."""
        self.values.append(value)
        return f"${len(self.values)}"


@dataclass(frozen=True, slots=True)
class SortKey:
    """A column to sort by."""

    column: str
    descending: bool = False
    nulls_first: bool = False

    @property
    def sql(self) -> str:
        """Write the key, and always where null stands, on which SQL engines disagree."""
        return f"{self.column} {'DESC' if self.descending else 'ASC'} NULLS {'FIRST' if self.nulls_first else 'LAST'}"

    def same(self, value: Any, parameters: Parameters) -> str:
        """Write that a row has the same value."""
        return f"{self.column} IS NULL" if value is None else f"{self.column} = {parameters.add(value)}"

    def behind(self, value: Any, parameters: Parameters) -> str:
        """Write that a row has a value that comes later; empty where none can."""
        if value is None:
            return f"{self.column} IS NOT NULL" if self.nulls_first else ""
        later = f"{self.column} {'<' if self.descending else '>'} {parameters.add(value)}"
        return later if self.nulls_first else f"({later} OR {self.column} IS NULL)"


def condition_sql(condition: Condition, parameters: Parameters, types: Mapping[str, Any] = TYPES) -> str:
    """Write a condition over the columns that ``types`` names. Raises ``BadUserInput`` for a field that is not stored.

    What is null passes no test, so that an expression may be null where it does not hold; ``NOT`` takes that, too.
    """
    match condition:
        case Where(name, tests):
            return _all(test_sql(name, _type(name, types), each, parameters) for each in tests)
        case Not(part):
            return f"(NOT coalesce({condition_sql(part, parameters, types)}, FALSE))"
        case All(parts):
            return _all(condition_sql(each, parameters, types) for each in parts)
        case AnyOf(parts):
            return f"({' OR '.join(condition_sql(each, parameters, types) for each in parts) or 'FALSE'})"


def test_sql(name: str, kind: Any, test: Comparison, parameters: Parameters) -> str:
    """Write one test of the column or expression ``name``, whose values are of the type ``kind``."""
    if test.operator in _OF_LISTS:
        return _OF_LISTS[test.operator](name, test.operand)
    if test.operator == "is_null":
        return f"({name} IS {'' if test.operand else 'NOT '}NULL)"
    if test.operator in _SEARCHES:
        return f"{_SEARCHES[test.operator]}({name}{SEARCHED}, {parameters.add(searchable(test.operand))})"
    stored = _compared_column(name, kind)
    if test.operator == "in":
        values = [parameters.add(_stored_value(kind, each)) for each in _in_order(test.operand)]
        return f"({stored} IN ({', '.join(values)}))" if values else "FALSE"
    return f"({stored} {_COMPARISONS[test.operator]} {parameters.add(_stored_value(kind, test.operand))})"


def sort_keys(orders: Sequence[Order], types: Mapping[str, Any] = TYPES) -> tuple[SortKey, ...]:
    """Return the columns that an order sorts by. Raises ``BadUserInput`` for a field that is not stored."""
    return tuple(
        SortKey(column, order.descending, order.nulls_first)
        for order in orders
        for column in order_columns(order.name, _type(order.name, types))
    )


def following_sql(keys: Sequence[SortKey], values: Sequence[Any], parameters: Parameters) -> str:
    """Write what holds for the rows that an order puts behind the one whose keys have ``values``."""
    alternatives: list[str] = []
    same: list[str] = []
    for place, (key, value) in enumerate(zip(keys, values, strict=True)):
        if place:
            same.append(keys[place - 1].same(values[place - 1], parameters))
        if behind := key.behind(value, parameters):
            alternatives.append(_all([*same, behind]))
    return f"({' OR '.join(alternatives) or 'FALSE'})"


def order_columns(name: str, kind: Any) -> tuple[str, ...]:
    """Name the columns by which a field's values are ordered."""
    if is_enum(kind):
        return (name + ORDINAL,)
    return (name + COMPARED, name) if kind is str else (name,)


def _type(name: str, types: Mapping[str, Any]) -> Any:
    if name in LEFT_OUT:
        raise BadUserInput(f"The archive has no {name.upper()}. Use a query for one jockey instead.")
    return types[name]


def _all(parts: Iterable[str]) -> str:
    return f"({' AND '.join(parts) or 'TRUE'})"


def _compared_column(name: str, kind: Any) -> str:
    """Name the column that a field's tests look at."""
    if is_enum(kind):
        return name + ORDINAL
    return name + COMPARED if kind is str else name


def _stored_value(kind: Any, value: Any) -> Any:
    """Return an operand as its column holds it."""
    if is_enum(kind):
        return members(kind).index(value)
    return compatible(value) if isinstance(value, str) else value


def _in_order(values: frozenset[Any]) -> list[Any]:
    """Return the values of a set in one order, so that equal questions have equal texts."""
    return sorted(values, key=str)


_COMPARISONS: Mapping[str, str] = MappingProxyType(
    {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
)
_SEARCHES: Mapping[str, str] = MappingProxyType({"contains": "contains", "starts_with": "starts_with"})

Elements = tuple[Comparison, ...]


def _element_sql(name: str, tests: Elements) -> str:
    """Write tests of a whole number, which stands in the text itself: no parameter may stand in a lambda."""
    return _all(_of_element(name, each) for each in tests)


def _of_element(name: str, test: Comparison) -> str:
    if test.operator == "is_null":
        return f"({name} IS {'' if test.operand else 'NOT '}NULL)"
    if test.operator == "in":
        return f"({name} IN ({', '.join(f'{each:d}' for each in sorted(test.operand))}))" if test.operand else "FALSE"
    return f"({name} {_COMPARISONS[test.operator]} {test.operand:d})"


def _passing(name: str, tests: Elements) -> str:
    """Count the elements that pass."""
    return f"array_length(list_filter({name}, lambda element: {_element_sql('element', tests)}))"


_OF_LISTS: Mapping[str, Callable[[str, Elements], str]] = MappingProxyType(
    {
        "some": lambda name, tests: f"({_passing(name, tests)} > 0)",
        "every": lambda name, tests: f"({_passing(name, tests)} = array_length({name}))",
        "first": lambda name, tests: f"(array_length({name}) > 0 AND {_element_sql(f'{name}[1]', tests)})",
        "last": lambda name, tests: f"(array_length({name}) > 0 AND {_element_sql(f'{name}[-1]', tests)})",
    }
)

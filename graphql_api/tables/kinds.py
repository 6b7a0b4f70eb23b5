"""The table of kinds of values: for each type its operators, and how its values are read and described.

GraphQL's filters, the query parameters of exports, the OpenAPI document and Arrow's types follow from this table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache, partial
from types import MappingProxyType
from typing import Any, NewType

Id = NewType("Id", str)
"""An identifier: a text that is compared as a whole."""

Json = Mapping[str, Any]

EQUALITY = ("eq", "ne", "in", "is_null")
COMPARISON = ("eq", "ne", "in", "lt", "lte", "gt", "gte", "is_null")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kind:
    """One type of values.

    ``name`` is that of GraphQL's type. ``noun`` names such a field in the descriptions of filters. ``operators`` name
    rows of ``operators.OPERATORS``.

    ``pattern`` must match the whole text of a value in a query string. None allows any. ``read`` converts such a
    text to a value, and raises ``ValueError`` if it matches but is not a value. ``words`` describe the required
    text. ``schema`` is the value's JSON Schema, ``arrow`` the alias of its type in Arrow.

    ``element`` is the kind of a list's elements, which the list's operators test. Lists have no order, and no
    parameters in query strings.
    """

    type: Any
    name: str
    noun: str
    operators: tuple[str, ...]
    words: str = ""
    pattern: str | None = None
    read: Callable[[str], Any] = str
    schema: Json
    arrow: str = "string"
    element: "Kind | None" = None

    @property
    def is_list(self) -> bool:
        """Return whether values are lists."""
        return self.element is not None

    @property
    def is_vocabulary(self) -> bool:
        """Return whether values are members of an enum."""
        return isinstance(self.type, type) and issubclass(self.type, Enum)


FLAG = Kind(
    type=bool,
    name="Boolean",
    noun="a Boolean field",
    operators=("eq", "ne", "is_null"),
    words="true or false",
    pattern="true|false",
    read="true".__eq__,
    schema={"type": "boolean"},
    arrow="bool",
)
_WHOLE = Kind(
    type=int,
    name="Int",
    noun="an integer field",
    operators=COMPARISON,
    words="a whole number",
    pattern="-?[0-9]+",
    read=int,
    schema={"type": "integer"},
    arrow="int32",
)
KINDS: Mapping[Any, Kind] = MappingProxyType(
    {
        order.type: order
        for order in (
            FLAG,
            _WHOLE,
            Kind(
                type=float,
                name="Float",
                noun="a number field",
                operators=COMPARISON,
                words="a number",
                pattern=r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?",
                read=float,
                schema={"type": "number"},
                arrow="float64",
            ),
            Kind(
                type=str,
                name="String",
                noun="a text field (full-width and half-width characters are equal, NFKC)",
                operators=(*COMPARISON, "contains", "starts_with"),
                words="a text",
                schema={"type": "string"},
            ),
            Kind(type=Id, name="ID", noun="an ID field", operators=EQUALITY, words="an id", schema={"type": "string"}),
            Kind(
                type=date,
                name="Date",
                noun="a date field",
                operators=COMPARISON,
                words="a day such as 2022-01-31",
                pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}",
                read=date.fromisoformat,
                schema={"type": "string", "format": "date"},
                arrow="date32",
            ),
            Kind(
                type=list[int],
                name="IntList",
                noun="a list of integers",
                operators=("some", "every", "first", "last", "is_null"),
                schema={"type": "array", "items": {"type": "integer"}},
                element=_WHOLE,
            ),
        )
    }
)
"""All kinds except enums, by type."""


@cache
def kind_of(type_: Any) -> Kind:
    """Return the kind of a type. Each enum has its own kind. Raises ``KeyError`` for an unsupported type."""
    if isinstance(type_, type) and issubclass(type_, Enum):
        return _vocabulary(type_)
    return KINDS[type_]


def _vocabulary(members: type[Enum]) -> Kind:
    names = [member.name for member in members]
    return Kind(
        type=members,
        name=members.__name__,
        noun=f"a {members.__name__} field",
        operators=EQUALITY,
        words=f"one of {', '.join(members.__members__)}",
        pattern="|".join(members.__members__),
        read=partial(_member, members),
        schema={"type": "string", "enum": names},
    )


def _member(members: type[Enum], text: str) -> Enum:
    return members[text]

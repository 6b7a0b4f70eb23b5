"""Order inputs, and what they say."""

from collections.abc import Sequence
from typing import Any, Protocol

import strawberry

from graphql_api.errors import BadUserInput
from graphql_api.jockeys.schema.enums import Direction, GroupOrderField, Nulls, RaceRecordOrderField
from graphql_api.tables.ordering import Order

_DIRECTION = "Which way to sort."
_NULLS = "Where null stands, whichever the direction."


@strawberry.input(description="One key of an order of race records.")
class RaceRecordOrder:
    """A field of the records to sort by."""

    field: RaceRecordOrderField = strawberry.field(description="The field to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description=_DIRECTION)
    nulls: Nulls = strawberry.field(default=Nulls.LAST, description=_NULLS)


@strawberry.input(description="One key of an order of groups.")
class GroupOrder:
    """A statistic or key to sort groups by."""

    field: GroupOrderField = strawberry.field(description="The statistic or key to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description=_DIRECTION)
    nulls: Nulls = strawberry.field(default=Nulls.LAST, description=_NULLS)


class OrderInput(Protocol):
    """An order input: its ``field`` is an enum of names."""

    field: Any
    direction: Direction
    nulls: Nulls


def orders(given: Sequence[OrderInput] | None, argument: str) -> tuple[Order, ...]:
    """Read an order; raises ``BadUserInput`` where it names a field twice."""
    read = tuple(
        Order(each.field.value, each.direction is Direction.DESC, each.nulls is Nulls.FIRST) for each in given or ()
    )
    names = [each.name for each in read]
    for each in read:
        if names.count(each.name) > 1:
            raise BadUserInput(f"Argument '{argument}' names {each.name.upper()} more than once.")
    return read

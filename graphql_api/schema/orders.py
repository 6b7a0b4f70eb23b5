"""Orders of order inputs of any table."""

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from graphql_api.errors import BadUserInput
from graphql_api.schema.enums import Direction, Nulls
from graphql_api.tables.ordering import Order

DIRECTION = "Sort direction."
NULLS = "Position of null values, independent of the sort direction."


class OrderInput(Protocol):
    """An order input: its ``field`` is an enum of names."""

    field: Enum
    direction: Direction
    nulls: Nulls


def orders(given: Sequence[OrderInput] | None, argument: str) -> tuple[Order, ...]:
    """Return an order. Raises ``BadUserInput`` if it names a field twice."""
    if not given:
        return ()
    read = tuple(
        Order(key.field.value, key.direction is Direction.DESC, key.nulls is Nulls.FIRST) for key in given or ()
    )
    names = [order.name for order in read]
    for order in read:
        if names.count(order.name) > 1:
            raise BadUserInput(f"Argument '{argument}' names {order.name.upper()} more than once.")
    return read

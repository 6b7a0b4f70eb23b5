"""What order inputs of any table say."""

from collections.abc import Sequence
from typing import Any, Protocol

from graphql_api.errors import BadUserInput
from graphql_api.schema.enums import Direction, Nulls
from graphql_api.tables.ordering import Order

DIRECTION = "Which way to sort."
NULLS = "Where null stands, whichever the direction."


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

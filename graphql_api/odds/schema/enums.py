"""Enums of odds, declared before any type names them."""

from graphql_api.odds.model import STATUS_LABELS, STATUSES, OddsStatus
from graphql_api.odds.movers import MOVES, OddsMove
from graphql_api.schema.enums import declare, enum_of

__all__ = ["OddsMove", "OddsOrder", "OddsStatus"]

declare(OddsStatus, STATUSES, STATUS_LABELS)
declare(OddsMove, MOVES)

OddsOrder = enum_of(
    "OddsOrder",
    "Order of the odds of a type.",
    (
        ("combination", "By the numbers of the combination."),
        ("rank", "Lowest odds first; combinations without odds come last."),
    ),
)

"""Enums of odds, declared before any type names them."""

from graphql_api.odds.model import STATUS_LABELS, STATUSES, OddsStatus
from graphql_api.odds.movers import MOVES, OddsMove
from graphql_api.odds.watches.model import STATUSES as WATCH_STATUSES
from graphql_api.odds.watches.model import OddsWatchStatus
from graphql_api.odds.watches.rules import KINDS, OddsAlertKind
from graphql_api.schema.enums import declare, enum_of

__all__ = ["OddsAlertKind", "OddsDelivery", "OddsMove", "OddsOrder", "OddsStatus", "OddsWatchStatus"]

declare(OddsStatus, STATUSES, STATUS_LABELS)
declare(OddsMove, MOVES)
declare(OddsAlertKind, KINDS)
declare(OddsWatchStatus, WATCH_STATUSES)

OddsOrder = enum_of(
    "OddsOrder",
    "Order of the odds of a type.",
    (
        ("combination", "By the numbers of the combination."),
        ("rank", "Lowest odds first; combinations without odds come last."),
    ),
)

OddsDelivery = enum_of(
    "OddsDelivery",
    "Status of a delivery to a webhook.",
    (
        ("queued", "The delivery waits for an attempt, or is in progress."),
        ("delivered", "The webhook has received the message."),
        ("failed", "It was given up: after the last attempt, or because the webhook refused it."),
    ),
)

"""Warnings on an item of a slip: reasons not to buy it unchanged."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from graphql_api.races.model import Race
from graphql_api.slips.model import SlipItem
from graphql_api.slips.races import field_of, is_closed, scratched, win_odds
from graphql_api.slips.tickets.field import race_field
from graphql_api.slips.tickets.refunds import refund
from graphql_api.slips.tickets.sales import is_on_sale

ODDS_AGE = timedelta(minutes=10)
"""Maximum age of odds during sales. Older ones are stale."""


class SlipWarningCode(Enum):
    """Type of a warning on an item."""

    RACE_UNKNOWN = "race_unknown"
    RACE_CLOSED = "race_closed"
    NOT_SOLD = "not_sold"
    HORSE_SCRATCHED = "horse_scratched"
    ODDS_STALE = "odds_stale"


CODES: Mapping[Enum, str] = MappingProxyType(
    {
        SlipWarningCode.RACE_UNKNOWN: "The race is unknown, so the ticket could not be checked.",
        SlipWarningCode.RACE_CLOSED: "Ticket sales for the race have ended.",
        SlipWarningCode.NOT_SOLD: "This type of bet is not sold for the race, because there are too few runners.",
        SlipWarningCode.HORSE_SCRATCHED: "A horse of the ticket does not start. Its combinations are refunded.",
        SlipWarningCode.ODDS_STALE: "The known odds are more than ten minutes old, or new odds could not be read.",
    }
)


class SlipWarning(NamedTuple):
    """A warning, and a message for people."""

    code: SlipWarningCode
    message: str


def warnings_of(item: SlipItem, race: Race | None, now: datetime) -> list[SlipWarning]:
    """Return the warnings on an item; ``race`` is None where it is not known."""
    if race is None:
        return [_warning(SlipWarningCode.RACE_UNKNOWN)]
    return list(_of_race(item, race, now))


def _of_race(item: SlipItem, race: Race, now: datetime) -> Iterator[SlipWarning]:
    field, bet_type = field_of(race), item.ticket.bet_type
    if is_closed(race, now):
        yield _warning(SlipWarningCode.RACE_CLOSED)
    elif _has_stale_odds(race, now):
        yield _warning(SlipWarningCode.ODDS_STALE)
    if field is not None and not is_on_sale(bet_type, field):
        yield _warning(SlipWarningCode.NOT_SOLD)
    missing = scratched(race)
    refunded = refund(item.ticket, item.unit_stake, field or race_field(), missing).refunded if missing else 0
    if refunded:
        message = f"{refunded:,} of {item.combinations:,} combinations hold a horse that does not start; refunded."
        yield SlipWarning(SlipWarningCode.HORSE_SCRATCHED, message)


def _has_stale_odds(race: Race, now: datetime) -> bool:
    if not win_odds(race):
        return False
    return any(source.is_stale or (source.as_of or now) < now - ODDS_AGE for source in race.sources[-1:])


def _warning(code: SlipWarningCode) -> SlipWarning:
    return SlipWarning(code, CODES[code])

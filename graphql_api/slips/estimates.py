"""Estimated return of an item of a slip by the current odds. Odds change until the race."""

from datetime import datetime
from typing import NamedTuple

from graphql_api.races.model import Race
from graphql_api.slips.model import SlipItem
from graphql_api.slips.races import scratched, win_odds
from graphql_api.slips.tickets.types import BetType


class Estimate(NamedTuple):
    """Minimum and maximum return of one winning combination in yen, by the odds of a moment."""

    least: int
    most: int
    as_of: datetime | None


def estimate(item: SlipItem, race: Race | None) -> Estimate | None:
    """Return an estimate. None if odds of the type, or of a starter of the ticket, are not known."""
    if race is None or item.ticket.bet_type is not BetType.WIN:
        return None
    odds, starting = win_odds(race), set(item.ticket.numbers) - scratched(race)
    if not starting or not starting <= odds.keys():
        return None
    returns = [round(odds[horse] * 10) * (item.unit_stake // 10) for horse in starting]
    return Estimate(min(returns), max(returns), race.sources[-1].as_of if race.sources else None)

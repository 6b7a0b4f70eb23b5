"""Settlement of a ticket after the race: winning combinations, refund, and payout in yen."""

from dataclasses import dataclass

from graphql_api.slips.tickets.combinations import UNIT, count
from graphql_api.slips.tickets.payouts import Payouts
from graphql_api.slips.tickets.refunds import Refund, live_part, refund
from graphql_api.slips.tickets.results import Result, winning_combinations
from graphql_api.slips.tickets.ticket import Ticket
from graphql_api.slips.tickets.types import Combination


@dataclass(frozen=True, slots=True)
class Settlement:
    """The winning combinations of a ticket in ascending order, its refund, and its payout.

    ``yen`` is the payout without the refund. None if a necessary payout is not known.
    """

    won: tuple[Combination, ...]
    refund: Refund
    yen: int | None


def settle(ticket: Ticket, unit_stake: int, result: Result, payouts: Payouts | None) -> Settlement:
    """Settle a ticket by the official result and the payouts of its type, which are None if they are not known."""
    live = live_part(ticket, result.field, result.scratched)
    won = tuple(each for each in winning_combinations(result).get(ticket.bet_type, ()) if live.covers(each))
    per_100 = _paid_per_100(won, live, payouts)
    refunded = refund(ticket, unit_stake, result.field, result.scratched)
    return Settlement(won, refunded, None if per_100 is None else per_100 * (unit_stake // UNIT))


def _paid_per_100(won: tuple[Combination, ...], live: Ticket, payouts: Payouts | None) -> int | None:
    """Return the payout of 100 yen on each combination. None if it is not known."""
    if payouts is None:
        return None
    if payouts.special is not None:
        return payouts.special * count(live)
    if not set(won) <= payouts.winners.keys():
        return None
    return sum(payouts.winners[each] for each in won)

"""Refunds (返還) of a ticket for horses that were scratched (取消) or excluded (除外)."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

from graphql_api.slips.tickets.combinations import cost, count
from graphql_api.slips.tickets.field import RaceField
from graphql_api.slips.tickets.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Refund:
    """The number of refunded combinations of a ticket, their ``yen``, and the number of ``live`` ones."""

    refunded: int
    yen: int
    live: int


def refund(ticket: Ticket, unit_stake: int, field: RaceField, scratched: Collection[int]) -> Refund:
    """Return the refund of a ticket. ``scratched`` are the numbers of horses that do not start."""
    live = count(live_part(ticket, field, scratched))
    refunded = count(ticket) - live
    return Refund(refunded, cost(refunded, unit_stake), live)


def live_part(ticket: Ticket, field: RaceField, scratched: Collection[int]) -> Ticket:
    """Return the ticket without the combinations that are refunded.

    A bracket is live if a horse in it starts. The pair of a bracket with itself is live if two start.
    """
    if not ticket.rule.is_by_bracket:
        return replace(ticket, legs=tuple(leg.difference(scratched) for leg in ticket.legs))
    starters = Counter(bracket for horse, bracket in enumerate(field.bracket_of, 1) if horse not in scratched)
    doubles = {bracket for bracket, horses in starters.items() if horses > 1}
    legs = tuple(leg.intersection(starters) for leg in ticket.legs)
    return replace(ticket, legs=legs, repeatable=ticket.repeatable & doubles)

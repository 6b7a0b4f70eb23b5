"""Payouts (払戻金) per 100 yen out of the stakes, in whole numbers throughout.

The stakes on a winning combination and its equal share of the stakes on all losing ones, times the pay rate, are
divided among units of 10 yen; what is less than a yen for a unit is dropped. So a payout is a multiple of 10.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graphql_api.slips.tickets.combinations import UNIT
from graphql_api.slips.tickets.types import Combination

LEAST = 100
"""Minimum payout per 100 yen: a winner gets at least the stake back (元返し)."""

PLUS = 10
"""Yen that are added to the minimum payout (JRA プラス10)."""


@dataclass(frozen=True, slots=True)
class Payouts:
    """Payouts in yen per 100 yen of one type of bet: ``winners`` by combination, or ``special`` (特払) for all."""

    winners: Mapping[Combination, int] = field(default_factory=dict)
    special: int | None = None


def payout(on_winner: int, on_losers: int, winners: int, pay_rate: int, *, plus_10: bool) -> int:
    """Return the payout of one of several winning combinations, by the stakes in yen on it and on all losing ones.

    ``pay_rate`` is in thousandths. With ``plus_10``, 10 yen are added to a payout of 100 if the combination's own
    part of the pool allows it, since the other winners are unknown here. 0 if nobody bet on it.
    """
    paid = _payout(on_winner, on_losers, winners, pay_rate)
    raised = (LEAST + PLUS) * on_winner * winners <= UNIT * (on_winner * winners + on_losers)
    return paid + PLUS if plus_10 and paid == LEAST and raised else paid


def pool_payouts(
    stakes: Mapping[Combination, int], winning: Iterable[Combination], pay_rate: int, *, plus_10: bool
) -> Payouts:
    """Return the payouts of a type by the stakes in yen on each combination, without refunds.

    Without a stake on any winning combination the special payout goes to all. With ``plus_10``, 10 yen are added to
    every payout of 100 unless the payouts of the type would then exceed its stakes.
    """
    on_winners = {combination: stakes.get(combination, 0) for combination in winning}
    total = sum(stakes.values())
    if not any(on_winners.values()):
        return Payouts(special=special_payout(pay_rate))
    on_losers = total - sum(on_winners.values())
    paid = {each: _payout(staked, on_losers, len(on_winners), pay_rate) for each, staked in on_winners.items()}
    raised = {each: yen + PLUS if yen == LEAST else yen for each, yen in paid.items()}
    if plus_10 and sum(yen * on_winners[each] for each, yen in raised.items()) <= UNIT * total:
        return Payouts(raised)
    return Payouts(paid)


def special_payout(pay_rate: int) -> int:
    """Return the payout per 100 yen of every bet of a type if none wins (特払): the pay rate in units of 10 yen."""
    return pay_rate // 100 * 10


def _payout(on_winner: int, on_losers: int, winners: int, pay_rate: int) -> int:
    if not on_winner:
        return 0
    per_unit = 10 * (on_winner * winners + on_losers) * pay_rate // (1000 * winners * on_winner)
    return max(LEAST, 10 * per_unit)

"""The odds of every combination, as payouts follow from the shares of the stakes to win (``payouts``), by numpy.

``payouts`` calculates the few winning combinations one by one; here are all, some 6,000 of a full field.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphql_api.samples.payouts import POOL, organiser_of
from graphql_api.samples.places import Meeting
from graphql_api.slips.tickets.combinations import every_combination
from graphql_api.slips.tickets.field import race_field
from graphql_api.slips.tickets.pay_rates import PAY_RATES
from graphql_api.slips.tickets.sales import places_paid, types_on_sale
from graphql_api.slips.tickets.types import BetType

MAX_TENTHS = 999_999
"""The highest odds that are shown, in tenths."""

Floats = NDArray[np.float64]
Tenths = NDArray[np.int64]


class Quotation(NamedTuple):
    """The odds of a type in tenths, in the order of ``every_combination``; 0 where there are none.

    ``most`` is None where there is no range; else ``least`` and ``most`` are its bounds.
    """

    least: Tenths
    most: Tenths | None = None


Pools = Mapping[BetType, Quotation]


def pools_of(meeting: Meeting, runners: int, shares: Mapping[int, float]) -> Pools:
    """Return the odds of all types that are sold; ``shares`` are those of the stakes to win, by horse number."""
    own = np.array([shares.get(number, 0.0) for number in range(1, runners + 1)])
    field, rates = race_field(runners), PAY_RATES[organiser_of(meeting)]
    staked = _Staked(own, places_paid(runners), np.array(field.bracket_of))
    quoted: dict[BetType, Quotation] = {}
    for bet_type in types_on_sale(field):
        places = _places(bet_type, runners)
        stakes = np.rint(POOL * staked.share(bet_type, places)).astype(np.int64)
        quoted[bet_type] = staked.quotation(bet_type, places, stakes, rates[bet_type])
    return quoted


@lru_cache(maxsize=256)
def _places(bet_type: BetType, runners: int) -> NDArray[np.int64]:
    """Return all combinations as rows of places from 0."""
    return np.array(every_combination(bet_type, runners)) - 1


class _Staked:
    """The shares of the stakes on combinations, by Harville's formula."""

    def __init__(self, shares: Floats, paid: int, brackets: NDArray[np.int64]) -> None:
        """Take the shares to win by place, how many places are paid, and the bracket of each horse."""
        self.shares, self.paid, self.brackets = shares, paid, brackets
        different = 1 - np.eye(len(shares))
        self.two = shares[:, None] * shares[None, :] / (1 - shares[:, None]) * different
        left = 1 - shares[:, None] - shares[None, :]
        third = np.divide(shares, left[:, :, None], out=np.zeros((len(shares),) * 3), where=left[:, :, None] > 1e-12)
        self.three = self.two[:, :, None] * third * different[:, None, :] * different[None, :, :]

    def share(self, bet_type: BetType, places: NDArray[np.int64]) -> Floats:
        """Return the share of a type's stakes on each combination."""
        shares: dict[BetType, Callable[..., Floats]] = {
            BetType.WIN: lambda one: self.shares[one],
            BetType.PLACE: lambda one: self.placed()[one],
            BetType.BRACKET_QUINELLA: lambda one, other: self.bracketed()[one, other],
            BetType.QUINELLA: lambda one, other: self.two[one, other] + self.two[other, one],
            BetType.QUINELLA_PLACE: lambda one, other: self.both_placed()[one, other],
            BetType.EXACTA: lambda one, other: self.two[one, other],
            BetType.TRIO: lambda one, two, three: self.any_three()[one, two, three],
            BetType.TRIFECTA: lambda one, two, three: self.three[one, two, three],
        }
        share: Floats = shares[bet_type](*places.T)
        return share

    def placed(self) -> Floats:
        """Return each horse's chance of a paid place, as a share of all paid places."""
        chances = self.shares + self.two.sum(axis=0)
        if self.paid == 3:
            chances = chances + self.three.sum(axis=(0, 1))
        placed: Floats = chances / max(1, self.paid)
        return placed

    def bracketed(self) -> Floats:
        """Return the chance of each pair of brackets, both orders together."""
        member = self.brackets[:, None] == np.arange(1, 9)
        pairs = member.T @ self.two @ member
        both: Floats = pairs + pairs.T - np.diag(pairs.diagonal())
        return both

    def any_three(self) -> Floats:
        """Return the chance of three horses in any order."""
        orders = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))
        return sum((self.three.transpose(order) for order in orders), np.zeros_like(self.three))

    def both_placed(self) -> Floats:
        """Return the chance that both are among the first three, as a share of the three such pairs."""
        both: Floats = self.any_three().sum(axis=2) / 3
        return both

    def quotation(self, bet_type: BetType, places: NDArray[np.int64], stakes: Tenths, rate: int) -> Quotation:
        """Return the odds that follow from the stakes: a range where they depend on who else wins."""
        if bet_type is BetType.PLACE:
            least, most = _with_others(stakes, self.paid - 1)
            return Quotation(_tenths(stakes, least, self.paid, rate), _tenths(stakes, most, self.paid, rate))
        if bet_type is BetType.QUINELLA_PLACE:
            least, most = self._other_pairs(places, stakes)
            return Quotation(_tenths(stakes, least, 3, rate), _tenths(stakes, most, 3, rate))
        return Quotation(_tenths(stakes, np.zeros_like(stakes), 1, rate))

    def _other_pairs(self, places: NDArray[np.int64], stakes: Tenths) -> tuple[Tenths, Tenths]:
        """Return the highest and the lowest stakes on both other pairs of three placed horses."""
        staked = np.zeros((len(self.shares),) * 2, dtype=np.int64)
        staked[places[:, 0], places[:, 1]] = staked[places[:, 1], places[:, 0]] = stakes
        others = staked[places[:, 0]] + staked[places[:, 1]]  # a row of third horses for each pair
        starts = np.broadcast_to(self.shares > 0, others.shape).copy()
        starts[np.arange(len(places))[:, None], places] = False
        highest = np.where(starts, others, -1).max(axis=1)
        lowest = np.where(starts, others, POOL).min(axis=1)
        return np.maximum(highest, 0), np.where(lowest == POOL, 0, lowest)


def _with_others(stakes: Tenths, others: int) -> tuple[Tenths, Tenths]:
    """Return the highest and the lowest stakes on so many other starters, for each one."""
    sums = []
    for sign in (-1, 1):
        starters = np.flatnonzero(stakes)
        ranked = starters[np.argsort(sign * stakes[starters], kind="stable")]
        found = np.zeros_like(stakes)
        for place in starters:
            found[place] = stakes[ranked[ranked != place][:others]].sum()
        sums.append(found)
    return sums[0], sums[1]


def _tenths(stakes: Tenths, others: Tenths, winners: int, rate: int) -> Tenths:
    """Return odds by the payout per 100 yen (``payouts``), in tenths; ``others`` lie on other winners."""
    lost = np.maximum(0, POOL - stakes - others)
    per_unit = 10 * (stakes * winners + lost) * rate // (1000 * winners * np.maximum(stakes, 1))
    return np.where(stakes > 0, np.clip(per_unit, 10, MAX_TENTHS), 0)

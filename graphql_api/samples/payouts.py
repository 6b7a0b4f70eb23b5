"""Payouts of tickets. Shares of each pool follow from those of the win pool by Harville's formula."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby, permutations

from graphql_api.samples.places import JRA, Meeting
from graphql_api.samples.runs import ABSENT, Run
from graphql_api.slips.tickets.field import race_field
from graphql_api.slips.tickets.pay_rates import PAY_RATES, PLUS_10, Organiser
from graphql_api.slips.tickets.payouts import payout
from graphql_api.slips.tickets.results import Result, winning_combinations
from graphql_api.slips.tickets.sales import places_paid
from graphql_api.slips.tickets.types import BetType, Combination

POOL = 10**9
"""Yen in the pool of each bet type."""


@dataclass(frozen=True, slots=True)
class Payout:
    """A winning combination, horse or bracket numbers, and what 100 yen on it pay."""

    bet_type: BetType
    combination: Combination
    yen: int


def payouts_of(run: Run, shares: Mapping[int, float]) -> tuple[Payout, ...]:
    """Return what the winning combinations of a race pay; ``shares`` is each starter's final share, by number."""
    return () if run.abandoned else tuple(_payouts(run, Pools(shares, len(run.entries))))


def _payouts(run: Run, pools: "Pools") -> Iterator[Payout]:
    organiser = organiser_of(run.card.meeting)
    for bet_type, winning in winning_combinations(_result(run)).items():
        staked = [round(POOL * pools.share(bet_type, combination)) for combination in winning]
        lost, rate = max(0, POOL - sum(staked)), PAY_RATES[organiser][bet_type]
        for combination, yen in zip(winning, staked, strict=True):
            paid = payout(yen, lost, len(winning), rate, plus_10=organiser in PLUS_10)
            yield Payout(bet_type, combination, paid)


def organiser_of(meeting: Meeting) -> Organiser:
    """Return who sells the bets at a meeting."""
    if meeting.circuit == JRA:
        return Organiser.JRA
    return Organiser.HOKKAIDO if meeting.stable == "門別" else Organiser.NAR


def _result(run: Run) -> Result:
    """Return the official order, several horse numbers in a dead heat."""
    official = run.official()
    order = [[place + 1 for place in tied] for _, tied in groupby(official, key=official.__getitem__)]
    absent = frozenset(place + 1 for place, status in run.statuses.items() if status in ABSENT)
    return Result(field=race_field(len(run.entries)), order=order, scratched=absent)


class Pools:
    """The shares of every pool that lie on a combination."""

    def __init__(self, shares: Mapping[int, float], runners: int) -> None:
        """Take the starters' shares of the pool to win, by number, and how many were declared."""
        self._shares, self._paid = shares, places_paid(runners)
        self._brackets = race_field(runners).bracket_of

    def share(self, bet_type: BetType, combination: Combination) -> float:
        """Return the share of the pool of a bet type on a combination."""
        unusual: dict[BetType, Callable[[Combination], float]] = {
            BetType.PLACE: self._placed,
            BetType.BRACKET_QUINELLA: self._bracketed,
            BetType.QUINELLA: self._in_any_order,
            BetType.QUINELLA_PLACE: self._both_placed,
            BetType.TRIO: self._in_any_order,
        }
        return unusual.get(bet_type, self._in_order)(combination)

    def _in_order(self, numbers: Sequence[int]) -> float:
        """Return the chance that these horses come first in this order, by Harville's formula."""
        chance, left = 1.0, 1.0
        for number in numbers:
            chance *= self._shares[number] / left
            left -= self._shares[number]
        return chance

    def _in_any_order(self, numbers: Sequence[int]) -> float:
        return sum(map(self._in_order, permutations(numbers)))

    def _placed(self, numbers: Sequence[int]) -> float:
        """Return the chance of a paid place, as a share of all paid places."""
        others = self._shares.keys() - set(numbers)
        chances = (
            self._in_order((*before, *numbers))
            for many in range(self._paid)
            for before in permutations(sorted(others), many)
        )
        return sum(chances) / self._paid

    def _both_placed(self, numbers: Sequence[int]) -> float:
        """Return the chance that both are among the first three, as a share of the three such pairs."""
        others = sorted(self._shares.keys() - set(numbers))
        return sum(self._in_any_order((*numbers, other)) for other in others) / 3

    def _bracketed(self, brackets: Sequence[int]) -> float:
        return sum(
            self._in_any_order(pair)
            for pair in combinations(self._shares, 2)
            if tuple(sorted(self._brackets[number - 1] for number in pair)) == tuple(brackets)
        )

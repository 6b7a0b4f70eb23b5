"""The opinion of the market about a race, and its odds. The market knows a part of each horse's strength.

Sales open on the day before with a rough opinion. Odds approach the final one, and stop two minutes before the start.
At each time the sum of their inverses fits the pay rate.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, sqrt
from random import Random

from graphql_api.samples.runs import EXCLUDED, SCRATCHED, Run
from graphql_api.slips.tickets.pay_rates import PAY_RATES, Organiser
from graphql_api.slips.tickets.payouts import payout
from graphql_api.slips.tickets.types import BetType

PAY_RATE = PAY_RATES[Organiser.JRA][BetType.WIN]
"""Thousandths of the stakes to win that are paid out, the same everywhere."""

OPENS, CLOSES = timedelta(hours=24), timedelta(minutes=2)
"""Time before the start at which sales open and close."""

_ERROR = 0.4  # the crowd's error about a horse's strength, in units of strength
_PRUDENCE = 0.93  # how far it trusts its own opinion
_OPENING_ERROR = 0.6  # what it has to learn until the close
_NOISE = 0.15  # of single bets on a thin market
_LEAST_SHARE, _LARGEST_SHARE = 0.0009, 0.7  # between which odds are neither too high nor too low to be written
_POOL = 10**9


@dataclass(frozen=True, slots=True)
class Quote:
    """A horse's win odds and their rank. Both are None for a non-starter."""

    number: int
    odds: float | None
    rank: int | None


class Market:
    """The market to win of one race."""

    def __init__(self, run: Run, seed: int) -> None:
        """Draw the final opinion, and how it differs from the first."""
        self._key = f"{seed}/market/{run.key}"
        rng = Random(self._key)  # noqa: S311  (sample data, no secret)
        self._final = [_PRUDENCE * (entry.strength + rng.gauss(0.0, _ERROR)) for entry in run.entries]
        self._drift = [rng.gauss(0.0, _OPENING_ERROR) for _ in run.entries]
        self._scratched = {place for place, status in run.statuses.items() if status == SCRATCHED}
        self._absent = {place for place, status in run.statuses.items() if status in (SCRATCHED, EXCLUDED)}

    def shares(self) -> dict[int, float]:
        """Return each starter's final share of the stakes to win, by horse number."""
        return _shares(self._final, self._absent)

    def final(self) -> tuple[Quote, ...]:
        """Return the final odds in the order of the numbers."""
        return _quotes(self.shares(), len(self._final))

    def at(self, moment: datetime, start: datetime) -> tuple[Quote, ...]:
        """Return the odds of a moment for a race that starts then; none before sales open.

        They change once a minute. A horse that is excluded at the gate has odds until the start.
        """
        shares = self.shares_at(moment, start)
        return () if shares is None else _quotes(shares, len(self._final))

    def shares_at(self, moment: datetime, start: datetime) -> dict[int, float] | None:
        """Return each horse's share of the stakes at a moment, by horse number; None before sales open."""
        if moment < start - OPENS:
            return None
        if moment >= start:
            return self.shares()
        minutes = max(0, -((moment - (start - CLOSES)) // timedelta(minutes=1)))
        rng = Random(f"{self._key}/{minutes}")  # noqa: S311  (sample data, no secret)
        open_share = timedelta(minutes=minutes) / (OPENS - CLOSES)
        beliefs = [
            final + open_share * drift + sqrt(open_share) * rng.gauss(0.0, _NOISE)
            for final, drift in zip(self._final, self._drift, strict=True)
        ]
        return _shares(beliefs, self._scratched)


def _shares(beliefs: list[float], out: set[int]) -> dict[int, float]:
    """Share the stakes by the softmax of the beliefs, flatter where one horse would take nearly all of them."""
    weights = {place + 1: exp(belief) for place, belief in enumerate(beliefs) if place not in out}
    shares = _of_one(weights)
    while max(shares.values()) > _LARGEST_SHARE:
        shares = _of_one({number: share**0.9 for number, share in shares.items()})
    return _of_one({number: max(_LEAST_SHARE, share) for number, share in shares.items()})


def _of_one(weights: dict[int, float]) -> dict[int, float]:
    total = sum(weights.values())
    return {number: weight / total for number, weight in weights.items()}


def win_odds(share: float) -> float:
    """Return the odds of a horse with this share of the stakes, rounded down to a tenth."""
    return payout(round(_POOL * share), _POOL - round(_POOL * share), 1, PAY_RATE, plus_10=False) / 100


def _quotes(shares: dict[int, float], runners: int) -> tuple[Quote, ...]:
    ranks = {number: rank for rank, number in enumerate(sorted(shares, key=lambda number: -shares[number]), 1)}
    return tuple(
        Quote(number, win_odds(shares[number]) if number in shares else None, ranks.get(number))
        for number in range(1, runners + 1)
    )

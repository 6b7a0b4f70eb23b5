"""When an alert fires: pure rules over the history of one horse's odds.

An alert is armed at first. It fires at the first odds for which its condition holds, and is disarmed by that. It is
armed again by the first odds that have come back far enough. So between two firings there are always
odds that armed it.

==========  ============================================================  ==========================================
BELOW       odds at or below the threshold                                back at 105 % of the threshold or above
ABOVE       odds at or above the threshold                                back at 95 % of the threshold or below
PERCENT     changed by the percentage since any odds of the last minutes  the change within them is less than half
==========  ============================================================  ==========================================

All numbers are integers, so that no rounding decides.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from graphql_api.slips.tickets.types import BetType

HYSTERESIS = 5
"""Percent of a threshold by which odds have to come back."""


class OddsAlertKind(Enum):
    """Condition of an alert on odds."""

    BELOW = "below"
    ABOVE = "above"
    PERCENT = "percent"


KINDS: Mapping[Enum, str] = MappingProxyType(
    {
        OddsAlertKind.BELOW: "The odds are at or below the threshold. Re-armed at 105 % of the threshold.",
        OddsAlertKind.ABOVE: "The odds are at or above the threshold. Re-armed at 95 % of the threshold.",
        OddsAlertKind.PERCENT: (
            "The odds have changed by the threshold (in percent, below 0 for shorter odds) compared with any odds of "
            "the last `minutes`. Re-armed if the change within these minutes is less than half of the threshold."
        ),
    }
)


class Sample(NamedTuple):
    """Odds in tenths, above 0, at a moment in seconds since 1970. Only odds on sale are samples."""

    at: int
    odds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What is watched: the odds to win of a horse, or the lower bound of its odds for a place.

    ``threshold`` is in tenths: of odds, or for PERCENT of a percent. ``minutes`` is for PERCENT only.
    """

    kind: OddsAlertKind
    bet_type: BetType
    horse_number: int
    threshold: int
    minutes: int = 0


class AlertState(NamedTuple):
    """How an alert stands: how often it has fired, and the time of the odds that changed its state last."""

    is_armed: bool
    fired: int
    changed_at: int


class Crossing(NamedTuple):
    """One firing: its number from 1, the odds, and those before: for PERCENT those that it is compared with.

    ``before`` is None if no odds were known.
    """

    number: int
    at: int
    before: int | None
    odds: int


def evaluate(
    alert: Alert, state: AlertState, samples: Sequence[Sample], fresh: int
) -> tuple[AlertState, list[Crossing]]:
    """Return the state after the samples, in ascending order of time, and the crossings among them.

    Samples before ``fresh``, and those up to the last change of the state, only serve as what later ones are compared
    with.
    """
    crossings: list[Crossing] = []
    for place, sample in enumerate(samples):
        if sample.at <= state.changed_at or sample.at < fresh:
            continue
        before = _before(alert, samples, place)
        if state.is_armed and _holds(alert, sample.odds, before):
            state = AlertState(is_armed=False, fired=state.fired + 1, changed_at=sample.at)
            crossings.append(Crossing(state.fired, sample.at, before, sample.odds))
        elif not state.is_armed and _is_back(alert, sample.odds, before):
            state = state._replace(is_armed=True, changed_at=sample.at)
    return state, crossings


def _before(alert: Alert, samples: Sequence[Sample], place: int) -> int | None:
    """Return the odds to compare with: for PERCENT the extreme of its minutes, else those before; None without any."""
    if alert.kind is not OddsAlertKind.PERCENT:
        return samples[place - 1].odds if place else None
    begin = bisect_left(samples, samples[place].at - 60 * alert.minutes, key=lambda each: each.at)
    window = [each.odds for each in samples[begin : place + 1]]
    return max(window) if alert.threshold < 0 else min(window)


def _holds(alert: Alert, odds: int, before: int | None) -> bool:
    if alert.kind is OddsAlertKind.BELOW:
        return odds <= alert.threshold
    if alert.kind is OddsAlertKind.ABOVE:
        return odds >= alert.threshold
    return before is not None and _change(alert, odds, before) >= abs(alert.threshold) * before


def _is_back(alert: Alert, odds: int, before: int | None) -> bool:
    if alert.kind is OddsAlertKind.BELOW:
        return 100 * odds >= (100 + HYSTERESIS) * alert.threshold
    if alert.kind is OddsAlertKind.ABOVE:
        return 100 * odds <= (100 - HYSTERESIS) * alert.threshold
    return before is None or 2 * _change(alert, odds, before) < abs(alert.threshold) * before


def _change(alert: Alert, odds: int, before: int) -> int:
    """Return the change in the direction of the threshold, in tenths of a percent of ``before``, times ``before``."""
    return 1000 * (before - odds if alert.threshold < 0 else odds - before)

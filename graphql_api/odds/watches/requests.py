"""What a client may ask to be watched: alerts within bounds, on horses of a race that is still to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from graphql_api.errors import BadUserInput
from graphql_api.japan_time import JST
from graphql_api.odds.watches.model import MAX_ALERTS, MAX_MINUTES
from graphql_api.odds.watches.rules import Alert, OddsAlertKind
from graphql_api.races.model import Race, RaceStatus
from graphql_api.slips.tickets.types import BetType

MIN_ODDS, MAX_ODDS = 10, 99_999
"""Tenths of thresholds of odds."""

MIN_PERCENT, MAX_FALL, MAX_RISE = 10, 900, 10_000
"""Tenths of a percent: the least change, and the largest ones. Odds never fall by 100 %."""

BEYOND = 1e6
"""A threshold that no bound allows."""

MAX_AHEAD = timedelta(days=14)
"""How long before its day a race can be watched."""

KEPT = timedelta(days=2)
"""A watch expires at the end of the day behind the race's: so long after that of the race began."""

TYPES = frozenset({BetType.WIN, BetType.PLACE})


@dataclass(frozen=True, slots=True)
class AlertRequest:
    """An alert as a client writes it; ``threshold`` is odds, or a percentage."""

    kind: OddsAlertKind
    bet_type: BetType
    horse_number: int
    threshold: float
    minutes: int | None


def read_alerts(requests: Sequence[AlertRequest], race: Race, now: datetime) -> tuple[Alert, ...]:
    """Return the alerts that a client asks for. Raises ``BadUserInput``."""
    if not 1 <= len(requests) <= MAX_ALERTS:
        raise BadUserInput(f"A watch must have 1 to {MAX_ALERTS} alerts.")
    if race.status is not RaceStatus.UPCOMING or (race.post_time is not None and race.post_time <= now):
        raise BadUserInput("The race has started or is over. Watch a future race.")
    if race.date > (now.astimezone(JST) + MAX_AHEAD).date():
        raise BadUserInput(f"A race can be watched from {MAX_AHEAD.days} days before it.")
    horses = {runner.horse_number for runner in race.runners}
    for each in requests:
        if each.horse_number not in horses:
            raise BadUserInput(f"The race has no horse {each.horse_number}.")
        if each.bet_type not in TYPES:
            raise BadUserInput("Only odds of the types WIN and PLACE can be watched.")
    return tuple(map(_alert, requests))


def _alert(request: AlertRequest) -> Alert:
    is_percent = request.kind is OddsAlertKind.PERCENT
    return Alert(
        kind=request.kind,
        bet_type=request.bet_type,
        horse_number=request.horse_number,
        threshold=_percentage(request.threshold) if is_percent else _odds(request.threshold),
        minutes=_minutes(request.minutes, is_percent=is_percent),
    )


def _tenths(threshold: float) -> int:
    """Return a number in tenths; one that is far beyond all bounds stays beyond them, and finite."""
    return round(10 * max(-BEYOND, min(BEYOND, threshold)))


def _odds(threshold: float) -> int:
    tenths = _tenths(threshold)
    if not MIN_ODDS <= tenths <= MAX_ODDS:
        raise BadUserInput(f"'threshold' must be odds from {MIN_ODDS / 10} to {MAX_ODDS / 10}.")
    return tenths


def _percentage(threshold: float) -> int:
    tenths = _tenths(threshold)
    if not (-MAX_FALL <= tenths <= -MIN_PERCENT or MIN_PERCENT <= tenths <= MAX_RISE):
        raise BadUserInput(
            f"For PERCENT, 'threshold' must be from {-MAX_FALL // 10} to {-MIN_PERCENT // 10}, or from "
            f"{MIN_PERCENT // 10} to {MAX_RISE // 10}."
        )
    return tenths


def _minutes(minutes: int | None, *, is_percent: bool) -> int:
    if is_percent != (minutes is not None):
        raise BadUserInput("'minutes' is required for PERCENT, and is not allowed for BELOW and ABOVE.")
    if minutes is not None and not 1 <= minutes <= MAX_MINUTES:
        raise BadUserInput(f"'minutes' must be from 1 to {MAX_MINUTES}.")
    return minutes or 0

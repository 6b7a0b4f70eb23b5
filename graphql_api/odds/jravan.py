"""The provider ``jravan``: ``/races/{id}/odds`` of a bridge. They are final when ``/races/{id}/results`` exists.

The bridge writes ``win`` as ``{"1": 3.5}``, ``place`` and ``quinella_place`` as ``{"1": {"min": 1.2, "max": 1.8}}``,
and combinations as ``"1-2"``. Its ``timestamp``, or ``updated_at``, is the time of the odds, Japan's without a zone.
"""

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from graphql_api.errors import UpstreamUnavailable
from graphql_api.japan_time import read_time
from graphql_api.odds.model import RANGES, Board, Line, OddsStatus
from graphql_api.races.jravan.bridge import Bridge, Limit
from graphql_api.races.model import Race
from graphql_api.slips.tickets.combinations import every_combination
from graphql_api.slips.tickets.types import BET_RULES, BetType

DEADLINE = timedelta(minutes=2)
"""Time before the post time at which sales end, if the bridge does not give it."""

MAX_ODDS = 99_999.9
MAX_RUNNERS = 28
_UNREADABLE = "The source of odds gave an answer that cannot be read; try again later."

_NUMBER = re.compile("[0-9]{1,3}", re.ASCII)
"""A horse number. Python may refuse to read longer ones."""


class JraVanOdds:
    """Implements ``OddsProvider``."""

    def __init__(
        self,
        bridge: Bridge,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Read from ``bridge``. All requests for a race share a limit of ``seconds`` of ``clock``."""
        self._bridge = bridge
        self._seconds = seconds
        self._clock = clock
        self._now = now

    def board(self, race: Race) -> Board | None:
        """Ask the bridge."""
        limit = Limit(self._seconds, self._clock)
        path = f"/races/{race.ids.bridge}"
        body = self._bridge.get(f"{path}/odds", limit)
        if body is None:
            return None
        now = self._now()
        told = _parsed(body)
        runners = _runners(race, told)
        lines = read_lines(told, runners)
        _require_most(told, runners)
        is_run = race.post_time is not None and race.post_time <= now
        is_final = is_run and self._bridge.get(f"{path}/results", limit) is not None
        return Board(
            race_id=race.ids.bridge,
            runners=runners,
            status=OddsStatus.FINAL if is_final else _status(race, now, lines),
            as_of=read_time(told.get("timestamp") or told.get("updated_at")) or now,
            fetched_at=now,
            lines=lines,
        )

    def close(self) -> None:
        """Close the connections to the bridge."""
        self._bridge.close()


def read_lines(told: Mapping[str, Any], runners: int) -> dict[BetType, Line]:
    """Read the odds of each type of bet. Values that are not numbers are no odds. Raises ``UpstreamUnavailable``."""
    lines: dict[BetType, Line] = {}
    for bet_type in BetType:
        given = told.get(bet_type.value)
        if given is None:
            continue
        if not isinstance(given, dict):
            raise UpstreamUnavailable(_UNREADABLE, reason=f"{bet_type.value} is no object")
        values = _by_combination(bet_type, given)
        combinations = every_combination(bet_type, runners)
        if bet_type in RANGES:
            least, most = (tuple(_bound(values.get(each), name) for each in combinations) for name in ("min", "max"))
            lines[bet_type] = Line(least, most)
        else:
            lines[bet_type] = Line(tuple(_tenths(values.get(each)) for each in combinations))
    if BetType.WIN not in lines:
        raise UpstreamUnavailable(_UNREADABLE, reason="no odds to win")
    return lines


def _by_combination(bet_type: BetType, given: Mapping[str, Any]) -> dict[tuple[int, ...], Any]:
    """Read the keys. If the order does not count, pairs may be in any order."""
    found: dict[tuple[int, ...], Any] = {}
    for text, value in given.items():
        parts = text.split("-")
        if not all(map(_NUMBER.fullmatch, parts)):
            raise UpstreamUnavailable(_UNREADABLE, reason=f"{bet_type.value} has a key that is no combination")
        numbers = tuple(map(int, parts))
        found[numbers if BET_RULES[bet_type].is_ordered else tuple(sorted(numbers))] = value
    return found


def _bound(value: Any, name: str) -> int:
    return _tenths(value.get(name) if isinstance(value, dict) else value)


def _tenths(value: Any) -> int:
    """Return odds in tenths. 0 for 0.0, ``****``, ``----`` and booleans: they are not odds."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return 0
    return round(number * 10) if 1 <= number <= MAX_ODDS and not isinstance(value, bool) else 0


def _runners(race: Race, told: Mapping[str, Any]) -> int:
    """Return the number of declared horses: that of the card, or the highest number with odds."""
    numbers = [runner.horse_number for runner in race.runners]
    win = told.get("win")
    numbers += [int(text) for text in win if _NUMBER.fullmatch(text)] if isinstance(win, dict) else []
    runners = max([race.declared_runners or 0, *numbers])
    if not 1 <= runners <= MAX_RUNNERS:
        raise UpstreamUnavailable(_UNREADABLE, reason="no runners")
    return runners


def _require_most(told: Mapping[str, Any], runners: int) -> None:
    """Raise ``UpstreamUnavailable`` for less than half of the horses, scratched ones included."""
    if 2 * len(told["win"]) < runners:
        raise UpstreamUnavailable(_UNREADABLE, reason="most horses are missing")


def _status(race: Race, now: datetime, lines: Mapping[BetType, Line]) -> OddsStatus:
    if not any(lines[BetType.WIN].least):
        return OddsStatus.FORECAST
    ends = race.betting_deadline or (race.post_time - DEADLINE if race.post_time else None)
    return OddsStatus.CLOSED if ends is not None and ends <= now else OddsStatus.OPEN


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        told = orjson.loads(body)
    except ValueError as error:
        raise UpstreamUnavailable(_UNREADABLE, reason="no JSON") from error
    if not isinstance(told, dict):
        raise UpstreamUnavailable(_UNREADABLE, reason="no object")
    return told

"""The provider ``jravan``: cards of a bridge. Cards of a day have no runners, cards of a race have them."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import blake2b
from threading import Lock
from typing import Any

import orjson
from cachetools import LRUCache, TTLCache

from graphql_api.errors import BadUserInput, NotFound, UpstreamUnavailable
from graphql_api.japan_time import day_in_japan
from graphql_api.races.cards import Card, day_of
from graphql_api.races.ids import RacePlace, bridge_place, netkeiba_id, place_of_netkeiba, race_ids
from graphql_api.races.jravan.bridge import Bridge, Limit
from graphql_api.races.jravan.reading import BridgeRace, read_place, read_race
from graphql_api.races.model import Race, RaceProvider, RaceSource
from graphql_api.snapshots.trace import Trace
from graphql_api.storage.protocol import StoredObject

SEARCHED_DAYS = range(-1, 9)
"""Days, counted from today, that are searched for a race of JRA by netkeiba's id, which does not contain the day."""

LISTED_SECONDS = 60.0
"""Seconds for which the list of a day is not read again to find a meeting."""

_MEETINGS_KEPT = 1_000
_UNREADABLE = "The source of race cards gave an answer that cannot be read; try again later."


class JraVanCards:
    """A ``CardProvider`` of a bridge."""

    name = "livecards"
    key_field = "card"

    def __init__(
        self,
        bridge: Bridge,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Read from ``bridge``. All requests for a card share ``seconds`` of ``clock``. ``now`` is the time of day."""
        self._bridge = bridge
        self._seconds = seconds
        self._clock = clock
        self._now = now
        self._lock = Lock()
        self._days: LRUCache[str, date] = LRUCache(_MEETINGS_KEPT)
        self._listed: TTLCache[date, bool] = TTLCache(_MEETINGS_KEPT, LISTED_SECONDS, clock)

    def checked(self, key: str) -> str:
        """Return the key as it is: clients never name one."""
        return key

    def read(self, key: str, etag: str | None) -> StoredObject | None:
        """Ask the bridge. Raises ``NotFound`` and ``UpstreamUnavailable``."""
        limit, day = Limit(self._seconds, self._clock), day_of(key)
        data = _written([self._race(key, limit)] if day is None else self._day(day, limit))
        found = blake2b(data, digest_size=16).hexdigest()
        return None if found == etag else StoredObject(key, data, found, self._now())

    def decode(self, stored: StoredObject, key: str, trace: Trace) -> Card:  # noqa: ARG002 - of the protocol
        """Read races. Invalid ones were refused by ``read``."""
        source = RaceSource(RaceProvider.JRAVAN, stored.last_modified)
        told = [BridgeRace(each["race"], each["runners"]) for each in orjson.loads(stored.data)]
        return Card({read_place(each.race): partial(read_race, each, source, self._now()) for each in told})

    def size(self, value: Card) -> int:
        """Estimate a card's bytes."""
        return value.nbytes

    def close(self) -> None:
        """Close the connections to the bridge."""
        self._bridge.close()

    def _day(self, day: date, limit: Limit) -> list[Any]:
        """Read the races of a day, and remember the days of meetings. Raises ``NotFound`` for a day without races."""
        body = self._bridge.get("/races", limit, {"date": f"{day:%Y%m%d}"})
        races = [] if body is None else _checked(body, list)
        with self._lock:
            self._listed[day] = True
        told = [{"race": race, "runners": None} for race in races]
        for race in races:
            self._remember(_read(BridgeRace(race), self._now()))
        if not told:
            raise NotFound(f"There are no races on {day}.")
        return sorted(told, key=lambda each: str(each["race"]["race_id"]))

    def _race(self, key: str, limit: Limit) -> Any:
        """Read one race and its runners."""
        identifier = key if "_" in key else self._bridge_id(netkeiba_id(key), limit)
        body = self._bridge.get(f"/races/{identifier}", limit)
        if body is None:
            raise NotFound("There is no such race.")
        race = _checked(body, dict)
        listed = self._bridge.get(f"/races/{identifier}/runners", limit)
        runners = [] if listed is None else _checked(listed, list)
        told = _read(BridgeRace(race, runners), self._now())
        if race_ids(bridge_place(identifier)).bridge != told.ids.bridge:
            raise UpstreamUnavailable(_UNREADABLE, reason="another race came")
        return {"race": race, "runners": runners}

    def _bridge_id(self, race_id: str, limit: Limit) -> str:
        """Return the bridge's id of a race. One of JRA is found by its meeting: netkeiba's id does not contain the day.

        Days that were listed before are searched first, then those near today.
        """
        place = place_of_netkeiba(race_id)
        if place is None:
            place = RacePlace(self._day_of_meeting(race_id[:10], limit), race_id[4:6], int(race_id[10:]))
        return race_ids(place).bridge

    def _day_of_meeting(self, meeting: str, limit: Limit) -> date:
        with self._lock:
            day = self._days.get(meeting)
        today = day_in_japan(self._now())
        days = [today + timedelta(offset) for offset in SEARCHED_DAYS]
        of_year = (each for each in days if meeting.startswith(f"{each:%Y}"))
        found = day or next((each for each in of_year if self._is_on(meeting, each, limit)), None)
        if found is None:
            raise NotFound("There is no such race.")
        return found

    def _is_on(self, meeting: str, day: date, limit: Limit) -> bool:
        """Return whether a meeting is on a day, by the races of the day."""
        with self._lock:
            is_listed = day in self._listed
        if not is_listed:
            with suppress(NotFound):
                self._day(day, limit)
        with self._lock:
            return self._days.get(meeting) == day

    def _remember(self, race: Race) -> None:
        if race.id is not None:
            with self._lock:
                self._days[race.id[:10]] = race.date


def _checked(body: bytes, kind: type) -> Any:
    """Parse an answer. Raises ``UpstreamUnavailable``."""
    try:
        value = orjson.loads(body)
    except ValueError as error:
        raise UpstreamUnavailable(_UNREADABLE, reason="no JSON") from error
    if not isinstance(value, kind):
        raise UpstreamUnavailable(_UNREADABLE, reason=f"no {kind.__name__}")
    return value


def _written(told: list[Any]) -> bytes:
    """Return the data as JSON. Raises ``UpstreamUnavailable`` if it is nested too deep to be written."""
    try:
        return orjson.dumps(told)
    except TypeError as error:
        raise UpstreamUnavailable(_UNREADABLE, reason="nested too deep") from error


def _read(told: BridgeRace, now: datetime) -> Race:
    """Return a race. Raises ``UpstreamUnavailable`` if the data is not a race."""
    try:
        return read_race(told, RaceSource(RaceProvider.JRAVAN, now), now)
    except (BadUserInput, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UpstreamUnavailable(_UNREADABLE, reason=str(error)) from error

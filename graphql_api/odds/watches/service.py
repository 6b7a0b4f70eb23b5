"""The service of watches for clients: created within bounds, read, and deleted. The job of updates fires them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Self

from graphql_api.access.errors import RateLimited
from graphql_api.capabilities import derived_capability, is_capability, new_capability, stored_name
from graphql_api.errors import BadUserInput, Conflict, NotFound
from graphql_api.japan_time import JST, day_in_japan
from graphql_api.jobs.model import JobState
from graphql_api.jobs.service import JobQueue
from graphql_api.notifications.service import Notifications
from graphql_api.odds.settings import OddsSettings, is_updating
from graphql_api.odds.watches.model import Firing, Watch
from graphql_api.odds.watches.requests import KEPT, AlertRequest, read_alerts
from graphql_api.odds.watches.rules import AlertState
from graphql_api.odds.watches.sending import delivery_of
from graphql_api.odds.watches.stored import count_key, day_key, race_key, read_watch, watch_key, write_watch
from graphql_api.races.model import Race
from graphql_api.services import Services
from graphql_api.slips.requests import client_request, random_part
from graphql_api.store.protocol import Key
from graphql_api.store.service import Store

MAX_WATCHES = 200
"""Watches of one race: the job reads all of them at each update."""

MAX_TRIES = 5
COUNT = "watches"
NO_WATCH = "There is no such watch, or it has expired."
FULL_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRequest:
    """What a client asks for. ``payer`` names for whom it is counted (``access.payer``)."""

    race: Race
    alerts: Sequence[AlertRequest]
    payer: str
    url: str | None = None
    request_id: str | None = None

    @property
    def asked(self) -> str | None:
        """Return a digest of what is asked for; None without a request id. Raises ``BadUserInput``."""
        alerts = [[each.kind.value, each.bet_type.value, *_values(each)] for each in self.alerts]
        request = client_request(self.request_id, ("watch", self.race.ids.bridge, alerts, self.url))
        return None if request is None else request.asked


class Watches:
    """Watches of one application. ``now`` tells the time of day."""

    def __init__(self, services: Services, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Keep watches in the store of ``services``."""
        self._services = services
        self._store = services.get(Store)
        self._settings = services.settings.of(OddsSettings)
        self.now = now

    @classmethod
    def open(cls, services: Services) -> Self:
        """Read the settings."""
        return cls(services)

    async def create(self, request: WatchRequest) -> tuple[str, Watch]:
        """Create a watch and return its id. With the random ``request_id`` of a client it is created once.

        Raises ``BadUserInput``, ``RateLimited``, and ``UpstreamUnavailable`` if the host of the URL is not found.
        """
        watch_id = _id(request.request_id)
        asked = request.asked
        made = None if asked is None else await self.find(watch_id)
        if made is not None:
            return watch_id, _same(made, asked)
        watch = await self._made(request, stored_name(watch_id), asked)
        await self._count(request, watch)
        expires = int(watch.expires_at.timestamp())
        await self._store.put(race_key(watch.name), {"race": watch.race_id}, expires=expires)
        key = watch_key(watch.race_id, watch.name)
        try:
            await self._store.put(key, write_watch(watch), expected=0, expires=expires)
        except Conflict:  # the same request came twice at once
            await self._store.add(count_key(watch.race_id), {COUNT: -1}, expires=expires)
            return watch_id, _same(await self.get(watch_id), asked)
        return watch_id, replace(watch, version=1)

    async def find(self, watch_id: str) -> Watch | None:
        """Return a watch; None if there is none, or it has expired."""
        if not is_capability(watch_id):
            return None
        name = stored_name(watch_id)
        place = await self._store.get(race_key(name))
        found = None if place is None else await self._store.get(watch_key(place.body["race"], name))
        return None if found is None else read_watch(found)

    async def get(self, watch_id: str) -> Watch:
        """Return a watch. Raises ``NotFound``."""
        found = await self.find(watch_id)
        if found is None:
            raise NotFound(NO_WATCH)
        return found

    async def delete(self, watch_id: str, expected_version: int | None = None) -> None:
        """Delete a watch. Raises ``NotFound``, and ``Conflict`` if it has not the expected version."""
        for _ in range(MAX_TRIES):
            watch = await self.get(watch_id)
            if expected_version not in {None, watch.version}:
                raise Conflict(f"The watch has version {watch.version}, not {expected_version}. Read the watch again.")
            try:
                await self._store.delete(watch_key(watch.race_id, watch.name), expected=watch.version)
            except Conflict:  # an alert has fired meanwhile
                continue
            await self._store.delete(race_key(watch.name))
            await self._store.add(count_key(watch.race_id), {COUNT: -1}, expires=int(watch.expires_at.timestamp()))
            return
        raise Conflict("Too many requests change the watch at the same time. Try again.")

    async def secret(self, watch: Watch) -> str | None:
        """Return the secret that signs what is sent to the watch's URL; None without one."""
        if watch.url is None:
            return None
        return await self._services.get(Notifications).signing_secret(watch.url, watch.name)

    async def delivery(self, watch: Watch, firing: Firing) -> JobState | None:
        """Return how far the delivery of a firing is; None if the record of it has expired."""
        if watch.url is None:
            return None
        if not firing.is_sent:
            return JobState.FAILED if watch.is_gone else JobState.QUEUED
        record = await self._services.get(JobQueue).find(delivery_of(watch, firing))
        return None if record is None else record.at(self.now().timestamp()).state

    async def _made(self, request: WatchRequest, name: str, asked: str | None) -> Watch:
        """Return a new watch. Raises ``BadUserInput``."""
        if not is_updating(self._services.settings) or not self._settings.odds_watches:
            raise BadUserInput("This service does not watch odds.")
        now = self.now().replace(microsecond=0)
        alerts = read_alerts(request.alerts, request.race, now)
        if request.url is not None:
            await self._check_url(request.url)
        begin = datetime.combine(request.race.date, time(), JST)
        return Watch(
            name=name,
            race_id=request.race.ids.bridge,
            created_at=now,
            expires_at=begin + KEPT,
            alerts=alerts,
            states=tuple(AlertState(is_armed=True, fired=0, changed_at=int(now.timestamp())) for _ in alerts),
            url=request.url,
            asked=asked,
        )

    async def _check_url(self, url: str) -> None:
        if not self._settings.odds_webhooks:
            raise BadUserInput("This service sends no alerts to webhooks: JOCKEY_ODDS_WEBHOOKS is not set.")
        await self._services.get(Notifications).check_url(url)

    async def _count(self, request: WatchRequest, watch: Watch) -> None:
        """Count a new watch for its client and its race. Raises ``RateLimited``."""
        today = datetime.combine(day_in_japan(self.now()), time(), JST)
        tomorrow = today + timedelta(days=1)
        key = day_key(today.date(), request.payer)
        await self._take(key, self._settings.odds_watches, tomorrow, tomorrow, "odds watches per day")
        until = self.now() + timedelta(seconds=FULL_SECONDS)
        await self._take(count_key(watch.race_id), MAX_WATCHES, until, watch.expires_at, "watches of this race")

    async def _take(self, key: Key, limit: int, until: datetime, expires: datetime, what: str) -> None:
        """Count one more; raise ``RateLimited``, until that time, if there are as many as there may be."""
        counted = await self._store.add(key, {COUNT: 1}, expires=int(expires.timestamp()))
        if counted.numbers[COUNT] > limit:
            await self._store.add(key, {COUNT: -1}, expires=int(expires.timestamp()))
            seconds = max(1, int((until - self.now()).total_seconds()))
            raise RateLimited(f"The limit of {limit} {what} is used up. Try again later.", seconds, {})


def _id(request_id: str | None) -> str:
    return new_capability() if request_id is None else derived_capability(random_part(request_id), "odds-watch")


def _same(made: Watch, asked: str | None) -> Watch:
    """Return a watch that the same request created. Raises ``BadUserInput`` for another request."""
    if made.asked != asked:
        raise BadUserInput("'clientRequestId' was already used for another request. Use a new one for each request.")
    return made


def _values(alert: AlertRequest) -> tuple[object, ...]:
    return alert.horse_number, alert.threshold, alert.minutes

"""Published forecasts of race days and the list of models, as snapshots. No module that makes forecasts is imported."""

from collections.abc import Callable
from datetime import date
from typing import Generic, Self, TypeVar

from graphql_api.config import Settings
from graphql_api.errors import BadUserInput, NotFound
from graphql_api.execution.context import Context
from graphql_api.forecasts.published import MODELS_KEY, DayForecast, PublishedModel, day_key
from graphql_api.forecasts.settings import ForecastsSettings
from graphql_api.forecasts.stored import MAX_BYTES, load_day, load_models
from graphql_api.services import Services
from graphql_api.snapshots.policy import Policy
from graphql_api.snapshots.snapshot import Snapshot
from graphql_api.snapshots.snapshots import Snapshots
from graphql_api.snapshots.threads import LoadThreads
from graphql_api.snapshots.trace import Trace
from graphql_api.storage.protocol import Storage, StoredObject

MODELS = "models"
"""The only key of the list of models."""

ABSENT = "none"
"""The ETag of a day without forecasts. ETags of objects are longer."""

MEMORY_FACTOR = 12
"""Bytes in memory for each stored byte."""

MAX_DAYS = 400

V = TypeVar("V")


class PublishedSource(Generic[V]):
    """Objects that commands and jobs publish. A missing one has a version too, so that responses may be cached."""

    key_field = "forecast"

    def __init__(self, storage: Storage, name: str, place: Callable[[str], str], read: Callable[[bytes], V]) -> None:
        """Read from ``storage``. ``place`` returns the key and may raise ``ValueError``. ``read`` returns the value."""
        self.name = name
        self._storage = storage
        self._place = place
        self._read = read

    def checked(self, key: str) -> str:
        """Return a key. Raises ``BadUserInput``."""
        try:
            self._place(key)
        except ValueError as error:
            raise BadUserInput("There are no forecasts of this name.") from error
        return key

    def read(self, key: str, etag: str | None) -> StoredObject | None:
        """Read a published object."""
        known = None if etag == ABSENT else etag
        try:
            return self._storage.read(self._place(key), known, max_bytes=MAX_BYTES)
        except NotFound:
            return None if etag == ABSENT else StoredObject(key, b"", ABSENT, None)

    def decode(self, stored: StoredObject, key: str, trace: Trace) -> tuple[V | None, int]:  # noqa: ARG002 - of the protocol
        """Return the value with its bytes in memory. None for a missing object. Raises ``DataCorrupt``."""
        value = None if stored.etag == ABSENT else self._read(stored.data)
        return value, MEMORY_FACTOR * len(stored.data)

    def size(self, value: tuple[V | None, int]) -> int:
        """Return the bytes of a value."""
        return value[1]


class ForecastDays(Snapshots[tuple[DayForecast | None, int]]):
    """The service of forecasts by day (``YYYY-MM-DD``)."""

    def __init__(
        self, storage: Storage, settings: Settings, threads: LoadThreads, clock: Callable[[], float] | None = None
    ) -> None:
        """Start empty. ``clock`` returns seconds."""
        source = PublishedSource(storage, "forecasts", _day_place, load_day)
        policy = _policy(settings, MAX_DAYS)
        super().__init__(source, policy, threads.loads, threads.shared, max_suspects=threads.max_suspects, clock=clock)

    @classmethod
    def open(cls, services: Services) -> Self:
        """Use the forecasts of the storage in the settings."""
        return cls(services.storage, services.settings, services.get(LoadThreads))


class ForecastModels(Snapshots[tuple[tuple[PublishedModel, ...] | None, int]]):
    """The service of the list of models."""

    def __init__(
        self, storage: Storage, settings: Settings, threads: LoadThreads, clock: Callable[[], float] | None = None
    ) -> None:
        """Start empty. ``clock`` returns seconds."""
        source = PublishedSource(storage, "forecastmodels", _models_place, load_models)
        super().__init__(source, _policy(settings, 1), threads.aside, threads.shared, clock=clock)

    @classmethod
    def open(cls, services: Services) -> Self:
        """Use the models of the storage in the settings."""
        return cls(services.storage, services.settings, services.get(LoadThreads))


async def day_forecast(context: Context, day: date) -> DayForecast | None:
    """Return the published forecasts of a day. None if there are none. Raises as ``Snapshots.get``."""
    found = context.load(ForecastDays, day.isoformat())
    return (found if isinstance(found, Snapshot) else await found).value[0]


async def published_models(context: Context) -> tuple[PublishedModel, ...]:
    """Return the published models. Empty if there are none. Raises as ``Snapshots.get``."""
    found = context.load(ForecastModels, MODELS)
    return (found if isinstance(found, Snapshot) else await found).value[0] or ()


def _day_place(key: str) -> str:
    day = date.fromisoformat(key)
    if day.isoformat() != key:
        raise ValueError(key)
    return day_key(day)


def _models_place(key: str) -> str:
    if key != MODELS:
        raise ValueError(key)
    return MODELS_KEY


def _policy(settings: Settings, entries: int) -> Policy:
    own = settings.of(ForecastsSettings)
    return Policy(
        ttl=own.forecasts_ttl,
        stale_limit=settings.stale_limit,
        missing_ttl=min(own.forecasts_ttl, settings.missing_ttl),
        max_entries=entries,
        max_bytes=own.forecasts_bytes,
        max_missing=settings.missing_entries,
    )

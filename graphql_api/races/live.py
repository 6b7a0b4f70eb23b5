"""Cards of the provider of the settings, cached for a short time, and longer while the provider fails."""

from collections.abc import Callable
from typing import Self

from graphql_api.config import Settings
from graphql_api.races.cards import Card
from graphql_api.races.provider import CardProvider
from graphql_api.races.settings import RacesSettings
from graphql_api.services import Services
from graphql_api.snapshots.policy import Policy
from graphql_api.snapshots.shared_work import SharedWork
from graphql_api.snapshots.snapshots import Snapshots
from graphql_api.workers import Workers

THREADS = 8
"""Separate threads, so that a provider that hangs does not block loads of jockeys."""

MAX_CARDS = 2_000


class LiveCards(Snapshots[Card]):
    """The service of cards."""

    def __init__(self, provider: CardProvider, settings: Settings, clock: Callable[[], float] | None = None) -> None:
        """Cache cards of ``provider``. ``clock`` returns seconds."""
        self._provider = provider
        self._threads = Workers(THREADS, "race-card")
        shared = SharedWork(self._threads)
        super().__init__(provider, _policy(settings), self._threads, shared, max_suspects=THREADS // 4, clock=clock)

    @classmethod
    def open(cls, services: Services) -> Self:
        """Cache cards of the provider of the settings."""
        return cls(_provider(services), services.settings)

    def close(self) -> None:
        """Refuse further cards, and close the provider."""
        self._threads.close()
        self._provider.close()
        super().close()


def is_live(settings: Settings) -> bool:
    """Return whether there is a provider of races in addition to the archive."""
    return settings.of(RacesSettings).races_provider != "records"


def _provider(services: Services) -> CardProvider:
    settings = services.settings.of(RacesSettings)
    if settings.races_provider == "mock":
        from graphql_api.races.mock import FictionalRacing, MockCards

        return MockCards(services.get(FictionalRacing))
    from graphql_api.races.jravan.bridge import Bridge
    from graphql_api.races.jravan.provider import JraVanCards

    return JraVanCards(Bridge(settings.jravan_url), settings.jravan_timeout)


def _policy(settings: Settings) -> Policy:
    own = settings.of(RacesSettings)
    return Policy(
        ttl=own.races_ttl,
        stale_limit=settings.stale_limit,
        missing_ttl=min(own.races_ttl, settings.missing_ttl),
        max_entries=MAX_CARDS,
        max_bytes=own.races_bytes,
        max_missing=settings.missing_entries,
    )

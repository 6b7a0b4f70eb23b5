"""Services of slices' resolvers, routes and jobs: one object of each class, made on first use."""

from collections.abc import Mapping
from threading import RLock
from typing import Any, Protocol, Self, TypeVar

from graphql_api.config import Settings
from graphql_api.storage.protocol import Storage


class Service(Protocol):
    """An object that is requested by its class. A service with threads or connections also has ``close``."""

    @classmethod
    def open(cls, services: "Services", /) -> Self:
        """Return the service, made from the settings, the storage, or other services. It is not connected yet."""


S = TypeVar("S", bound=Service)
T = TypeVar("T")


class Services:
    """One service of each class, made on first use. Safe for threads."""

    def __init__(self, settings: Settings, storage: Storage, given: Mapping[type[Service], Any] | None = None) -> None:
        """Make services for ``settings`` and ``storage``. Those of ``given`` are used instead of new ones."""
        self.settings = settings
        self.storage = storage
        self._made: dict[type[Service], Any] = dict(given or {})
        self._lock = RLock()  # making one may ask for another

    def get(self, kind: type[S]) -> S:
        """Return the service of a class. Raises the errors of its ``open``."""
        found: S | None = self._made.get(kind)
        if found is None:
            with self._lock:
                found = self._made.get(kind)
                if found is None:
                    found = self._made[kind] = kind.open(self)
        return found

    def made(self, kind: type[T]) -> list[T]:
        """Return the existing services of a class and its subclasses, without making new ones."""
        return [each for each in list(self._made.values()) if isinstance(each, kind)]

    def close(self) -> None:
        """Close the existing services, last one first, without making new ones."""
        for made in reversed(list(self._made.values())):
            close = getattr(made, "close", None)
            if close is not None:
                close()

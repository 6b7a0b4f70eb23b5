"""The objects that a slice's resolvers, routes and jobs work with: made when first asked for, one of each kind."""

from collections.abc import Mapping
from threading import RLock
from typing import Any, Protocol, Self, TypeVar

from graphql_api.config import Settings
from graphql_api.storage.protocol import Storage


class Service(Protocol):
    """What can be asked for by its class. A service that holds threads or connections has a method ``close``, too."""

    @classmethod
    def open(cls, services: "Services", /) -> Self:
        """Make the service from the settings, the storage, or other services; it connects to nothing yet."""


S = TypeVar("S", bound=Service)
T = TypeVar("T")


class Services:
    """One service of each class, made at its first use; safe to be shared by threads."""

    def __init__(self, settings: Settings, storage: Storage, given: Mapping[type[Service], Any] | None = None) -> None:
        """Make services for ``settings`` and ``storage``; those ``given`` take the place of what would be made."""
        self.settings = settings
        self.storage = storage
        self._made: dict[type[Service], Any] = dict(given or {})
        self._lock = RLock()  # making one may ask for another

    def get(self, kind: type[S]) -> S:
        """Return the service of a class. Raises what its ``open`` raises."""
        found: S | None = self._made.get(kind)
        if found is None:
            with self._lock:
                found = self._made.get(kind)
                if found is None:
                    found = self._made[kind] = kind.open(self)
        return found

    def made(self, kind: type[T]) -> list[T]:
        """Return the services that were made and are of a class or of one below it; none is made anew for it."""
        return [each for each in list(self._made.values()) if isinstance(each, kind)]

    def close(self) -> None:
        """Close the services that were made, the last one first; none is made anew for it."""
        for made in reversed(list(self._made.values())):
            close = getattr(made, "close", None)
            if close is not None:
                close()

"""Access as a service of the application: who calls, by the settings and the store."""

from collections.abc import Collection
from contextlib import suppress
from contextvars import ContextVar
from threading import Thread
from typing import Self

from graphql_api.access.callers import Caller
from graphql_api.access.clock import SYSTEM, Clock
from graphql_api.access.errors import bad_key, no_key
from graphql_api.access.keyring import Keyring
from graphql_api.access.limiter import Limiter
from graphql_api.access.newcomer import Newcomer
from graphql_api.access.outage import Outage
from graphql_api.access.records import COST, REQUESTS
from graphql_api.access.slice import MIN_COST, AccessSettings
from graphql_api.access.usage import flush_now
from graphql_api.access.visitors import Visitor, Visitors
from graphql_api.errors import ServiceError
from graphql_api.services import Services
from graphql_api.store.service import Store

CALLER: ContextVar[Caller | None] = ContextVar("caller", default=None)
"""Who makes the request that this task works for."""


class Access:
    """Keys, limits and usage of one application."""

    def __init__(self, settings: AccessSettings, store: Store, clock: Clock = SYSTEM) -> None:
        """Read and write through ``store``; nothing is asked yet."""
        limits = {REQUESTS: settings.rate_requests, COST: settings.rate_cost}
        self.settings = settings
        self.store = store
        self.outage = Outage(clock)
        limiter = Limiter(store, self.outage, settings.access_failure, clock)
        self.keyring = Keyring(limiter, limits)
        part = settings.rate_anonymous / 100
        requests, cost = max(1, int(settings.rate_requests * part)), max(MIN_COST, int(settings.rate_cost * part))
        self._visitors = Visitors(requests, cost, clock)

    @classmethod
    def open(cls, services: Services) -> Self:
        """Open with the settings and the store of the application."""
        return cls(services.settings.of(AccessSettings), services.get(Store))

    def connect(self) -> None:
        """Pay in a thread for what the first call to the store takes: imports, the client, a connection."""

        def attempt() -> None:
            with suppress(ServiceError):
                self.store.sync.check()

        Thread(target=attempt, name="store-connect", daemon=True).start()

    def visitor(self, address: str) -> Visitor:
        """Return the visitor of an address."""
        return self._visitors.get(address)

    def identify(self, texts: Collection[bytes], address: str, needed: str) -> Caller:
        """Return who makes a request that names ``texts`` and takes the scope ``needed``, as far as memory can tell.

        Raises ``Unauthenticated``, ``Forbidden``, ``RateLimited``.
        """
        if not texts:
            if self.settings.access == "required":
                raise no_key()
            return self.visitor(address)
        if len(texts) > 1:
            raise bad_key()
        token = self.keyring.read(next(iter(texts)))
        found = self.keyring.find(token)
        if found is None:
            visitor = self.visitor(address)
            visitor.may_look_up()
            return Newcomer(token, visitor, needed, self.keyring)
        found.check(needed)
        return found

    def close(self) -> None:
        """Write the usage that was not written yet."""
        for account in self.keyring.accounts.values():
            with suppress(ServiceError):
                flush_now(self.store.sync, account.take_usage())

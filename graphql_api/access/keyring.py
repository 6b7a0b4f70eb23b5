"""The keys that a process knows, and those that it knows not to be there."""

from asyncio import Lock
from collections.abc import Mapping
from weakref import WeakValueDictionary

from cachetools import LRUCache, TTLCache

from graphql_api.access.account import Account
from graphql_api.access.credential import Credential
from graphql_api.access.errors import bad_key
from graphql_api.access.limiter import Limiter
from graphql_api.access.rates import first_draws
from graphql_api.access.tokens import Token, read_token
from graphql_api.access.visitors import Visitor

MAX_KEYS = 10_000
MAX_WAITING = 20
"""Requests of keys that are not in memory that a process reads at once before it looks them up."""

MISSING_SECONDS = 10.0
"""How long a key that is not there is remembered as such; a new one is valid that long after it was tried too early."""


class Keyring:
    """Finds keys in memory, and else in the store."""

    def __init__(self, limiter: Limiter, defaults: Mapping[str, int]) -> None:
        """Read keys from the store of ``limiter``; ``defaults`` are the limits of keys without limits of their own."""
        self._limiter = limiter
        self._defaults = defaults
        self._known: LRUCache[str, Credential] = LRUCache(MAX_KEYS)
        self._missing: TTLCache[str, bool] = TTLCache(MAX_KEYS, MISSING_SECONDS, limiter.clock.monotonic)
        self._looked_up: WeakValueDictionary[str, Lock] = WeakValueDictionary()
        self.accounts: LRUCache[str, Account] = LRUCache(MAX_KEYS)
        self.waiting: set[object] = set()

    def read(self, text: bytes) -> Token:
        """Return what a key's text says. Raises ``Unauthenticated`` where memory can tell that it is none."""
        token = read_token(text.decode("latin-1"))
        if token is None or token.digest in self._missing:
            raise bad_key()
        return token

    def find(self, token: Token) -> Credential | None:
        """Return a key that is in memory, be it by another of its texts."""
        found = self._known.get(token.digest)
        if found is None:
            account = self.accounts.get(token.id)
            if account is not None and account.record.lists(token.digest):
                found = self._add(account, token)
        return found

    async def look_up(self, token: Token, visitor: Visitor, cost: int) -> Credential:
        """Return a key that may be in the store, with what a first request of this cost takes of its limits.

        ``visitor`` is who asks, and has a limit of keys that are not there. Raises ``Unauthenticated``,
        ``RateLimited``, ``StoreUnavailable``.
        """
        async with self._looked_up.setdefault(token.digest, Lock()):  # or each of many would take a part of the limits
            found = self.find(token)
            if found is not None:
                return found
            if token.digest in self._missing:
                raise bad_key()
            visitor.may_look_up()
            account = await self._draw(token, cost)
            if account is None:
                visitor.miss()
                self._missing[token.digest] = True
                raise bad_key()
            return self._add(account, token)

    def may_wait(self, request: object) -> bool:
        """Return whether a request may be read before its key is looked up; if so, it counts in ``waiting``.

        Whoever makes up keys has no more than some requests read, and then none while one that was not there is
        remembered.
        """
        if self._limiter.outage.is_on or self._missing or len(self.waiting) >= MAX_WAITING:
            return False
        self.waiting.add(request)
        return True

    def _add(self, account: Account, token: Token) -> Credential:
        added = self._known[token.digest] = Credential(account, token.digest, self._limiter)
        return added

    async def _draw(self, token: Token, cost: int) -> Account | None:
        """Read a record and take from its limits; there is one account of a key, whichever of its texts comes first."""
        now, draws = self._limiter.clock.monotonic(), first_draws(self._defaults, cost)
        drawn = await self._limiter.draw_first(token, draws)
        if drawn is None:
            return None
        account = self.accounts.get(token.id)
        if account is None:
            account = self.accounts[token.id] = Account(drawn.item, self._defaults, self._limiter.clock)
        else:
            account.update(drawn.item)
        account.credit(drawn.taken, draws, now)
        return account

"""The keys that a process knows, and those that it knows not to be there."""

from collections.abc import Mapping

from cachetools import LRUCache, TTLCache

from graphql_api.access.account import Account
from graphql_api.access.credential import Credential
from graphql_api.access.errors import bad_key
from graphql_api.access.limiter import Limiter
from graphql_api.access.records import key_of
from graphql_api.access.tokens import Token, read_token
from graphql_api.access.visitors import Visitor
from graphql_api.errors import ServiceError, StoreUnavailable
from graphql_api.store.messages import UNAVAILABLE

MAX_KEYS = 10_000
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
        self.accounts: LRUCache[str, Account] = LRUCache(MAX_KEYS)

    def read(self, text: bytes) -> Token:
        """Return what a key's text says. Raises ``Unauthenticated`` where memory can tell that it is none."""
        token = read_token(text.decode("latin-1"))
        if token is None or token.digest in self._missing:
            raise bad_key()
        return token

    def find(self, token: Token) -> Credential | None:
        """Return a key that is in memory."""
        return self._known.get(token.digest)

    async def look_up(self, token: Token, visitor: Visitor) -> Credential:
        """Return a key that may be in the store; ``visitor`` is who asks, and has a limit of keys that are not there.

        Raises ``Unauthenticated``, ``RateLimited``, ``StoreUnavailable``.
        """
        visitor.may_look_up()
        account = await self._load(token.id)
        found = None if account is None else Credential(account, token.digest, self._limiter)
        if found is None or not any(each.digest == token.digest for each in found.account.record.secrets):
            visitor.miss()
            self._missing[token.digest] = True
            raise bad_key()
        return self._known.setdefault(token.digest, found)

    async def _load(self, key_id: str) -> Account | None:
        """Read a record; there is one account of a key, whoever else reads it meanwhile."""
        if self._limiter.outage.is_on:
            raise StoreUnavailable(UNAVAILABLE)
        try:
            item = await self._limiter.store.get(key_of(key_id))
        except ServiceError as error:
            self._limiter.outage.report(error)
            raise StoreUnavailable(UNAVAILABLE) from error
        if item is None:
            return None
        account = self.accounts.get(key_id)
        if account is None:
            account = self.accounts[key_id] = Account(item, self._defaults, self._limiter.clock)
        else:
            account.update(item)
        return account

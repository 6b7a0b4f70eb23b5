"""A key as a caller: one text of it, and the account that all its texts share."""

from graphql_api.access.account import Account
from graphql_api.access.callers import Headers
from graphql_api.access.errors import bad_key
from graphql_api.access.limiter import Limiter
from graphql_api.access.usage import flush
from graphql_api.errors import ServiceError


class Credential:
    """Implements ``Caller``. An account has two of them while its key is rotated."""

    __slots__ = ("_clock", "_limiter", "_record", "_until", "account", "digest", "key_id")

    def __init__(self, account: Account, digest: str, limiter: Limiter) -> None:
        """Be the text of ``account`` that has this digest."""
        self.account = account
        self.digest = digest
        self.key_id = account.record.id
        self._limiter = limiter
        self._clock = limiter.clock
        self._record: object = None
        self._until = 0.0

    def holds(self) -> bool:
        """Say whether the key is valid now."""
        now = self._clock.now()
        record = self.account.record
        if self._record is not record:
            self._record, self._until = record, record.holds_until(self.digest, now) or 0.0
        return now < self._until

    def is_ready(self) -> bool:
        """Look at what is held, and whether usage is to be written."""
        account = self.account
        return account.is_ready() and self.holds() and not account.usage.is_due(self._clock.now())

    def take(self) -> None:
        """Take from what is held."""
        self.account.take()

    async def admit(self) -> None:
        """Take from what is held, or fill it first; that tells of a change to the key, too."""
        account = self.account
        if not account.is_ready():
            await self._limiter.fill(account, account.least)
        if not self.holds():
            raise bad_key()
        account.take()

    async def reserve(self, cost: int) -> None:
        """Take cost from what is held, or fill it first."""
        needs = self.account.cost_needed(cost)
        if not self.account.covers(needs):
            await self._limiter.fill(self.account, needs)
        self.account.spend_cost(cost)

    def spend_cost(self, cost: int) -> None:
        """Spend, or owe."""
        self.account.spend_cost(cost)

    def count(self, size: int, *, failed: bool) -> None:
        """Count for the key."""
        self.account.usage.count(self._clock.now(), size, failed=failed)

    async def finish(self) -> None:
        """Add usage to the store, if it is time to."""
        usage = self.account.usage
        if usage.is_due(self._clock.now()) and not self._limiter.outage.is_on:
            try:
                await flush(self._limiter.store, self.key_id, usage)
            except ServiceError as error:
                self._limiter.outage.report(error)

    def headers(self) -> Headers:
        """Return what was told a moment ago, or write it anew."""
        return self.account.headers()

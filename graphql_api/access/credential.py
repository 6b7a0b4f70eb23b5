"""A key as a caller: one text of it, and the account that all its texts share."""

from graphql_api.access.account import Account
from graphql_api.access.callers import KEPT_COST
from graphql_api.access.errors import bad_key, wrong_scope
from graphql_api.access.limiter import Limiter
from graphql_api.access.usage import flush
from graphql_api.errors import ServiceError


class Credential:
    """Implements ``Caller``. An account has two of them while its key is rotated."""

    __slots__ = (
        "_clock",
        "_limiter",
        "_monotonic",
        "_prepaid",
        "_record",
        "_until",
        "_usage",
        "account",
        "digest",
        "headers",
        "key_id",
    )

    def __init__(self, account: Account, digest: str, limiter: Limiter) -> None:
        """Be the text of ``account`` that has this digest."""
        self.account = account
        self.digest = digest
        self.key_id = account.record.id
        self.headers = account.headers  # called for every answer: one call, not two
        self._limiter = limiter
        self._clock = limiter.clock
        self._monotonic = limiter.clock.monotonic
        self._record: object = None
        self._until = 0.0
        self._prepaid, self._usage = account.prepaid, account.usage

    @property
    def credential(self) -> "Credential":
        """Return itself."""
        return self

    def holds(self) -> bool:
        """Return whether the key is valid now."""
        now = self._clock.now()
        record = self.account.record
        if self._record is not record:
            self._record, self._until = record, record.holds_until(self.digest, now) or 0.0
        return now < self._until

    def check(self, scope: str) -> None:
        """Raise ``Unauthenticated`` if the key is not valid now, ``Forbidden`` if it does not have a scope."""
        if not self.holds():  # and it never will again: neither time nor an operator makes a key valid anew
            raise bad_key()
        if scope not in self.account.record.scopes:
            raise wrong_scope(scope)

    def try_take(self) -> bool:
        """Use a prepaid request, if there is one of this text of the key that is still valid."""
        prepaid = self._prepaid
        if prepaid.left and prepaid.owner is self and self._monotonic() < prepaid.until:
            prepaid.left -= 1
            return True
        return False

    def give_back(self) -> None:
        """Return the prepaid request."""
        self._prepaid.left += 1

    def may_wait(self) -> bool:
        """Return whether memory can neither admit nor refuse a request."""
        return not self.account.is_ready() and self._limiter.would_ask(self.account)

    async def admit(self, cost: int = KEPT_COST) -> None:
        """Charge what is held, or fill it first; that tells of a change to the key, too."""
        if cost == KEPT_COST and self.try_take():
            return
        account = self.account
        needs = account.needs(cost)
        if not account.is_ready() or not account.covers(needs):
            await self._limiter.fill(account, needs)
        if not self.holds():
            raise bad_key()
        account.take()
        account.spend_cost(cost - KEPT_COST)
        account.prepay(self._monotonic() + self._until - self._clock.now(), self)

    async def reserve(self, cost: int) -> None:
        """Charge cost to what is held, or fill that first."""
        needs = self.account.cost_needed(cost)
        if not self.account.covers(needs):
            await self._limiter.fill(self.account, needs)
        self.account.spend_cost(cost)

    def spend_cost(self, cost: int) -> None:
        """Spend, or owe."""
        self.account.spend_cost(cost)

    def count(self, size: int, errors: int) -> None:
        """Count for the key."""
        usage = self._usage
        if not usage.requests:
            usage.began = self._clock.now()
        usage.requests += 1
        usage.bytes += size
        usage.errors += errors

    async def finish(self) -> None:
        """Add usage to the store, if it is time to."""
        if self.account.usage.is_due(self._clock.now()) and not self._limiter.outage.is_on:
            try:
                await flush(self._limiter.store, self.account.take_usage())
            except ServiceError as error:
                self._limiter.outage.report(error)

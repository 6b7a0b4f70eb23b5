"""``viewer``: what the caller's own key is, and what it has used. It is read anew each time, and never kept."""

import time
from datetime import datetime
from typing import Annotated

import strawberry

from graphql_api.access.account import Account
from graphql_api.access.credential import Credential
from graphql_api.access.rates import Rate
from graphql_api.access.records import COST, REQUESTS, USAGE, key_of, moment
from graphql_api.access.service import CALLER, Access
from graphql_api.access.usage import days_before, flush, read_days
from graphql_api.errors import BadUserInput
from graphql_api.execution.context import Context
from graphql_api.execution.cost import cost

MAX_DAYS = 366

Info = strawberry.Info[Context, None]


@strawberry.type(
    description="What a key used on one day. What other servers answered in the last seconds may be missing."
)
class KeyUsage:
    """A day's usage."""

    date: str = strawberry.field(description="The day in UTC, as `YYYY-MM-DD`.")
    requests: int = strawberry.field(description="Requests that were admitted.")
    cost: float = strawberry.field(description="Their cost, in values of answers.")
    errors: int = strawberry.field(description="How many of them were answered with an error.")
    bytes: float = strawberry.field(description="Bytes of answers as they were sent.")


@strawberry.type(description="One limit of a key.")
class KeyLimit:
    """A limit, as it is now."""

    per_minute: float = strawberry.field(description="How much is allowed a minute; as much may be used at once.")
    remaining: float = strawberry.field(description="How much may be used now, as far as this server knows.")
    reset_seconds: int = strawberry.field(description="Seconds until all of it may be used again.")


def _limit(rate: Rate, remaining: int, seconds: int) -> KeyLimit:
    return KeyLimit(per_minute=rate.limit, remaining=remaining, reset_seconds=seconds)


@strawberry.type(description="The limits of a key.")
class KeyLimits:
    """Both limits."""

    requests: KeyLimit = strawberry.field(description="Requests.")
    cost: KeyLimit = strawberry.field(description="Cost, in values of answers.")


@strawberry.type(description="The API key of a request.")
class ViewerKey:
    """A key, without its secret."""

    account: strawberry.Private[Account]
    id: strawberry.ID = strawberry.field(description="The id of the key: the 8 characters behind `jk_`.")
    name: str = strawberry.field(description="The name that the operator gave it.")
    scopes: list[str] = strawberry.field(description="What it may be used for: `graphql`, `rest`, `export`.")
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime | None = strawberry.field(description="When it expires; null is never.")

    @strawberry.field(
        description="Usage by day, the newest first; days without requests are left out.", metadata=cost(size=MAX_DAYS)
    )
    async def usage(
        self,
        info: Info,
        days: Annotated[int, strawberry.argument(description=f"Days, today included; {MAX_DAYS} at most.")] = 7,
    ) -> list[KeyUsage]:
        """Read the usage of some days."""
        if not 1 <= days <= MAX_DAYS:
            raise BadUserInput(f"`days` must be from 1 to {MAX_DAYS}.")
        store, key_id = info.context.use(Access).store, self.account.record.id
        await flush(store, self.account.take_usage())
        partition = key_of(key_id).pk
        page = await store.query(partition, USAGE, days_before(days, time.time()), limit=MAX_DAYS)
        return [KeyUsage(**day._asdict()) for day in read_days(page.items)]

    @strawberry.field(description="What is left of the limits.")
    def limit(self) -> KeyLimits:
        """Look at what is left."""
        left, rates = self.account.left(), self.account.rates
        requests, cost = (_limit(rates[name], *left[name]) for name in (REQUESTS, COST))
        return KeyLimits(requests=requests, cost=cost)


@strawberry.type(description="The caller.")
class Viewer:
    """Who asks."""

    @strawberry.field(description="The API key of this request; null without one, or where the server takes no keys.")
    def key(self) -> ViewerKey | None:
        """Return the key of the request."""
        caller = CALLER.get()
        if not isinstance(caller, Credential):
            return None
        record = caller.account.record
        return ViewerKey(
            account=caller.account,
            id=strawberry.ID(record.id),
            name=record.name,
            scopes=list(record.scopes),
            created_at=moment(record.created),
            expires_at=None if record.expires is None else moment(record.expires),
        )


@strawberry.type
class Query:
    """What can be asked."""

    @strawberry.field(description="The caller of this request, and what its key may do. Never kept by caches.")
    def viewer(self) -> Viewer:
        """Return the caller."""
        return Viewer()

"""``viewer``: what the caller's own key is, and what it has used. It is read anew each time, and never kept."""

import time
from datetime import datetime
from typing import Annotated

import strawberry

from graphql_api.access.account import Account
from graphql_api.access.rates import Rate
from graphql_api.access.records import COST, REQUESTS, USAGE, key_of, moment
from graphql_api.access.service import CALLER, Access
from graphql_api.access.usage import days_before, flush, read_days
from graphql_api.errors import BadUserInput
from graphql_api.execution.context import Context
from graphql_api.execution.cost import cost

MAX_DAYS = 366

Info = strawberry.Info[Context, None]


@strawberry.type(description="Usage of an API key on one day. The last few seconds of other servers may be missing.")
class KeyUsage:
    """A day's usage."""

    date: str = strawberry.field(description="The date in UTC, in the form `YYYY-MM-DD`.")
    requests: int = strawberry.field(description="Number of accepted requests.")
    cost: float = strawberry.field(description="Cost of these requests. The unit is one value in a response.")
    errors: int = strawberry.field(description="Number of these requests that returned an error.")
    bytes: float = strawberry.field(description="Bytes of the responses, as sent.")


@strawberry.type(description="One rate limit of an API key.")
class KeyLimit:
    """A limit, as it is now."""

    per_minute: float = strawberry.field(description="Amount allowed per minute. The whole amount may be used at once.")
    remaining: float = strawberry.field(description="Amount that may be used now, as known to this server.")
    reset_seconds: int = strawberry.field(description="Seconds until the full amount may be used again.")


def _limit(rate: Rate, remaining: int, seconds: int) -> KeyLimit:
    return KeyLimit(per_minute=rate.limit, remaining=remaining, reset_seconds=seconds)


@strawberry.type(description="The rate limits of an API key.")
class KeyLimits:
    """Both limits."""

    requests: KeyLimit = strawberry.field(description="Limit on the number of requests.")
    cost: KeyLimit = strawberry.field(description="Limit on the cost of requests. The unit is one value in a response.")


@strawberry.type(description="The API key of a request.")
class ViewerKey:
    """A key, without its secret."""

    account: strawberry.Private[Account]
    id: strawberry.ID = strawberry.field(description="Id of the key: the 8 characters after `jk_`.")
    name: str = strawberry.field(description="Name given by the operator.")
    scopes: list[str] = strawberry.field(description="Scopes of the key: `graphql`, `rest`, `export`.")
    created_at: datetime = strawberry.field(description="Time of creation.")
    expires_at: datetime | None = strawberry.field(description="Time at which the key expires. Null means never.")

    @strawberry.field(
        description="Usage by day, newest first. Days without requests are left out.", metadata=cost(size=MAX_DAYS)
    )
    async def usage(
        self,
        info: Info,
        days: Annotated[
            int, strawberry.argument(description=f"Number of days, today included. At most {MAX_DAYS}.")
        ] = 7,
    ) -> list[KeyUsage]:
        """Read the usage of some days."""
        if not 1 <= days <= MAX_DAYS:
            raise BadUserInput(f"`days` must be from 1 to {MAX_DAYS}.")
        store, key_id = info.context.use(Access).store, self.account.record.id
        await flush(store, self.account.take_usage())
        partition = key_of(key_id).pk
        page = await store.query(partition, USAGE, days_before(days, time.time()), limit=MAX_DAYS)
        return [KeyUsage(**day._asdict()) for day in read_days(page.items)]

    @strawberry.field(description="State of the rate limits.")
    def limit(self) -> KeyLimits:
        """Look at what is left."""
        left, rates = self.account.left(), self.account.rates
        requests, cost = (_limit(rates[name], *left[name]) for name in (REQUESTS, COST))
        return KeyLimits(requests=requests, cost=cost)


@strawberry.type(description="The caller of the request.")
class Viewer:
    """Who asks."""

    @strawberry.field(
        description="The API key of this request. Null without a key, or if the server does not use keys."
    )
    def key(self) -> ViewerKey | None:
        """Return the key of the request."""
        caller = CALLER.get()
        if caller is None or caller.credential is None:
            return None
        account = caller.credential.account
        record = account.record
        return ViewerKey(
            account=account,
            id=strawberry.ID(record.id),
            name=record.name,
            scopes=list(record.scopes),
            created_at=moment(record.created),
            expires_at=None if record.expires is None else moment(record.expires),
        )


@strawberry.type
class Query:
    """What can be asked."""

    @strawberry.field(description="The caller of this request and its API key. This value is never cached.")
    def viewer(self) -> Viewer:
        """Return the caller."""
        return Viewer()

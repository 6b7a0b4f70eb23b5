"""Usage by key and day: counted in memory, and added to the store every few seconds."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from graphql_api.access.records import COST, REQUESTS, USAGE, minute_of, usage_of
from graphql_api.store.protocol import Item, ItemStore, Key
from graphql_api.store.service import Store

FLUSH_SECONDS = 10.0
"""Usage of so long may be lost where a process is killed."""

DAYS_KEPT = 400
MINUTE_SECONDS_KEPT = 3_600
COUNTS = (REQUESTS, COST, "errors", "bytes")


class Day(NamedTuple):
    """The usage of one day, in UTC."""

    date: str
    requests: int
    cost: int
    errors: int
    bytes: int


class Amount(NamedTuple):
    """What to add to the numbers of an item, and when that expires."""

    key: Key
    counts: Mapping[str, int]
    expires: int


class Usage:
    """What one key used since ``began``, in seconds since 1970; before that, it was added to the store."""

    __slots__ = ("began", "bytes", "cost", "errors", "requests")

    def __init__(self) -> None:
        """Begin with nothing."""
        self.requests = self.cost = self.errors = self.bytes = 0
        self.began = 0.0

    def is_due(self, now: float) -> bool:
        """Return whether it is time to add this to the store."""
        return bool(self.requests) and now - self.began >= FLUSH_SECONDS

    def taken(self, key_id: str) -> list[Amount]:
        """Return what to add to which items, and begin anew. All belongs to when it began."""
        if not self.requests:
            return []
        began = datetime.fromtimestamp(self.began, UTC)
        counts = {name: value for name in COUNTS if (value := getattr(self, name))}
        day = began.replace(hour=0, minute=0, second=0, microsecond=0)
        kept = int((day + timedelta(days=DAYS_KEPT)).timestamp())
        minute = {REQUESTS: self.requests}
        self.__init__()  # type: ignore[misc]
        return [
            Amount(usage_of(key_id, f"{began:%Y-%m-%d}"), counts, kept),
            Amount(minute_of(key_id, f"{began:%Y-%m-%dT%H:%M}"), minute, int(began.timestamp()) + MINUTE_SECONDS_KEPT),
        ]


async def flush(store: Store, amounts: Sequence[Amount]) -> None:
    """Add usage to the store. What fails is lost: it may have been added, and is not to be counted twice."""
    await asyncio.gather(*(store.add(key, counts, expires=expires) for key, counts, expires in amounts))


def flush_now(store: ItemStore, amounts: Sequence[Amount]) -> None:
    """Do the same where there is no event loop."""
    for key, counts, expires in amounts:
        store.add(key, counts, expires=expires)


def days_before(days: int, now: float) -> str:
    """Return the sort key of the day before the last so many days, today included."""
    return USAGE + f"{datetime.fromtimestamp(now, UTC) - timedelta(days=days):%Y-%m-%d}"


def read_days(items: Sequence[Item]) -> list[Day]:
    """Return days of usage, the newest first; those without any are not there."""
    return [
        Day(each.key.sk.removeprefix(USAGE), *(each.numbers.get(name, 0) for name in COUNTS))
        for each in reversed(items)
    ]

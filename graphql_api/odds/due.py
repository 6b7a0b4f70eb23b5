"""When the odds of a race are due, by its post time. All processes compute the same due times (slots).

From 9:00 in Japan: every 5 minutes, and every minute in the last 30. After the race every 5 minutes until the source
has the final odds, for two hours.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache

from graphql_api.japan_time import JST

BEGINS = time(9)
MINUTE = timedelta(minutes=1)
SELDOM, LAST = 5, 30
"""Minutes between two slots at first, and minutes before the post time from which there is one each minute."""

RESULT_MINUTES = range(10, 121, 5)
"""Minutes after the post time at which the final odds are requested until they exist."""


def last_slot(post: datetime, now: datetime) -> datetime | None:
    """Return the last slot up to ``now``. None before the first one."""
    slots = slots_of(post)
    place = bisect_right(slots, now)
    return slots[place - 1] if place else None


def next_slot(post: datetime, now: datetime) -> datetime | None:
    """Return the first slot after ``now``. None after the last one."""
    slots = slots_of(post)
    place = bisect_right(slots, now)
    return slots[place] if place < len(slots) else None


@lru_cache(maxsize=1_000)
def slots_of(post: datetime) -> Sequence[datetime]:
    """Return all slots of a race that starts at ``post``."""
    local = post.astimezone(JST).replace(second=0, microsecond=0)
    return tuple(_slots(local))


def _slots(post: datetime) -> Iterator[datetime]:
    begins = min(post.replace(hour=BEGINS.hour, minute=BEGINS.minute), post - LAST * MINUTE)
    minutes = int((post - begins) / MINUTE)
    for before in range(minutes, -1, -1):
        if before <= LAST or before % SELDOM == 0:
            yield post - before * MINUTE
    for after in RESULT_MINUTES:
        yield post + after * MINUTE

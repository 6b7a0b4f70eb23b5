"""Counts of comments by day, provider, kind, style and language, for ``graphql-api comments report``."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from graphql_api.comments.model import Comment
from graphql_api.errors import StoreUnavailable
from graphql_api.logs import EventLogger
from graphql_api.store.protocol import ItemStore, Key
from graphql_api.store.service import Store

BOUNDS = (10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000)
"""Upper limits of the buckets of latencies in milliseconds. The last bucket has none."""

KEPT = timedelta(days=400)

log = EventLogger(__name__)


@dataclass(frozen=True, slots=True)
class Row:
    """The counts of a day and a sort of comments."""

    day: str
    provider: str
    sort: str
    numbers: Mapping[str, int]

    def latency(self, part: float) -> int | None:
        """Return the limit in ms below which a share of the latencies lies. None if it is above all, or without any."""
        counts = [self.numbers.get(f"latency_{place}", 0) for place in range(len(BOUNDS) + 1)]
        wanted, seen = part * sum(counts), 0
        for place, number in enumerate(counts):
            seen += number
            if number and seen >= wanted:
                return BOUNDS[place] if place < len(BOUNDS) else None
        return None


async def count(store: Store, comment: Comment, *, is_new: bool) -> None:
    """Count a comment that was written or reused. If a worker dies, it may be counted twice or not at all."""
    now, wanted = datetime.now(UTC), comment.wanted
    sort = f"{comment.provider}#{wanted.kind.value}#{wanted.style.value}#{wanted.language.value}"
    numbers = {"reused": 1}
    if is_new:
        written = comment.written
        place = bisect_left(BOUNDS, comment.latency_ms)
        tokens = {"tokens_in": written.input_tokens, "tokens_out": written.output_tokens}
        numbers = {"written": 1, f"latency_{place}": 1, "fallbacks": int(comment.fallback is not None), **tokens}
    try:
        await store.add(_key(now.date(), sort), numbers, expires=int((now + KEPT).timestamp()))
    except StoreUnavailable as error:  # a count is not worth writing the comment again
        log.warning("comment_uncounted", **error.log_fields)


def rows(store: ItemStore, days: int, today: date) -> Iterator[Row]:
    """Return the counts of some days, oldest first."""
    for ago in range(days - 1, -1, -1):
        day = today - timedelta(days=ago)
        for item in store.query(_key(day, "").pk, limit=1_000).items:
            provider, _, sort = item.key.sk.partition("#")
            yield Row(day.isoformat(), provider, sort.replace("#", " "), item.numbers)


def _key(day: date, sort: str) -> Key:
    return Key(f"COMMENT_COUNTS#{day.isoformat()}", sort)

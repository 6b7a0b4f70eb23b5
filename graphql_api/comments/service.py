"""The service of comments: it requests them by the queue, stores them and reads them."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, Self

from graphql_api.comments.model import Comment, CommentKind, CommentRequest
from graphql_api.comments.settings import CommentsSettings
from graphql_api.comments.stored import read_comment, write_comment, write_wanted
from graphql_api.comments.writers import Writer, writer_of
from graphql_api.errors import Conflict, StoreUnavailable
from graphql_api.jobs.model import JobRecord, JobState
from graphql_api.jobs.service import JobQueue, Submitted
from graphql_api.logs import EventLogger
from graphql_api.services import Services
from graphql_api.store.protocol import Item, Key
from graphql_api.store.service import Store

JOB = "comment"
PAGE = 100
"""Maximum number of items that are read at once."""

ASKED_SECONDS = 30 * 86_400
"""Time for which the number of requests for a race is stored."""

_RACES = "COMMENTED"

log = EventLogger(__name__)


class CommentedRace(NamedTuple):
    """A race that has comments."""

    race_id: str
    name: str | None
    racecourse: str
    kinds: tuple[CommentKind, ...]


class ListedRace(NamedTuple):
    """A race in the list of a day's races with comments."""

    day: date
    name: str | None
    racecourse: str


class Comments:
    """Comments of one application, written by ``writer``."""

    def __init__(
        self, store: Store, queue: JobQueue, settings: CommentsSettings, clock: Callable[[], float] = time.time
    ) -> None:
        """Store comments in ``store``. Jobs of ``queue`` write them."""
        self._store = store
        self._queue = queue
        self._settings = settings
        self._clock = clock
        self.writer: Writer = writer_of(settings)

    @classmethod
    def open(cls, services: Services) -> Self:
        """Read the settings."""
        return cls(services.get(Store), services.get(JobQueue), services.settings.of(CommentsSettings))

    async def request(self, wanted: CommentRequest, day: date) -> Submitted:
        """Request a comment for a client as ``queue`` does, and count the request."""
        submitted = await self.queue(wanted)
        try:
            expires = self._expires(ASKED_SECONDS)
            await self._store.add(_asked(day, wanted.race_id), {"asked": 1}, expires=expires)
        except StoreUnavailable as error:  # a count is not worth refusing what is queued
            log.warning("comment_uncounted", **error.log_fields)
        return submitted

    async def queue(self, wanted: CommentRequest) -> Submitted:
        """Queue the job that writes a comment, or return the existing one. Each writer has its own job."""
        given = {**write_wanted(wanted), "writer": self.writer.name}
        return await self._queue.submit(JOB, given, fresh=self._settings.comments_fresh)

    async def asked(self, day: date) -> dict[str, int]:
        """Return the number of requests for each race of a day."""
        items = await self._all(_asked(day, "").pk)
        return {item.key.sk: item.numbers.get("asked", 0) for item in items}

    async def job(self, job_id: str) -> JobRecord | None:
        """Return a job that writes a comment. None if there is none, or it is not a job of comments."""
        found = await self._queue.find(job_id)
        return found if found is not None and found.order.job == JOB else None

    async def written(self, record: JobRecord) -> Comment | None:
        """Return the comment of a job. None if it is not written yet, or has expired."""
        if record.order.job != JOB or record.state is not JobState.SUCCEEDED:
            return None
        return await self.find(record.result["race"], record.result["digest"])

    async def find(self, race_id: str, digest: str) -> Comment | None:
        """Return a comment by its digest. None if there is none."""
        item = await self._store.get(_key(race_id, digest))
        return None if item is None else read_comment(item.body)

    async def of_race(self, race_id: str) -> Sequence[Comment]:
        """Return the newest comment of each kind, style and language, newest first."""
        found = await self._of_race(race_id)
        return sorted({each.wanted: each for each in found}.values(), key=lambda each: each.created_at, reverse=True)

    async def current(self, wanted: CommentRequest) -> Comment | None:
        """Return the newest comment of a sort if it is fresh and by this writer or its template. None otherwise."""
        newest = {each.wanted: each for each in await self._of_race(wanted.race_id)}.get(wanted)
        if newest is None or self.age(newest) >= self._settings.comments_fresh:
            return None
        by = (newest.model, newest.prompt_version)
        is_ours = newest.fallback is not None or by == (self.writer.model, self.writer.version)
        return newest if is_ours else None

    async def keep(self, comment: Comment, listed: ListedRace) -> bool:
        """Store a comment. Return False if another worker has stored one with the same digest."""
        wanted, expires = comment.wanted, self._expires(self._settings.comments_kept)
        key = Key(_RACES, f"{listed.day.isoformat()}#{wanted.race_id}#{wanted.kind.value}")
        await self._store.put(key, {"name": listed.name, "racecourse": listed.racecourse}, expires=expires)
        body = write_comment(comment)
        try:
            await self._store.put(_key(wanted.race_id, comment.digest), body, expected=0, expires=expires)
        except Conflict:
            return False
        return True

    async def clean(self, seconds: float) -> int:
        """Delete comments that were replaced at least ``seconds`` ago. Return their number."""
        races = {item.key.sk.split("#")[1] for item in await self._all(_RACES)}
        deleted = 0
        for race_id in sorted(races):
            newer: set[CommentRequest] = set()
            for comment in reversed(await self._of_race(race_id)):
                if comment.wanted in newer:
                    await self._store.delete(_key(race_id, comment.digest))
                    deleted += 1
                elif self.age(comment) >= seconds:
                    newer.add(comment.wanted)
        return deleted

    async def races(self, day: date) -> Sequence[CommentedRace]:
        """Return the races of a day that have comments, by id."""
        races: dict[str, CommentedRace] = {}
        for item in await self._all(_RACES, f"{day.isoformat()}#"):
            _, race_id, kind = item.key.sk.split("#")
            before = races[race_id].kinds if race_id in races else ()
            kinds = (*before, CommentKind(kind))
            races[race_id] = CommentedRace(race_id, item.body["name"], item.body["racecourse"], kinds)
        return list(races.values())

    def age(self, comment: Comment) -> float:
        """Return the age of a comment in seconds."""
        return (datetime.fromtimestamp(self._clock(), UTC) - comment.created_at) / timedelta(seconds=1)

    async def _of_race(self, race_id: str) -> list[Comment]:
        """Return all comments of a race, oldest first."""
        comments = [read_comment(item.body) for item in await self._all(_key(race_id, "").pk)]
        return sorted(comments, key=lambda each: each.created_at)

    async def _all(self, pk: str, prefix: str = "") -> list[Item]:
        """Return all items of a partition, read in pages."""
        items: list[Item] = []
        after: str | None = None
        while True:
            page = await self._store.query(pk, prefix, after, PAGE)
            items += page.items
            after = page.after
            if after is None:
                return items

    def _expires(self, seconds: int) -> int:
        return int(self._clock()) + seconds


def _key(race_id: str, digest: str) -> Key:
    return Key(f"COMMENTS#{race_id}", digest)


def _asked(day: date, race_id: str) -> Key:
    return Key(f"COMMENTS_ASKED#{day.isoformat()}", race_id)

"""The service of comments: asked for by the queue, kept in the store, and read from it."""

import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple, Self

from graphql_api.comments.model import Comment, CommentKind, Wanted
from graphql_api.comments.settings import CommentsSettings
from graphql_api.comments.stored import read_comment, write_comment, write_wanted
from graphql_api.errors import Conflict, StoreUnavailable
from graphql_api.jobs.model import JobRecord, JobState
from graphql_api.jobs.service import JobQueue, Submitted
from graphql_api.logs import EventLogger
from graphql_api.races.model import Race
from graphql_api.services import Services
from graphql_api.store.protocol import Key
from graphql_api.store.service import Store

JOB = "comment"
MAX_COMMENTS = 100
"""Comments of one race that are read: kinds, styles and languages, with some older ones."""

ASKED_SECONDS = 30 * 86_400
"""How long it is remembered how often a race was asked for."""

_RACES = "COMMENTED"

log = EventLogger(__name__)


class CommentedRace(NamedTuple):
    """A race that has comments."""

    race_id: str
    name: str | None
    racecourse: str
    kinds: tuple[CommentKind, ...]


class Comments:
    """Comments of one application."""

    def __init__(
        self, store: Store, queue: JobQueue, settings: CommentsSettings, clock: Callable[[], float] = time.time
    ) -> None:
        """Keep them in ``store``, have them written by ``queue``."""
        self._store = store
        self._queue = queue
        self._settings = settings
        self._clock = clock

    @classmethod
    def open(cls, services: Services) -> Self:
        """Read the settings."""
        return cls(services.get(Store), services.get(JobQueue), services.settings.of(CommentsSettings))

    async def request(self, wanted: Wanted, day: date, writer: str) -> Submitted:
        """Ask for a comment for somebody, and count that, as ``queue`` does."""
        submitted = await self.queue(wanted, writer)
        try:
            expires = self._expires(ASKED_SECONDS)
            await self._store.add(_asked(day, wanted.race_id), {"asked": 1}, expires=expires)
        except StoreUnavailable as error:  # a count is not worth refusing what is queued
            log.warning("comment_uncounted", **error.log_fields)
        return submitted

    async def queue(self, wanted: Wanted, writer: str) -> Submitted:
        """Have a comment written by a writer (a model and a version of its prompt), or join the job that does."""
        given = {**write_wanted(wanted), "writer": writer}
        return await self._queue.submit(JOB, given, fresh=self._settings.comments_fresh)

    async def asked(self, day: date) -> dict[str, int]:
        """Return how often the races of a day were asked for."""
        counts: dict[str, int] = {}
        after: str | None = None
        while True:
            page = await self._store.query(_asked(day, "").pk, after=after, limit=MAX_COMMENTS)
            counts |= {item.key.sk: item.numbers.get("asked", 0) for item in page.items}
            after = page.after
            if after is None:
                return counts

    async def job(self, job_id: str) -> JobRecord | None:
        """Return a job that writes a comment; None where there is none, or it is another's."""
        found = await self._queue.find(job_id)
        return found if found is not None and found.order.job == JOB else None

    async def written(self, record: JobRecord) -> Comment | None:
        """Return the comment of a job; None where it is not written, or has expired."""
        if record.order.job != JOB or record.state is not JobState.SUCCEEDED:
            return None
        return await self.find(record.result["race"], record.result["digest"])

    async def find(self, race_id: str, digest: str) -> Comment | None:
        """Return a comment; None where there is none of this digest."""
        item = await self._store.get(_key(race_id, digest))
        return None if item is None else read_comment(item.body)

    async def of_race(self, race_id: str) -> Sequence[Comment]:
        """Return the newest comment of each kind, style and language, the newest first."""
        page = await self._store.query(_key(race_id, "").pk, limit=MAX_COMMENTS)
        found = sorted((read_comment(item.body) for item in page.items), key=lambda each: each.created_at)
        return sorted({each.wanted: each for each in found}.values(), key=lambda each: each.created_at, reverse=True)

    async def keep(self, comment: Comment, race: Race) -> Comment:
        """Keep a comment, and return the one that is kept: another worker's, if that was faster."""
        wanted, expires = comment.wanted, self._expires(self._settings.comments_kept)
        listed = {"name": race.name, "racecourse": race.racecourse}
        key = Key(_RACES, f"{race.date.isoformat()}#{wanted.race_id}#{wanted.kind.value}")
        await self._store.put(key, listed, expires=expires)
        try:
            await self._store.put(
                _key(wanted.race_id, comment.digest), write_comment(comment), expected=0, expires=expires
            )
        except Conflict:
            return await self.find(wanted.race_id, comment.digest) or comment
        return comment

    async def races(self, day: date) -> Sequence[CommentedRace]:
        """Return the races of a day that have comments, by id."""
        page = await self._store.query(_RACES, f"{day.isoformat()}#", limit=1_000)
        races: dict[str, CommentedRace] = {}
        for item in page.items:
            _, race_id, kind = item.key.sk.split("#")
            before = races[race_id].kinds if race_id in races else ()
            kinds = (*before, CommentKind(kind))
            races[race_id] = CommentedRace(race_id, item.body["name"], item.body["racecourse"], kinds)
        return list(races.values())

    def _expires(self, seconds: int) -> int:
        return int(self._clock()) + seconds


def _key(race_id: str, digest: str) -> Key:
    return Key(f"COMMENTS#{race_id}", digest)


def _asked(day: date, race_id: str) -> Key:
    return Key(f"COMMENTS_ASKED#{day.isoformat()}", race_id)

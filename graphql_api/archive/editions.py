"""Editions: versions of the archive as snapshots, so that answers may be kept as long as theirs holds."""

import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

from graphql_api.archive.costs import MAX_QUESTIONS, MEASURED_ROWS
from graphql_api.archive.engine import Engine
from graphql_api.archive.held import Answer
from graphql_api.archive.manifest import NAME, Manifest, load
from graphql_api.archive.questions import Statement
from graphql_api.archive.settings import ArchiveSettings
from graphql_api.config import Settings
from graphql_api.errors import IndexRequired, NotFound, QueryTooComplex
from graphql_api.execution.context import Context
from graphql_api.services import Services
from graphql_api.slices import load as load_named
from graphql_api.snapshots.policy import Policy
from graphql_api.snapshots.snapshot import Snapshot
from graphql_api.snapshots.snapshots import Snapshots
from graphql_api.snapshots.threads import LoadThreads
from graphql_api.snapshots.trace import Trace
from graphql_api.storage.protocol import Storage, StoredObject
from graphql_api.workers import Workers

if TYPE_CHECKING:
    from graphql_api.archive.files import LocalFiles

Made = TypeVar("Made")

KEY = "rides"
"""The only key of editions, as ETags name it: of letters alone, which the manifest's own name is not."""


class _Question(NamedTuple):
    """A question that a request asks of one version."""

    version: str
    statement: Statement


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of the archive: what it consists of, who answers for it, and when it was written."""

    manifest: Manifest
    engine: Engine
    version: str
    made: datetime | None
    _derived: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what ``make`` makes, which is kept under ``key`` as long as this version, and bounds itself."""
        if key not in self._derived:
            self._derived.setdefault(key, make())
        made: Made = self._derived[key]
        return made

    async def ask(self, context: Context, statement: Statement, cost: int) -> Answer:
        """Answer a question, once for a request; ``cost`` is that of ``costs``. Raises as ``Engine.ask``.

        Raises ``QueryTooComplex`` before anything is read where the request asks for too much.
        """
        key = _Question(self.version, statement)
        if key not in context.works:
            if sum(isinstance(work, _Question) for work in context.works) >= MAX_QUESTIONS:
                raise QueryTooComplex(f"A request may contain at most {MAX_QUESTIONS} archive queries.")
            context.budget.charge(cost * self.manifest.rows_of(statement.years) // MEASURED_ROWS)
        budget = context.budget  # not the context, which holds this: its answers would stay until cycles are looked for
        return await context.once(key, lambda: self.engine.ask(statement, budget))


class EditionSource:
    """The manifest in the storage, decoded to an edition."""

    name = "archive"
    key_field = "key"

    def __init__(self, storage: Storage, files: "LocalFiles", workers: Workers, settings: Settings) -> None:
        """Read from ``storage``; questions run in ``workers`` on ``files``."""
        self._storage = storage
        self._files = files
        self._workers = workers
        self._settings = settings

    def checked(self, key: str) -> str:
        """Return the only key."""
        return key

    def read(self, key: str, etag: str | None) -> StoredObject | None:  # noqa: ARG002 - of the protocol
        """Read the manifest."""
        return self._storage.read(NAME, etag)

    def decode(self, stored: StoredObject, key: str, trace: Trace) -> Edition:  # noqa: ARG002 - of the protocol
        """Read the manifest; the files are fetched when a question needs them."""
        manifest = load(stored.data)
        return Edition(manifest, self._embedded(manifest), stored.etag, stored.last_modified)

    def size(self, value: Edition) -> int:  # noqa: ARG002 - of the protocol
        """Return nothing: there is one edition, which settings bound."""
        return 0

    def close(self) -> None:
        """Close nothing: the storage and the files are services of their own."""

    def _embedded(self, manifest: Manifest) -> Engine:
        from graphql_api.archive.embedded import EmbeddedEngine

        own = self._settings.of(ArchiveSettings)
        return EmbeddedEngine(manifest, self._files, self._workers, own.archive_memory_bytes, own.archive_disk_bytes)


class Editions(Snapshots[Edition]):
    """The service of the slice: at most one version; one that was held answers as long as no other can be read."""

    def __init__(
        self,
        storage: Storage,
        settings: Settings,
        files: "LocalFiles",
        threads: LoadThreads | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Hold nothing yet. ``clock`` gives seconds."""
        own = settings.of(ArchiveSettings)
        threads = threads or LoadThreads(settings.load_threads)
        self._questions = Workers(own.archive_questions, "archive-question", behind=True)
        self._editions: EditionSource = load_named(_SOURCES[own.archive_engine])(
            storage, files, self._questions, settings
        )
        super().__init__(self._editions, _policy(settings), threads.aside, threads.shared, clock=clock)

    @classmethod
    def open(cls, services: Services) -> Self:
        """Hold the archive of the storage that the settings name."""
        from graphql_api.archive.files import LocalFiles

        files, threads = services.get(LocalFiles), services.get(LoadThreads)
        return cls(services.storage, services.settings, files, threads)

    def close(self) -> None:
        """Refuse further questions."""
        self._questions.close()
        super().close()
        self._editions.close()


_SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "duckdb": "graphql_api.archive.editions:EditionSource",
        "athena": "graphql_api.archive.athena.editions:PublishedSource",
    }
)
"""What holds the editions, by the engine that the settings name; imported where it is used."""


def _policy(settings: Settings) -> Policy:
    return Policy(
        ttl=settings.cache_ttl,
        stale_limit=math.inf,
        missing_ttl=settings.missing_ttl,
        max_entries=1,
        max_bytes=math.inf,
        max_missing=1,
    )


async def edition_or_none(context: Context) -> Edition | None:
    """Return the edition that a request reads; None where there is none."""
    found = context.load(Editions, KEY)
    try:
        return (found if isinstance(found, Snapshot) else await found).value
    except NotFound:
        return None
    finally:
        del found  # it holds its error, and that holds this frame


async def edition(context: Context, what: str = "this") -> Edition:
    """Return the edition that a request reads. Raises ``IndexRequired`` where there is none, for ``what`` takes it."""
    found = await edition_or_none(context)
    if found is None:
        is_published = context.settings.of(ArchiveSettings).archive_engine == "athena"
        then = ", then graphql-api archive publish" if is_published else ""
        raise IndexRequired(f"This storage has no index; {what} requires one. Run graphql-api index{then}.")
    return found

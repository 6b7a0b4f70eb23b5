"""Loading a jockey for a field of this slice or of another one that has the id."""

from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from graphql_api.errors import NotFound
from graphql_api.execution.context import Context
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.repository import Jockeys
from graphql_api.snapshots.snapshot import Snapshot

Made = TypeVar("Made")


def load(
    context: Context, identifier: str, make: Callable[[Snapshot[RaceRecords]], Made]
) -> Made | Awaitable[Made | None] | None:
    """Return the result for a jockey at once if it is cached, else as an awaitable."""
    loaded = context.load(Jockeys, identifier)
    return make(loaded) if isinstance(loaded, Snapshot) else _Loaded(loaded, make)


@dataclass(frozen=True, slots=True)
class _Loaded(Generic[Made]):
    """The result of a running load. None if there is no file. Unlike a coroutine, it need not be awaited."""

    loading: Awaitable[Snapshot[RaceRecords]]
    make: Callable[[Snapshot[RaceRecords]], Made]

    def __await__(self) -> Generator[Any, None, Made | None]:
        try:
            return self.make((yield from self.loading.__await__()))
        except NotFound:
            return None

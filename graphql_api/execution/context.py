"""What one request carries: who asks, from where data comes, and how long each stage took."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Generator, Hashable
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar, cast

from graphql_api.config import Settings
from graphql_api.execution.budget import Budget
from graphql_api.services import S, Services
from graphql_api.snapshots.snapshot import Snapshot
from graphql_api.snapshots.snapshots import Snapshots
from graphql_api.snapshots.trace import Trace

V = TypeVar("V")


class Unloaded(BaseException):
    """A key is not in memory, and may not be waited for here: first ``finish_loads``, then all is to be done again.

    No ``Exception``, since the executor would make a field's error of it.
    """


class _Unloaded:
    """Stands for a key that was asked for where nothing may wait."""

    def __await__(self) -> Generator[Any, None, Any]:
        raise Unloaded


Place = tuple[type[Snapshots[Any]], str]
"""A key of one kind of snapshots."""

UNLOADED = _Unloaded()
Load = Snapshot[Any] | asyncio.Future[Snapshot[Any]] | _Unloaded


@dataclass(slots=True)
class _Work:
    """Work of one request in other threads: how it begins, and what is awaited."""

    begin: Callable[[], Awaitable[Any]]
    load: asyncio.Future[Any] | _Unloaded


@dataclass(slots=True)
class Context:
    """The context of one GraphQL request; resolvers reach it as ``info.context``.

    What resolvers read is recorded. A snapshot is a dependency of the answer; any other service makes the answer one
    that nobody keeps. A key asked for twice in one request, or again because the general executor took over from a
    plan, is loaded once: both see the same version, or the same error.
    """

    _services: Services
    request_id: str = ""
    trace: Trace = field(default_factory=Trace)
    settings: Settings = field(default_factory=Settings)
    budget: Budget = field(default_factory=Budget)
    may_wait: bool = True
    """Whether loads may be awaited; where not, that raises ``Unloaded``."""
    client: str = ""
    """The address of the connection by which the request came; empty if it is not known."""
    _private: bool = False
    _loads: dict[Place, Load] = field(default_factory=dict)
    _works: dict[Hashable, "_Work"] = field(default_factory=dict)

    def use(self, kind: type[S]) -> S:
        """Return a slice's service, by its class. Its results have no version, so the response is not cached."""
        self._private = True
        return self._services.get(kind)

    def load(self, kind: type[Snapshots[V]], key: str) -> Snapshot[V] | Awaitable[Snapshot[V]]:
        """Return a snapshot of a service that holds some: at once if it is in memory and fresh, else to be awaited."""
        place = kind, key
        found = self._loads.get(place)
        if found is None:
            found = self._owner(kind).cached(key, self.trace)
            if found is None:
                found = self._begin(place) if self.may_wait else UNLOADED
            self._loads[place] = found
        return found

    async def once(self, key: Hashable, work: Callable[[], Awaitable[V]]) -> V:
        """Return the result of ``work``, which starts once for each ``key`` in a request and is awaited as loads are.

        It may read the snapshots of this request and nothing else, so that their versions are those of the answer.
        """
        found = self._works.get(key)
        if found is None:
            found = self._works[key] = _Work(work, _begin(work) if self.may_wait else UNLOADED)
        try:
            given: V = await found.load
        finally:
            del found  # it holds its error, and that holds this frame
        return given

    @property
    def works(self) -> Collection[Hashable]:
        """Return the keys of the work that was begun, or is to begin."""
        return self._works.keys()

    async def finish_loads(self) -> None:
        """Wait until all requested keys and work have ended, with success or not; what was cancelled starts again."""
        for place, load in self._loads.items():
            if _is_given_up(load):
                self._loads[place] = self._begin(place)
        for work in self._works.values():
            if _is_given_up(work.load):
                work.load = _begin(work.begin)
        loads = [*self._loads.values(), *(work.load for work in self._works.values())]
        under_way = [load for load in loads if isinstance(load, asyncio.Future) and not load.done()]
        if under_way:
            await asyncio.wait(under_way)

    @property
    def snapshots(self) -> list[Snapshot[Any]]:
        """Return every version that this request has read so far."""
        return [each for each in map(_loaded, self._loads.values()) if each is not None]

    @property
    def versions(self) -> tuple[Snapshot[Any], ...] | None:
        """Return the versions that fully determine a pure operation's response; None if one is unknown or stale."""
        found = self.snapshots
        whole = not self._private and len(found) == len(self._loads) > 0 and not any(each.stale for each in found)
        return tuple(found) if whole else None

    def __enter__(self) -> Self:
        """Begin: whoever makes a context does so in a ``with`` statement, so that it always ends."""
        return self

    def __exit__(self, *_: object) -> None:
        """End, by ``close``."""
        self.close()

    def close(self) -> None:
        """Forget loads and work: errors in them hold the frames that they passed, and these hold this context."""
        self._loads.clear()
        self._works.clear()

    def _owner(self, kind: type[Snapshots[V]]) -> Snapshots[V]:
        owner: Snapshots[V] = self._services.get(cast("Any", kind))
        return owner

    def _begin(self, place: Place) -> asyncio.Future[Snapshot[Any]]:
        kind, key = place
        return _begin(lambda: self._owner(kind).get(key, self.trace))


def _begin(work: Callable[[], Awaitable[V]]) -> asyncio.Future[V]:
    load = asyncio.ensure_future(work())
    load.add_done_callback(_mark_retrieved)
    return load


def _is_given_up(load: "Load | asyncio.Future[Any]") -> bool:
    """Return whether a load never began, or was cancelled with the attempt that waited for it."""
    return load is UNLOADED or (isinstance(load, asyncio.Future) and load.cancelled())


def _loaded(load: Load) -> Snapshot[Any] | None:
    if not isinstance(load, asyncio.Future):
        return load if isinstance(load, Snapshot) else None
    return load.result() if load.done() and not load.cancelled() and load.exception() is None else None


def _mark_retrieved(load: asyncio.Future[Any]) -> None:
    """Read the error of a load that nobody awaits any more, so that asyncio does not report it as lost."""
    if not load.cancelled():
        load.exception()

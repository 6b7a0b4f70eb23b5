"""The context of one request: caller, data sources, and durations of stages."""

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
    """A key is not in memory, and waiting is not allowed here. Call ``finish_loads``, then repeat the work.

    It is not an ``Exception``, since the executor would convert that to an error of the field.
    """


class _Unloaded:
    """Placeholder of a key that was requested where waiting is not allowed."""

    def __await__(self) -> Generator[Any, None, Any]:
        raise Unloaded


Place = tuple[type[Snapshots[Any]], str]
"""A key of one kind of snapshots."""

UNLOADED = _Unloaded()
Load = Snapshot[Any] | asyncio.Future[Snapshot[Any]] | _Unloaded


@dataclass(slots=True)
class _Work:
    """Work of one request in other threads: its start function, and its awaitable."""

    begin: Callable[[], Awaitable[Any]]
    load: asyncio.Future[Any] | _Unloaded


@dataclass(slots=True)
class Context:
    """The context of one GraphQL request. Resolvers access it as ``info.context``.

    Reads of resolvers are recorded. A snapshot is a dependency of the response. Any other service makes the response
    uncacheable. A key that is requested twice in one request, or again because the general executor replaces a
    plan, is loaded once: both get the same version, or the same error.
    """

    _services: Services
    request_id: str = ""
    trace: Trace = field(default_factory=Trace)
    settings: Settings = field(default_factory=Settings)
    budget: Budget = field(default_factory=Budget)
    may_wait: bool = True
    """Whether loads may be awaited. If not, awaiting raises ``Unloaded``."""
    client: str = ""
    """The client's address. Empty if it is not known."""
    _private: bool = False
    _loads: dict[Place, Load] = field(default_factory=dict)
    _works: dict[Hashable, "_Work"] = field(default_factory=dict)

    def use(self, kind: type[S]) -> S:
        """Return a slice's service, by its class. Its results have no version, so the response is not cached."""
        self._private = True
        return self._services.get(kind)

    def load(self, kind: type[Snapshots[V]], key: str) -> Snapshot[V] | Awaitable[Snapshot[V]]:
        """Return a snapshot of a service: at once if it is in memory and fresh, else as an awaitable."""
        place = kind, key
        found = self._loads.get(place)
        if found is None:
            found = self._owner(kind).cached(key, self.trace)
            if found is None:
                found = self._begin(place) if self.may_wait else UNLOADED
            self._loads[place] = found
        return found

    async def once(self, key: Hashable, work: Callable[[], Awaitable[V]]) -> V:
        """Return the result of ``work``, which runs once for each ``key`` in a request and is awaited like a load.

        It may read only the snapshots of this request, so that their versions are those of the response.
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
        """Return the keys of the work that was started, or will be started."""
        return self._works.keys()

    async def finish_loads(self) -> None:
        """Wait until all requested keys and work have ended, with success or not. Restart what was cancelled."""
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
        """Return the versions that determine a pure operation's response. None if one is unknown or stale."""
        found = self.snapshots
        whole = not self._private and len(found) == len(self._loads) > 0 and not any(each.stale for each in found)
        return tuple(found) if whole else None

    def __enter__(self) -> Self:
        """Start. Use a context in a ``with`` statement, so that it always ends."""
        return self

    def __exit__(self, *_: object) -> None:
        """End by ``close``."""
        self.close()

    def close(self) -> None:
        """Release loads and work: their errors refer to frames, which refer to this context."""
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
    """Return whether a load never started, or was cancelled with the attempt that waited for it."""
    return load is UNLOADED or (isinstance(load, asyncio.Future) and load.cancelled())


def _loaded(load: Load) -> Snapshot[Any] | None:
    if not isinstance(load, asyncio.Future):
        return load if isinstance(load, Snapshot) else None
    return load.result() if load.done() and not load.cancelled() and load.exception() is None else None


def _mark_retrieved(load: asyncio.Future[Any]) -> None:
    """Read the error of a load that is no longer awaited, so that asyncio does not report it."""
    if not load.cancelled():
        load.exception()

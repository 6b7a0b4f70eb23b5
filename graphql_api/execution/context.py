"""What one request carries: who asks, from where data comes, and how long each stage took."""

import asyncio
from collections.abc import Awaitable, Generator
from dataclasses import dataclass, field
from typing import Any

from graphql_api.config import Settings
from graphql_api.execution.budget import Budget
from graphql_api.repository.repository import Repository
from graphql_api.repository.snapshot import Snapshot
from graphql_api.repository.trace import Trace
from graphql_api.services import S, Services


class Unloaded(BaseException):
    """A jockey is not in memory, and may not be waited for here: first ``finish_loads``, then all is to be done again.

    No ``Exception``, since the executor would make a field's error of it.
    """


class _Unloaded:
    """Stands for a jockey that was asked for where nothing may wait."""

    def __await__(self) -> Generator[Any, None, Snapshot]:
        raise Unloaded


UNLOADED = _Unloaded()
Load = Snapshot | asyncio.Future[Snapshot] | _Unloaded


@dataclass(slots=True)
class Context:
    """The context of one GraphQL request; resolvers reach it as ``info.context``.

    A jockey asked for twice in one request, or again because the general executor took over from a plan, is loaded
    once: both see the same version, or the same error. What resolvers read is recorded: a load is a dependency, and any
    other use of ``repository`` makes the answer one that nobody keeps.
    """

    _repository: Repository
    request_id: str = ""
    trace: Trace = field(default_factory=Trace)
    settings: Settings = field(default_factory=Settings)
    budget: Budget = field(default_factory=Budget)
    _services: Services | None = None
    may_wait: bool = True
    """Whether loads may be awaited; where not, that raises ``Unloaded``."""
    _private: bool = False
    _loads: dict[str, Load] = field(default_factory=dict)

    @property
    def repository(self) -> Repository:
        """Give access to what has no version here, such as the index; the answer is not shared then."""
        self._private = True
        return self._repository

    def use(self, kind: type[S]) -> S:
        """Give a slice's service, by its class; what it gives has no version here, so the answer is not shared then."""
        assert self._services is not None  # noqa: S101 - only tests make a context without
        self._private = True
        return self._services.get(kind)

    def load(self, jockey_id: str) -> Snapshot | Awaitable[Snapshot]:
        """Give a jockey's snapshot: at once if it is in the cache and fresh, else as something to await."""
        found = self._loads.get(jockey_id)
        if found is None:
            found = self._repository.cached(jockey_id, self.trace)
            if found is None:
                found = self._begin(jockey_id) if self.may_wait else UNLOADED
            self._loads[jockey_id] = found
        return found

    async def finish_loads(self) -> None:
        """Wait for all jockeys that were asked for, whatever comes of it; loads that were given up begin anew."""
        for jockey_id, load in self._loads.items():
            if load is UNLOADED or (isinstance(load, asyncio.Future) and load.cancelled()):
                self._loads[jockey_id] = self._begin(jockey_id)
        under_way = [load for load in self._loads.values() if isinstance(load, asyncio.Future) and not load.done()]
        if under_way:
            await asyncio.wait(under_way)

    def _begin(self, jockey_id: str) -> asyncio.Future[Snapshot]:
        load = asyncio.ensure_future(self._repository.get(jockey_id, self.trace))
        load.add_done_callback(_mark_retrieved)
        return load

    @property
    def snapshots(self) -> list[Snapshot]:
        """Every version that this request has read so far."""
        return [each for each in map(_loaded, self._loads.values()) if each is not None]

    @property
    def versions(self) -> tuple[Snapshot, ...] | None:
        """What the answer of a pure operation was made of; None where that is not all, or one is missing or stale."""
        found = self.snapshots
        whole = not self._private and len(found) == len(self._loads) > 0 and not any(each.stale for each in found)
        return tuple(found) if whole else None


def _loaded(load: Load) -> Snapshot | None:
    if not isinstance(load, asyncio.Future):
        return load if isinstance(load, Snapshot) else None
    return load.result() if load.done() and not load.cancelled() and load.exception() is None else None


def _mark_retrieved(load: asyncio.Future[Snapshot]) -> None:
    """Keep a load that nobody awaits any more (the request timed out) from being reported as a lost exception."""
    if not load.cancelled():
        load.exception()

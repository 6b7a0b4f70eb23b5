"""Work in threads that concurrent callers share."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from graphql_api.snapshots.failures import copy_of
from graphql_api.workers import Workers, done

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")


class SharedWork:
    """Work by key. Each key runs at most once at a time, for any number of event loops and threads."""

    def __init__(self, workers: Workers) -> None:
        """Do the work in the threads of ``workers``."""
        self._workers = workers
        self._lock = Lock()
        self._futures: dict[Hashable, Future[Any]] = {}

    async def run(self, key: Hashable, work: Callable[[], T]) -> T:
        """Return the result of ``work``, or of the work that already runs for ``key``. Errors are new instances."""
        with self._lock:
            future: Future[T] | None = self._futures.get(key)
            if future is None:
                future = self._futures[key] = self._workers.begin(work)
                future.add_done_callback(lambda _: self._futures.pop(key, None))
        await done(future)
        if error := future.exception():
            raise copy_of(error) from error
        return future.result()

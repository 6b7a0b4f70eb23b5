"""A storage with counts: durations of calls, failures, and failures in a row."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from graphql_api.errors import StorageFault, UpstreamUnavailable
from graphql_api.storage.protocol import MAX_OBJECT_BYTES, Listing, Storage, StoredObject

KEPT = 100
"""Maximum number of durations between two readings, which is the limit of a metric's values in one line."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Calls since the last reading: their seconds, the failures, and the longest run of failures.

    The run may have started before the last reading. A file that is missing or too large is not a failure.
    """

    seconds: tuple[float, ...]
    failures: int
    consecutive_failures: int


class MeteredStorage:
    """Measures the calls of another storage. It is as safe for threads as that one."""

    def __init__(self, storage: Storage, clock: Callable[[], float] = time.perf_counter) -> None:
        """Pass all calls to ``storage``."""
        self._storage = storage
        self._clock = clock
        self._lock = Lock()
        self._seconds = deque[float](maxlen=KEPT)
        self._failures = self._run = self._longest = 0

    def read(self, key: str, etag: str | None = None, *, max_bytes: int = MAX_OBJECT_BYTES) -> StoredObject | None:
        """Read an object; see ``Storage.read``."""
        with self._measured():
            return self._storage.read(key, etag, max_bytes=max_bytes)

    def list_objects(self, prefix: str = "", cursor: str | None = None, limit: int = 1000) -> Listing:
        """List objects; see ``Storage.list_objects``."""
        with self._measured():
            return self._storage.list_objects(prefix, cursor, limit)

    def write(self, key: str, data: bytes) -> None:
        """Write an object; see ``Storage.write``."""
        with self._measured():
            self._storage.write(key, data)

    def swap(self, key: str, data: bytes, etag: str | None) -> None:
        """Write an object unless another came first; see ``Storage.swap``."""
        with self._measured():
            self._storage.swap(key, data, etag)

    def delete(self, key: str) -> None:
        """Delete an object; see ``Storage.delete``."""
        with self._measured():
            self._storage.delete(key)

    def check(self) -> Mapping[str, str]:
        """Check the storage; see ``Storage.check``."""
        with self._measured():
            return self._storage.check()

    def usage(self) -> Usage:
        """Return the counts since the last call and reset them, except for the failures in a row."""
        with self._lock:
            found = Usage(tuple(self._seconds), self._failures, self._longest)
            self._seconds.clear()
            self._failures = self._longest = 0
        return found

    @contextmanager
    def _measured(self) -> Iterator[None]:
        begun = self._clock()
        failed = False
        try:
            yield
        except (UpstreamUnavailable, StorageFault):
            failed = True
            raise
        finally:
            with self._lock:
                self._seconds.append(self._clock() - begun)
                self._failures += failed
                self._run = self._run + 1 if failed else 0
                self._longest = max(self._longest, self._run)

"""A cache of rows as JSON by version, selected rows and template, with a limit of bytes."""

import math
from collections.abc import Hashable
from threading import Lock
from typing import Any

from graphql_api.execution.encoding import RowTemplate, encode_rows
from graphql_api.execution.weighed_cache import WeighedCache
from graphql_api.tables.windows import Window

KEPT_FROM = 64
"""Minimum number of rows of a cached window. Shorter ones are written each time, which costs less."""

PIECE_BYTES = 2**23
"""Maximum bytes joined at once, since nothing else can run in the process meanwhile."""


class Projections:
    """Writes windows, or returns the cached chunks of the same window and template."""

    def __init__(self, max_bytes: int, max_answer_bytes: float = math.inf) -> None:
        """Cache at most ``max_bytes`` of JSON and keys. The least recently used are evicted. 0 turns the cache off.

        No list of more than ``max_answer_bytes`` is written.
        """
        self.max_answer_bytes = max_answer_bytes
        self._kept = WeighedCache[list[bytes]](max_bytes)
        self._lock = Lock()

    def __call__(self, window: Window[Any], template: RowTemplate) -> list[bytes]:
        """Return the window's rows as ``encode_rows`` does. The chunks are shared and must not be changed.

        Raises ``Exhausted`` if they exceed the maximum size of a response.
        """
        records, rows = window.records, window.rows
        if rows.count < KEPT_FROM or rows.key is None:
            return encode_rows(records, rows, template, self.max_answer_bytes)
        key = (records.version, rows.key, template)
        found = self.found(key)
        if found is None:
            # In few pieces: a server that sends several waits for its client between them.
            found = _joined(encode_rows(records, rows, template, self.max_answer_bytes))
            self.keep(key, found)
        return found

    def work(self, window: Window[Any], template: RowTemplate) -> int:
        """Return the number of values to be written for a window. 0 if they are cached."""
        count, key = window.rows.count, window.rows.key
        if count >= KEPT_FROM and key is not None and self.found((window.records.version, key, template)) is not None:
            return 0
        return count * len(template.cells)

    def found(self, key: Hashable) -> list[bytes] | None:
        """Return the value of a key. None if there is none."""
        with self._lock:
            return self._kept.get(key)

    def keep(self, key: Hashable, chunks: list[bytes]) -> None:
        """Store the chunks, if they are not larger than the cache."""
        with self._lock:
            self._kept.keep(key, chunks, sum(map(len, chunks)))


def _joined(chunks: list[bytes]) -> list[bytes]:
    """Join chunks to pieces of about ``PIECE_BYTES`` bytes."""
    pieces: list[bytes] = []
    first, size = 0, 0
    for place, chunk in enumerate(chunks, 1):
        size += len(chunk)
        if size >= PIECE_BYTES or place == len(chunks):
            pieces.append(b"".join(chunks[first:place]))
            first, size = place, 0
    return pieces

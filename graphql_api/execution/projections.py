"""A cache of rows that were written as JSON, by version, selected rows and template; bounded in bytes."""

import math
from collections.abc import Hashable
from threading import Lock
from typing import Any

from graphql_api.execution.encoding import RowTemplate, encode_rows
from graphql_api.execution.weighed_cache import WeighedCache
from graphql_api.tables.windows import Window

KEPT_FROM = 64
"""Rows; shorter windows are written afresh each time, which costs less than keeping them."""

PIECE_BYTES = 2**23
"""Bytes joined at once: nothing else can run in the process meanwhile, and no answer of the usual kind is larger."""


class Projections:
    """Writes windows, or gives the chunks that were written for the same window and template before."""

    def __init__(self, max_bytes: int, max_answer_bytes: float = math.inf) -> None:
        """Keep at most ``max_bytes`` of JSON and keys, the least recently used leaving first; 0 keeps none.

        No list of more than ``max_answer_bytes`` is written.
        """
        self.max_answer_bytes = max_answer_bytes
        self._kept = WeighedCache[list[bytes]](max_bytes)
        self._lock = Lock()

    def __call__(self, window: Window[Any], template: RowTemplate) -> list[bytes]:
        """Return the window's rows as ``encode_rows`` does; the chunks are shared and must not be changed.

        Raises ``Exhausted`` if they would be larger than an answer may be.
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
        """Return how many values are to be written for a window: 0 if they are cached."""
        count, key = window.rows.count, window.rows.key
        if count >= KEPT_FROM and key is not None and self.found((window.records.version, key, template)) is not None:
            return 0
        return count * len(template.cells)

    def found(self, key: Hashable) -> list[bytes] | None:
        """Return the value of a key; None if there is none."""
        with self._lock:
            return self._kept.get(key)

    def keep(self, key: Hashable, chunks: list[bytes]) -> None:
        """Keep what was written, if it is not larger than all that may be kept."""
        with self._lock:
            self._kept.keep(key, chunks, sum(map(len, chunks)))


def _joined(chunks: list[bytes]) -> list[bytes]:
    """Join chunks to pieces of about ``PIECE_BYTES``."""
    pieces: list[bytes] = []
    first, size = 0, 0
    for place, chunk in enumerate(chunks, 1):
        size += len(chunk)
        if size >= PIECE_BYTES or place == len(chunks):
            pieces.append(b"".join(chunks[first:place]))
            first, size = place, 0
    return pieces

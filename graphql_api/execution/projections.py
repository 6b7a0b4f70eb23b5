"""Projections: encoded rows kept by version, choice of rows and template, within a bound of bytes."""

import math
from collections.abc import Hashable
from typing import Any

from graphql_api.execution.encoding import RowTemplate, encode_rows
from graphql_api.execution.weighed_cache import WeighedCache
from graphql_api.jockeys.records import Window

KEPT_FROM = 64
"""Rows; shorter windows are written afresh each time, which costs less than keeping them."""


class Projections:
    """Writes windows, or gives the chunks that were written for the same window and template before."""

    def __init__(self, max_bytes: int, max_answer_bytes: float = math.inf) -> None:
        """Keep at most ``max_bytes`` of JSON and keys, the least recently used leaving first; 0 keeps none.

        No list of more than ``max_answer_bytes`` is written.
        """
        self.max_answer_bytes = max_answer_bytes
        self._kept = WeighedCache[list[bytes]](max_bytes)

    def __call__(self, window: Window[Any], template: RowTemplate) -> list[bytes]:
        """Give the window's rows as ``encode_rows`` does; the chunks are shared, not to be changed.

        Raises ``Exhausted`` where they would be larger than an answer may be.
        """
        records, rows = window.records, window.rows
        if len(window) < KEPT_FROM or rows.key is None:
            return encode_rows(records, rows, template, self.max_answer_bytes)
        key = (records.version, rows.key, template)
        found = self.found(key)
        if found is None:
            # In one piece: a server that sends several waits for its client between them.
            found = [b"".join(encode_rows(records, rows, template, self.max_answer_bytes))]
            self.keep(key, found)
        return found

    def found(self, key: Hashable) -> list[bytes] | None:
        """Give what was kept under a key."""
        return self._kept.get(key)

    def keep(self, key: Hashable, chunks: list[bytes]) -> None:
        """Keep what was written, if it is not larger than all that may be kept."""
        self._kept.keep(key, chunks, sum(map(len, chunks)))

"""Compressed bodies: what is compressed piece by piece reads as the whole, at a cost linear in the pieces."""

import asyncio
import gzip

from cpu import growth
from graphql_api.web.compression import Compression


def compressed(pieces: int) -> list[bytes]:
    """Compress a body of so many short pieces."""
    return asyncio.run(Compression().compress([b'{"finish":1},'] * pieces, "gzip"))


def test_pieces_read_as_the_whole() -> None:
    """The chunks that are sent one after the other are one gzip file."""
    assert gzip.decompress(b"".join(compressed(5_000))) == b'{"finish":1},' * 5_000


def test_many_short_pieces_cost_no_more_each() -> None:
    """A body that shrinks much waits long for a chunk worth sending, and its pieces are not counted anew each time."""
    assert growth(compressed, 5_000) < 3

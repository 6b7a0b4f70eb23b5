"""Range requests (RFC 9110, 14) for one byte range, as readers of columnar files send them."""

import re
from collections.abc import Iterator, Sequence

from starlette.datastructures import Headers

_ONE_RANGE = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18}))")


def wanted_range(request: Headers, size: int) -> range | None:
    """Return the requested part of a response of ``size`` bytes. None is all of it. Empty cannot be satisfied.

    Several ranges, other units, and ``If-Range`` (it requires strong validators, which we do not have) mean all of it.
    """
    found = _ONE_RANGE.fullmatch(request.get("range", "").strip())
    if found is None or "if-range" in request:
        return None
    first, last, suffix = found.groups()
    if suffix:
        return range(max(0, size - int(suffix)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(size, int(last) + 1) if last else size)


def content_range(part: range, size: int) -> str:
    """Return the value of ``Content-Range`` for a part."""
    return f"bytes {part.start}-{part.stop - 1}/{size}" if part else f"bytes */{size}"


def cut(chunks: Sequence[bytes], part: range) -> Iterator[bytes]:
    """Return the bytes of a part."""
    start = 0
    for chunk in chunks:
        piece = chunk[max(0, part.start - start) : max(0, part.stop - start)]
        if piece:
            yield piece
        start += len(chunk)

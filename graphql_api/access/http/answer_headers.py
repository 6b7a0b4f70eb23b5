"""What access writes on answers: that shared caches may not keep what takes a key, and what is left of the limits."""

from functools import lru_cache

from graphql_api.access.callers import Caller
from graphql_api.web.replay import Headers

CACHE_CONTROL = b"cache-control"


def with_caller_headers(headers: Headers, caller: Caller, *, private: bool) -> Headers:
    """Return an answer's headers for a caller; where it is ``private``, no shared cache may keep it.

    The headers given are those of one answer, and may be changed.

    ``RateLimit`` stands only on what no shared cache keeps: it would be told to others.
    """
    for at, (name, value) in enumerate(headers):
        if name == CACHE_CONTROL:
            if value.startswith((b"private", b"no-store")):
                break
            own = made_private(value)
            if own != value and not private:
                return headers
            del headers[at]  # in place and to the front: so it is kept, and found at once in replays
            headers.insert(0, (CACHE_CONTROL, own))
            break
    return [*headers, *caller.headers()]


@lru_cache(1_000)
def made_private(value: bytes) -> bytes:
    """Return a ``Cache-Control`` under which no shared cache keeps the answer."""
    if b"no-store" in value or b"private" in value:
        return value
    return value.replace(b"public", b"private") if b"public" in value else b"private, " + value

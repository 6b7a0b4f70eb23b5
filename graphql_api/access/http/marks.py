"""What access writes on answers: that shared caches may not keep what takes a key, and what is left of the limits."""

from graphql_api.access.callers import Caller
from graphql_api.web.replay import Headers

CACHE_CONTROL = b"cache-control"


def mark(headers: Headers, caller: Caller, *, private: bool) -> Headers:
    """Return an answer's headers for a caller; where it is ``private``, no shared cache may keep it.

    ``RateLimit`` stands only on what no shared cache keeps: it would be told to others.
    """
    kept = next((value for name, value in headers if name == CACHE_CONTROL), b"no-store")
    if b"no-store" in kept or b"private" in kept:
        return [*headers, *caller.headers()]
    if not private:
        return headers
    own = kept.replace(b"public", b"private") if b"public" in kept else b"private, " + kept
    others = [pair for pair in headers if pair[0] != CACHE_CONTROL]
    return [*others, (CACHE_CONTROL, own), *caller.headers()]

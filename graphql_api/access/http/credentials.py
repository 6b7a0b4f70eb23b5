"""Which key a request carries, by ``X-API-Key`` or ``Authorization: Bearer``; never by its URL."""

from collections.abc import Iterable

from starlette.types import Scope

HEADERS = frozenset({b"x-api-key", b"authorization"})
_BEARER = b"bearer "


def credentials(scope: Scope) -> set[bytes]:
    """Return the keys that a request names, whether or not they are of their form.

    ``Authorization`` of another scheme is not for us: who stands in front may use it.
    """
    found = set()
    for name, value in scope["headers"]:
        if name == b"x-api-key":
            found.add(value.strip())
        elif name == b"authorization" and value[: len(_BEARER)].lower() == _BEARER:
            found.add(value[len(_BEARER) :].strip())
    return found


def without_credentials(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return a request's headers without keys, so that one kept answer serves all of them."""
    return [pair for pair in headers if pair[0] not in HEADERS]

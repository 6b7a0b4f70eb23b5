"""Requests that repeat byte by byte, answered before they are even parsed.

To parse a request, and to run it as a task, takes several times as long as to find an answer in the response cache. The
application is not passed by: it answers, logs and counts such a request as any other, only without the detours.
"""

from contextlib import suppress
from dataclasses import dataclass

from cachetools import LRUCache
from starlette.types import Message, Scope

from graphql_api.cli.wire import written
from graphql_api.web.middleware import Headers, RequestMiddleware
from graphql_api.web.response_cache import HOLDS, KEPT_AS, Key, ResponseCache

MOST_BYTES = 2**24
"""Bytes that the remembered requests of one process may take."""

REQUEST_BYTES = 2_000
"""What a request is reckoned to take beside its own bytes, and its key's."""

LONGEST_ANSWER = 65_536
"""Bytes; longer answers are sent by uvicorn, piece by piece as fast as the client takes them."""

NOT_REPEATED = (b"forwarded", b"expect:", b"upgrade")
"""In a request's bytes, in lower case: what proxies say counts by where it comes from; the others are not over yet."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A request: as much of its scope as an answer from memory takes, and the key under which that was kept."""

    scope: Scope
    key: Key
    size: int


class Repeats:
    """Requests by their bytes that were answered from the response cache."""

    def __init__(self, app: RequestMiddleware[ResponseCache]) -> None:
        """Remember requests to ``app``."""
        self._app = app
        self._known: LRUCache[bytes, _Known] = LRUCache(MOST_BYTES, getsizeof=lambda known: known.size)

    def remember(self, data: bytes, scope: Scope) -> None:
        """Note which request some bytes are, if it was answered from memory."""
        key: Key | None = scope["state"].get(KEPT_AS)
        if key is None or data in self._known or any(each in data.lower() for each in NOT_REPEATED):
            return
        own = {name: scope[name] for name in ("type", "scheme", "method", "path")}
        identifiers = [pair for pair in scope["headers"] if pair[0] == b"x-request-id"]
        size = REQUEST_BYTES + len(data) + key.size
        self._known[data] = _Known({**own, "headers": identifiers}, key, size)

    def answer(self, data: bytes, default_headers: Headers) -> bytes | None:
        """Give the bytes of an answer; None where the request is unknown, or its answer holds no longer or is long."""
        known = self._known.get(data)
        kept = self._app.app.find(known.key) if known else None
        if known is None or kept is None or kept.length > LONGEST_ANSWER:
            return None
        messages: list[Message] = []

        async def send(message: Message) -> None:
            messages.append(message)

        with suppress(StopIteration):  # the way of what is kept: nothing in it is waited for
            self._app({**known.scope, "state": {HOLDS: kept}}, _nothing, send).send(None)
        return written(messages, default_headers)


async def _nothing() -> Message:
    raise NotImplementedError("An answer that is kept takes no request.")

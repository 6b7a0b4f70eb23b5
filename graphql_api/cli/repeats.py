"""Requests that repeat byte by byte, answered before they are even parsed.

To parse a request, and to run it as a task, takes several times as long as to find an answer in the response cache. The
application is not passed by: it answers, logs and counts such a request as any other, only without the detours.
"""

from dataclasses import dataclass

from cachetools import LRUCache
from starlette.types import ASGIApp, Scope

from graphql_api.cli.wire import written
from graphql_api.web.replay import CACHE_KEY, CALLER, Headers, Key, replay_of

MAX_BYTES = 2**24
"""Bytes that the remembered requests of one process may take."""

REQUEST_BYTES = 2_000
"""What a request is reckoned to take beside its own bytes, and its key's."""

MAX_ANSWER_LENGTH = 65_536
"""Bytes; longer answers are sent by uvicorn, piece by piece as fast as the client takes them."""

NOT_REPEATED = (b"forwarded", b"expect:", b"upgrade")
"""In a request's bytes, in lower case: what proxies say counts by where it comes from; the others are not over yet."""


@dataclass(frozen=True, slots=True)
class _KnownRequest:
    """A request: as much of its scope as an answer from memory takes, the key under which that was kept, who asked."""

    scope: Scope
    key: Key
    caller: object
    size: int


class Repeats:
    """Requests by their bytes that were answered from the response cache."""

    def __init__(self, app: ASGIApp) -> None:
        """Remember requests to ``app``, if it can replay."""
        self._app = app
        self._known: LRUCache[bytes, _KnownRequest] = LRUCache(MAX_BYTES, getsizeof=lambda known: known.size)

    def remember(self, data: bytes, scope: Scope) -> None:
        """Note which request some bytes are, if it was answered from memory."""
        key: Key | None = scope["state"].get(CACHE_KEY)
        if key is None or data in self._known or replay_of(self._app) is None:
            return
        if any(each in data.lower() for each in NOT_REPEATED):
            return
        own = {name: scope[name] for name in ("type", "scheme", "method", "path")}
        identifiers = [pair for pair in scope["headers"] if pair[0] == b"x-request-id"]
        caller = scope["state"].get(CALLER)
        known = _KnownRequest({**own, "headers": identifiers}, key, caller, REQUEST_BYTES + len(data) + key.size)
        self._known[data] = known

    def answer(self, data: bytes, client: tuple[str, int] | None, default_headers: Headers) -> bytes | None:
        """Give the bytes of an answer to ``client``, the peer of the connection that the request came by.

        None where the request is unknown, or its answer holds no longer or is long.
        """
        known, replay = self._known.get(data), replay_of(self._app)
        if known is None or replay is None:
            return None
        scope = {**known.scope, "client": client, "state": {CALLER: known.caller}}
        answer = replay(scope, known.key, MAX_ANSWER_LENGTH)
        return None if answer is None else written(answer, default_headers)

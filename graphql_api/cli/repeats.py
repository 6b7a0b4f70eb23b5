"""Requests with the same bytes as an earlier one, answered before they are parsed.

To parse a request and to run it as a task takes several times as long as a look-up in the response cache. The
application still answers, logs and counts such a request like any other.
"""

from dataclasses import dataclass

from cachetools import LRUCache
from starlette.types import ASGIApp, Scope

from graphql_api.cli.wire import written
from graphql_api.web.replay import CACHE_KEY, CALLER, Headers, Key, replay_of

MAX_BYTES = 2**24
"""Maximum memory of the remembered requests of one process, in bytes."""

REQUEST_BYTES = 2_000
"""Estimated memory of a request in bytes, without its own bytes and its key."""

MAX_ANSWER_LENGTH = 65_536
"""Maximum size of a response in bytes. uvicorn sends longer ones in pieces, as fast as the client reads them."""

NOT_REPEATED = (b"forwarded", b"expect:", b"upgrade")
"""Bytes in lower case that exclude a request: headers of proxies depend on the sender, others announce more bytes."""


@dataclass(frozen=True, slots=True)
class _KnownRequest:
    """A request: the part of its scope that replay needs, the key of its response, and the caller."""

    scope: Scope
    key: Key
    caller: object
    size: int


class Repeats:
    """Requests that were answered from the response cache, by their bytes."""

    def __init__(self, app: ASGIApp) -> None:
        """Remember requests to ``app``, if it can replay."""
        self._app = app
        self._known: LRUCache[bytes, _KnownRequest] = LRUCache(MAX_BYTES, getsizeof=lambda known: known.size)

    def remember(self, data: bytes, scope: Scope) -> None:
        """Remember the bytes of a request, if it was answered from memory."""
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
        """Return the bytes of a response for ``client``, the peer of the connection.

        None if the request is unknown, or its response is no longer valid or is long.
        """
        known, replay = self._known.get(data), replay_of(self._app)
        if known is None or replay is None:
            return None
        scope = {**known.scope, "client": client, "state": {CALLER: known.caller}}
        answer = replay(scope, known.key, MAX_ANSWER_LENGTH)
        return None if answer is None else written(answer, default_headers)

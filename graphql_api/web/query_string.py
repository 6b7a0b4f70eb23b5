"""Query strings: one reader with the same limits for every route."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import date
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from graphql_api.errors import BadRequest, BadUserInput, ServiceError, UrlTooLong

MAX_PARAMETERS = 100

SHOWN = 100
"""Maximum length of a client's text in an error message, in characters."""

Pairs = tuple[tuple[str, str], ...]
"""Names and texts in the order of the query string. A name may occur several times."""

_READ = "query"
"""In ``scope["state"]``: the parameters of the request."""


def read_query(scope: Scope, max_bytes: int) -> Pairs:
    """Read a request's parameters and store them in its scope. A parameter without a text is absent.

    Raises ``UrlTooLong`` if the path or the query string is longer than ``max_bytes``, and ``BadRequest`` for what
    is not percent-encoded UTF-8, for NUL, and for more than ``MAX_PARAMETERS`` parameters.
    """
    query_string: bytes = scope["query_string"]
    if len(query_string) > max_bytes:
        message = f"The query string is longer than {max_bytes} bytes: send what is so long to /graphql by POST."
        raise UrlTooLong(message)
    if len(scope.get("raw_path") or scope["path"]) > max_bytes:
        raise UrlTooLong(f"The path is longer than {max_bytes} bytes.")
    pairs: Pairs = _parse(query_string) if query_string else ()
    scope["state"][_READ] = pairs
    return pairs


def query_pairs(scope: Scope) -> Pairs:
    """Return the parameters that ``read_query`` has read."""
    pairs: Pairs = scope["state"][_READ]
    return pairs


def single(pairs: Pairs, names: Collection[str]) -> dict[str, str]:
    """Return the texts of the given ``names``. Raises ``BadRequest`` if a name is given twice."""
    texts: dict[str, str] = {}
    for name, text in pairs:
        if name in texts:
            raise BadRequest(f"The parameter '{name}' is given more than once.")
        if name in names:
            texts[name] = text
    return texts


def read_switch(given: Mapping[str, str], name: str) -> bool:
    """Return whether a switch is on. It is off if it is not given. Raises ``BadUserInput``."""
    text = given.get(name, "0")
    if text not in {"0", "1"}:
        raise BadUserInput(f"Parameter '{name}' must be 0 or 1, not '{text[:SHOWN]}'.")
    return text == "1"


def read_date(name: str, text: str) -> date:
    """Read the text of a parameter as a date. Raises ``BadUserInput``."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # Python also reads the week and ordinal forms
        raise BadUserInput(f"Parameter '{name}' must be a date, YYYY-MM-DD, not '{text[:SHOWN]}'.")
    return day


class QueryMiddleware:
    """Reads the parameters of every request before routing. ``refuse`` responds if they cannot be read."""

    def __init__(
        self, app: ASGIApp, max_bytes: int, refuse: Callable[[Request, Exception], Awaitable[Response]]
    ) -> None:
        """Wrap ``app``."""
        self.app = app
        self.max_bytes = max_bytes
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request, or refuse it."""
        if scope["type"] == "http":
            try:
                read_query(scope, self.max_bytes)
            except ServiceError as error:
                response = await self.refuse(Request(scope), error)
                await response(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _parse(query_string: bytes) -> Pairs:
    try:
        pairs = tuple(parse_qsl(query_string.decode("ascii"), errors="strict", max_num_fields=MAX_PARAMETERS))
    except ValueError as error:
        message = f"The query string must be percent-encoded UTF-8 with at most {MAX_PARAMETERS} parameters."
        raise BadRequest(message) from error
    if b"%00" in query_string or b"\0" in query_string:
        raise BadRequest("The query string must not contain NUL.")
    return pairs

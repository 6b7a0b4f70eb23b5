"""Errors for people: a JSON error becomes a page if a browser opens a URL."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphql_api.once import Once
from graphql_api.pages.http.policy import HEADERS
from graphql_api.web.negotiation import preferred_media_type
from graphql_api.web.replay import Headers, Replay, replay_of
from graphql_api.web.routes import Http

if TYPE_CHECKING:
    from graphql_api.pages.http.errors import Fault, Place
    from graphql_api.pages.rendering import Renderer

JSON, HTML = "application/json", "text/html"
MAX_BODY = 8_192
"""Maximum size of an error that is converted, in bytes. Ours are shorter."""

FOR_PROGRAMS = ("/graphql", "/q/")
"""Paths whose errors stay JSON, because a browser opens them to see the response to a program."""

REPLACED = frozenset({b"content-length", b"content-type", b"content-security-policy", b"referrer-policy", b"vary"})


def layer(http: Http) -> Callable[[ASGIApp], ASGIApp]:
    """Return the layer."""
    return partial(ErrorPages, http=http)


class ErrorPages:
    """An ASGI application that shows the errors of another as pages."""

    def __init__(self, app: ASGIApp, http: Http) -> None:
        """Wrap ``app``. Its responses from memory are never errors."""
        self.app = app
        self.replay: Replay | None = replay_of(app)
        self._http = http
        self._renderer: Once[Renderer | None] = Once(partial(_renderer, http))

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "GET" or not _opens_page(scope):
            return self.app(scope, receive, send)
        return self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        held = _Held(send)
        await self.app(scope, receive, held.send)
        if held.head is not None:
            await self._show(scope, held, send)

    async def _show(self, scope: Scope, held: "_Held", send: Send) -> None:
        """Send an error as a page. Send it unchanged if it cannot be read, or pages cannot be rendered."""
        from graphql_api.pages.http.errors import read_fault, read_place

        assert held.head is not None  # noqa: S101 - the caller has looked
        fault = read_fault(held.head["status"], held.head["headers"], bytes(held.body))
        place = read_place(scope, self._http.settings.max_url_bytes)
        page = None if fault is None else await asyncio.to_thread(self._render, fault, place)
        if page is None:
            await send(held.head)
            await send({"type": "http.response.body", "body": bytes(held.body)})
            return
        await send({**held.head, "headers": _headers(held.head["headers"], len(page))})
        await send({"type": "http.response.body", "body": page})

    def _render(self, fault: "Fault", place: "Place") -> bytes | None:
        renderer = self._renderer()
        if renderer is None:
            return None
        return renderer.render("error.html", place.asked(), behind=None, **fault.shown(place.language)).encode()


class _Held:
    """Passes on responses, and holds back JSON errors."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.head: Message | None = None
        self.body = bytearray()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_error(message):
            self.head = message
        elif self.head is None:
            await self._send(message)
        else:
            self.body += message.get("body", b"")


def _is_error(message: Message) -> bool:
    """Return whether a response is an error as short JSON without compression."""
    headers: Mapping[bytes, bytes] = dict(message["headers"])
    length = headers.get(b"content-length", b"")
    return (
        message["status"] >= 400
        and headers.get(b"content-type", b"").startswith(JSON.encode())
        and b"content-encoding" not in headers
        and length.isdigit()
        and int(length) <= MAX_BODY
    )


def _opens_page(scope: Scope) -> bool:
    """Return whether a request prefers HTML, like that of a browser that opens a URL."""
    accept = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    if HTML.encode() not in accept:
        return False
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    if path.startswith(FOR_PROGRAMS):
        return False
    return preferred_media_type(accept.decode("latin-1"), (JSON, HTML), JSON) == HTML


def _headers(headers: Headers, length: int) -> Headers:
    """Return the headers of an error page: those of the error, such as ``Retry-After``, and those of pages."""
    own: dict[str, Any] = {
        **HEADERS,
        "content-type": f"{HTML}; charset=utf-8",
        "content-length": str(length),
        "vary": "Accept, Accept-Language",
    }
    kept = [pair for pair in headers if pair[0] not in REPLACED]
    return [*kept, *((name.encode(), value.encode()) for name, value in own.items())]


def _renderer(http: Http) -> "Renderer | None":
    """Return the renderer of errors, without labels of enums. None without Jinja."""
    from graphql_api.pages.http.shared import shared
    from graphql_api.pages.rendering import Renderer

    try:
        return Renderer({}, shared(http.settings))
    except ImportError:
        return None

"""Static pages for browsers: the explorer, the REST documentation, and their files, built by ``explorer/``.

Paths of files never contain text of a client: a request can only name one of the files in ``static``. The
explorer's page is a template with example ids of the storage.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graphql_api.errors import NotFound
from graphql_api.web.conditional import not_modified
from graphql_api.web.examples import Examples, GetExamples
from graphql_api.web.negotiation import preferred_coding
from graphql_api.web.responses import ChunkedBody, Responder, etag

KEPT_PAGES = 8
"""Number of filled pages in memory. The examples rarely change."""

_STATIC = Path(__file__).with_name("static")
_MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".json": "application/json",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
# In order of preference: the content coding, and the suffix of the copy so compressed.
_CODINGS = {"br": ".br", "gzip": ".gz"}

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = {
    "cache-control": "no-cache",
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
}
# The explorer's URL answers API clients too, as their Accept header asks.
_EXPLORER = {**PAGE, "vary": "Accept, Accept-Encoding"}
HASHED = {"cache-control": "public, max-age=31536000, immutable"}
_ICON = {"cache-control": "public, max-age=86400"}


SLASHED = "slashed"
"""In ``scope["state"]``: the request's path ended in a slash, with which a page's relative links do not work."""


class Pages:
    """The pages that show examples, and the routes to all pages."""

    def __init__(self, examples: GetExamples, responder: Responder, *, graphiql: bool = True) -> None:
        """Show ``examples``. Without ``graphiql`` no page links to the explorer."""
        self.examples = examples
        self.responder = responder
        self.suffix = "" if graphiql else "-plain"

    def routes(self) -> list[Route]:
        """Route ``/docs``, ``/static/{name}`` and the icon."""
        return [
            Route("/docs", self.docs),
            Route("/static/{name}", _asset),
            Route("/favicon.ico", _icon),
        ]

    async def explorer(self, request: Request) -> Response:
        """Return the page of the GraphiQL explorer. It sends its operations to its own URL."""
        if SLASHED in request.scope["state"]:
            return _without_slash(request)
        return await self._fill(request, "explorer.html", _EXPLORER)

    async def docs(self, request: Request) -> Response:
        """Return the page of the REST documentation, which takes its examples from the OpenAPI document."""
        if SLASHED in request.scope["state"]:
            return _without_slash(request)
        return respond_file(request, f"docs{self.suffix}.html", PAGE)

    async def _fill(self, request: Request, name: str, headers: Mapping[str, str]) -> Response:
        """Respond with a template that shows example ids, or with 304."""
        examples = await self.examples()
        body, tag = _filled(name, examples)
        own = {"vary": "Accept-Encoding", "x-content-type-options": "nosniff", "etag": tag, **headers}
        if not_modified(request.headers, tag):
            return ChunkedBody((), 304, own)
        return await self.responder.respond(
            request.headers, [body], media_type=_MEDIA_TYPES[".html"], headers=own, key=(name, tag)
        )


def asset_name(stem: str) -> str:
    """Return the file name with its hash, by the part before the hash."""
    return next(name for name in _files() if name.startswith(f"{stem}-"))


def _without_slash(request: Request) -> Response:
    """Redirect to the URL without its last slash. The target is relative, so that it does not repeat ``Host``."""
    location = f"../{request.scope['path'].rpartition('/')[2]}"
    return ChunkedBody((), 308, {"location": location, "cache-control": "no-cache"})


@lru_cache(KEPT_PAGES)
def _filled(name: str, examples: Examples) -> tuple[bytes, str]:
    """Fill a template. Ids consist of letters and digits, so nothing has to be escaped."""
    text = Template(_content(name, None).decode()).substitute(
        jockey=examples.ids[0], jockeys=" ".join(examples.ids), notice=escape(examples.notice)
    )
    body = text.encode()
    return body, etag(sha256(body).hexdigest()[:16])


async def respond_page(request: Request, name: str, responder: Responder) -> Response:
    """Return a file that has no compressed copies, or 304. Raises ``NotFound``."""
    if name not in _files():
        raise NotFound("There is no such page.")
    own = {"vary": "Accept-Encoding", "etag": _tag(name), **PAGE}
    if not_modified(request.headers, own["etag"]):
        return ChunkedBody((), 304, own)
    media_type = _MEDIA_TYPES[Path(name).suffix]
    return await responder.respond(
        request.headers, [_content(name, None)], media_type=media_type, headers=own, key=own["etag"]
    )


def file_content(name: str) -> bytes:
    """Return a file of the pages. Raises ``KeyError``."""
    return _content(name, None)


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _files() or name.endswith((".html", ".json")):
        raise NotFound("There is no such file.")
    return respond_file(request, name, HASHED)


async def _icon(request: Request) -> Response:
    return respond_file(request, asset_name("icon"), _ICON)


def respond_file(request: Request, name: str, headers: Mapping[str, str]) -> Response:
    """Respond to GET and HEAD with a file in the best coding that the client accepts, or with 304."""
    tag = _tag(name)
    own = {"vary": "Accept-Encoding", "x-content-type-options": "nosniff", "etag": tag, **headers}
    if not_modified(request.headers, tag):
        return ChunkedBody((), 304, own)
    coding = preferred_coding(request.headers.get("accept-encoding"), tuple(_CODINGS))
    if coding:
        own["content-encoding"] = coding
    return ChunkedBody((_content(name, coding),), 200, own, _MEDIA_TYPES[Path(name).suffix])


@cache
def _files() -> Mapping[str, Path]:
    """Return the files that can be served. The result is cached, since the package's files do not change."""
    return MappingProxyType({path.name: path for path in _STATIC.iterdir() if path.suffix in _MEDIA_TYPES})


@cache
def _tag(name: str) -> str:
    return etag(sha256(_content(name, None)).hexdigest()[:16])


@cache
def _content(name: str, coding: str | None) -> bytes:
    """Return a file or its compressed copy. All are cached, 2.6 MB in total."""
    path = _files()[name]
    return (path if coding is None else path.with_name(path.name + _CODINGS[coding])).read_bytes()

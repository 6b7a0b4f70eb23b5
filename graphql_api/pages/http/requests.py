"""Reads a request for a page."""

from urllib.parse import quote, unquote

from starlette.requests import Request

from graphql_api.language import Language
from graphql_api.pages.page_request import LANGUAGE, PARAMETERS, PageRequest
from graphql_api.web.negotiation import preferred_language
from graphql_api.web.query_string import query_pairs
from graphql_api.web.static_pages import SLASHED

LANGUAGES = {each.value: each for each in Language}


def read_page_request(request: Request, max_page: int) -> PageRequest:
    """Return the page request of an HTTP request. ``max_page`` is the server's limit of items.

    If a parameter is given twice, the last one counts. Unknown parameters and languages are
    ignored, since links of other sites may add them.
    """
    pairs = dict(query_pairs(request.scope))
    chosen = LANGUAGES.get(pairs.get(LANGUAGE, ""))
    given = {name: text for name, text in pairs.items() if name in PARAMETERS}
    language = chosen or preferred_language(request.headers.get("accept-language", ""))
    path = {name: _last_part(request) for name in request.path_params}
    own = _own(request, path)
    up = "../" * own.count("/") or "./"
    return PageRequest(language, chosen is not None, up, own, path, given, max_page)


def moved(request: Request, asked: PageRequest) -> str | None:
    """Return the URL of a page that was requested with too many slashes, since its links are relative, or None."""
    raw = request.scope.get("raw_path")
    if raw is None:
        surplus = 1 if SLASHED in request.scope["state"] else 0
    else:
        root = request.scope.get("root_path", "")
        surplus = raw.count(b"/") - root.count("/") - 1 - asked.own.count("/")
    if surplus <= 0:
        return None
    query = request.scope["query_string"].decode("latin-1")
    location = "../" * (surplus + asked.own.count("/")) + asked.own
    return f"{location}?{query}" if query else location


def _last_part(request: Request) -> str:
    """Return the part of the path that is a parameter, from the path as it was sent, if the server has it.

    Only that path distinguishes a slash in the parameter from one after it.
    """
    (value,) = request.path_params.values()
    raw: bytes | None = request.scope.get("raw_path")
    if raw is None:
        return str(value)
    below = raw.decode("latin-1").removeprefix(request.scope.get("root_path", "")).strip("/")
    return unquote(below.partition("/")[2], errors="replace")


def _own(request: Request, path: dict[str, str]) -> str:
    """Return the path of a page below the root of the service."""
    root = request.scope.get("root_path", "")
    place = request.scope["path"].removeprefix(root).strip("/").partition("/")[0]
    return "/".join([place, *(quote(value, safe="") for value in path.values())])

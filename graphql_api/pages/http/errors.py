"""Reads an error, and where it happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
from starlette.types import Scope

from graphql_api.errors import ServiceError
from graphql_api.language import Language
from graphql_api.pages.page_request import LANGUAGE, PageRequest
from graphql_api.pages.texts import Texts
from graphql_api.web.negotiation import preferred_language
from graphql_api.web.query_string import read_query
from graphql_api.web.replay import Headers

MAX_PATH = 1_000
"""Maximum length of a path to which the switch of languages returns, in characters."""

LANGUAGES = {each.value: each for each in Language}


@dataclass(frozen=True, slots=True)
class Fault:
    """An error: status, English message, code, and seconds to wait. A text is empty if it is unknown."""

    status: int
    message: str
    code: str
    retry: str
    request_id: str

    def shown(self, language: Language) -> dict[str, Any]:
        """Return the values that the page of the error shows."""
        texts = Texts(language)
        return {
            "status": self.status,
            "heading": texts.find(f"error.{self.status}", texts("error.other")),
            "detail": self.message,
            "code": self.code,
            "retry": self.retry,
            "request_id": self.request_id,
        }


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an error: the requested language, and the path as it was sent, without the first slash."""

    language: Language
    is_chosen: bool
    up: str
    own: str

    def asked(self) -> PageRequest:
        """Return a request for a page without parameters."""
        return PageRequest(self.language, self.is_chosen, self.up, self.own, {}, {})


def read_fault(status: int, headers: Headers, body: bytes) -> Fault | None:
    """Return the error of a response. None if it does not have one of our forms."""
    try:
        told = orjson.loads(body)
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    coded = told.get("error") or (told.get("errors") or [{}])[0]
    message = told.get("detail") or (coded.get("message") if isinstance(coded, dict) else None)
    if not isinstance(message, str):
        return None
    code = coded.get("code") or coded.get("extensions", {}).get("code", "")
    named = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    return Fault(status, message, code, named.get("retry-after", ""), told.get("requestId", ""))


def read_place(scope: Scope, max_url_bytes: int) -> Place:
    """Return the place of a request, for any form of its path."""
    chosen = LANGUAGES.get(_parameters(scope, max_url_bytes).get(LANGUAGE, ""))
    accepted = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
    raw: bytes | None = scope.get("raw_path")
    path = raw.decode("latin-1") if raw else quote(scope["path"])
    own = path.removeprefix(scope.get("root_path", "")).removeprefix("/")
    language = chosen or preferred_language(accepted.decode("latin-1"))
    if len(own) > MAX_PATH:
        return Place(language, chosen is not None, f"{scope.get('root_path', '')}/", "")
    return Place(language, chosen is not None, "../" * own.count("/") or "./", own)


def _parameters(scope: Scope, max_url_bytes: int) -> Mapping[str, str]:
    try:
        return dict(read_query(scope, max_url_bytes))
    except ServiceError:
        return {}

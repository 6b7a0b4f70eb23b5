"""The pages of one application: the result of an operation as HTML."""

import json
from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from graphql_api import install_hint
from graphql_api.errors import EngineMissing, IndexRequired, ServiceError
from graphql_api.pages.definitions import PAGES, Page
from graphql_api.pages.http.policy import HEADERS, VARY
from graphql_api.pages.http.requests import moved, read_page_request
from graphql_api.pages.http.shared import shared
from graphql_api.pages.page_request import PageRequest
from graphql_api.pages.rendering import FOLDER, Renderer, version
from graphql_api.pages.schema.labels import labels
from graphql_api.pages.texts import Texts
from graphql_api.web.charge import is_unadmitted
from graphql_api.web.conditional import not_modified
from graphql_api.web.examples import GetExamples
from graphql_api.web.graphql_app import GraphQLParts
from graphql_api.web.responses import ChunkedBody, etag
from graphql_api.web.trusted import TrustedDocument, read_trusted
from graphql_api.web.trusted_operations.answers import Answers, Form

EXAMPLE = """{{
  jockey(id: "{id}") {{
    name
    records(first: 2) {{
      totalCount
      nodes {{ date racecourse raceName surface distance finishPosition winOdds prizeMoney }}
    }}
  }}
}}"""
"""The query on the landing page."""


class Site:
    """The pages, made from the results of their operations."""

    def __init__(self, parts: GraphQLParts, examples: GetExamples) -> None:
        """Execute by ``parts``, and show the ids of ``examples``. Raises ``EngineMissing`` without Jinja."""
        self._graphql = parts.endpoint
        self._examples = examples
        try:
            self._renderer = Renderer(labels(self._graphql.engine.schema), shared(self._graphql.settings))
        except ImportError as error:
            raise EngineMissing(f"Pages require the extra 'pages'. {install_hint('pages')}") from error
        self._answers = Answers(self._graphql, version())
        pages = [*PAGES.values(), *(page.otherwise for page in PAGES.values() if page.otherwise)]
        self._documents: dict[str, TrustedDocument] = {
            page.operation: read_trusted(FOLDER / "operations" / f"{page.operation}.graphql", self._graphql.documents)
            for page in pages
            if page.operation
        }

    async def respond(self, path: str, request: Request) -> Response:
        """Respond with the page of a path, or redirect to its URL. Raises our errors."""
        page, asked = PAGES[path], read_page_request(request, self._graphql.settings.max_page)
        if location := moved(request, asked):
            return ChunkedBody((), 308, {"location": location, "cache-control": "no-cache"})
        own = await self._own(page, asked)
        if is_unadmitted(request.scope) and page.otherwise:
            return await self._answer(page.otherwise, asked, own, request)
        try:
            return await self._answer(page, asked, own, request)
        except (ServiceError, HTTPException) as error:
            if page.otherwise is None or not (page.must_stand or isinstance(error, IndexRequired)):
                raise
            return await self._answer(page.otherwise, asked, own, request)

    async def _own(self, page: Page, asked: PageRequest) -> dict[str, Any]:
        """Return the values of a page that are not data: example ids."""
        if not page.has_examples:
            return {}
        examples = await self._examples()
        query = EXAMPLE.format(id=examples.ids[0])
        example = {"query": query, "explorer": f"{asked.url('graphql')}#query={quote(query)}"}
        return {"examples": examples.ids, "notice": examples.notice, "example": example}

    async def _answer(self, page: Page, asked: PageRequest, own: Mapping[str, Any], request: Request) -> Response:
        if not page.operation:
            return await self._without_data(page, asked, own, request)
        document, variables = self._documents[page.operation], page.variables(asked)
        write = partial(self._write, page, asked, own, (document, variables))
        place = [asked.own, sorted(asked.given.items()), own]
        shape = orjson.dumps([page.template, asked.language.value, asked.is_chosen, place]).decode()
        return await self._answers.answer(request, document, variables, Form("text/html", shape, write, HEADERS, VARY))

    async def _without_data(self, page: Page, asked: PageRequest, own: Mapping[str, Any], request: Request) -> Response:
        """Respond with a page without data, with an ETag."""
        request.scope["state"].pop("snapshots", None)
        context = page.context({}, asked, Texts(asked.language))
        body = self._renderer.render(page.template, asked, behind=None, **own, **context).encode()
        tag = etag(sha256(body).hexdigest()[:16])
        headers = {**HEADERS, "vary": VARY, "cache-control": "no-cache", "etag": tag}
        if not_modified(request.headers, tag):
            return ChunkedBody((), 304, headers)
        return await self._graphql.responder.respond(
            request.headers, [body], media_type="text/html", headers=headers, key=tag
        )

    def _write(
        self,
        page: Page,
        asked: PageRequest,
        own: Mapping[str, Any],
        query: tuple[TrustedDocument, Mapping[str, Any]],
        data: list[bytes],
    ) -> list[bytes]:
        """Render the data of an operation."""
        context = page.context(orjson.loads(b"".join(data)), asked, Texts(asked.language))
        behind = _behind(*query, asked)
        return [self._renderer.render(page.template, asked, behind=behind, **own, **context).encode()]


def _behind(document: TrustedDocument, variables: Mapping[str, Any], asked: PageRequest) -> dict[str, str]:
    """Return the query of a page, and the URL that opens it in the explorer."""
    shown = json.dumps(variables, ensure_ascii=False, indent=2)
    place = f"{asked.url('graphql')}#query={quote(document.text)}&variables={quote(shown)}"
    return {"query": document.text.strip(), "variables": shown, "explorer": place}

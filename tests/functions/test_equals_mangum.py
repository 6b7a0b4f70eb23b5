"""Tests that whole replies are plain Mangum's for the same application: to the byte, and in the order of fields."""

import asyncio
import importlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from mangum import Mangum
from starlette.types import ASGIApp

from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.functions.api import TEXT_TYPES, http_events
from lambda_events import HTTP_EVENTS, Event

JOCKEY = "/api/jockey/00001"
JSON = {"content-type": "application/json"}
QUERY = b'{"query": "{ jockey(id: \\"00001\\") { id records(first: 2) { totalCount nodes { raceName } } } }"}'
CLOCK = {"age", "cache-control", "server-timing"}
"""Headers that tell the time, and so differ from one reply to the next."""

# Mangum leaves the name of a stage in the path, and so finds no route; test_handler.py has that one.
EVENTS = {name: event for name, event in HTTP_EVENTS.items() if name != "http_api_stage"}
every_event = pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())


@pytest.fixture(scope="module", autouse=True)
def _loop() -> Iterator[None]:
    """Set a loop for all invocations, as a function has."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture(scope="module")
def echo(_loop: None) -> ASGIApp:
    """Import the echoing app, with which Mangum takes the loop that is set."""
    app: ASGIApp = importlib.import_module("lambda_echo").app
    return app


@pytest.fixture(scope="module")
def service(sample_data: Path) -> ASGIApp:
    """Make the application over the sample data."""
    return create_app(Settings(data=str(sample_data), jobs_workers=0))


def _both(app: ASGIApp, event: Event) -> tuple[str, str]:
    """Answer an event by the function and by plain Mangum; return both replies as JSON, without what tells the time."""
    plain = Mangum(cast("Any", app), lifespan="off", text_mime_types=TEXT_TYPES)
    context: Any = SimpleNamespace(aws_request_id="r-1", get_remaining_time_in_millis=lambda: 60_000)
    own, mangum = (json.dumps(_timeless(each(event, context))) for each in (http_events(app).handle, plain))
    return own, mangum


def _timeless(reply: dict[str, Any]) -> dict[str, Any]:
    for kind in ("headers", "multiValueHeaders"):
        if kind in reply:
            reply[kind] = {name: value for name, value in reply[kind].items() if name.lower() not in CLOCK}
    return reply


@every_event
@pytest.mark.parametrize(
    "request_",
    [
        {"path": "/echo/%E5%90%8D", "headers": {"cookie": "a=1; b=2"}},
        {"path": "/echo/a", "method": "POST", "headers": JSON, "body": '{"名":"馬"}'.encode()},
        {"path": "/echo/a", "method": "PUT", "headers": {"content-type": "image/png"}, "body": bytes(range(256))},
        {"path": "/echo/a", "query": [("a", "1"), ("名", "馬 &+%")]},
        {"path": "/reply", "query": [("type", "text/plain"), ("text", '馬"\\\n\u2028')]},
        {"path": "/reply", "query": [("type", "image/png"), ("text", "x")]},
        {"path": "/reply", "query": [("type", "text/csv")], "headers": {"accept-encoding": "gzip"}},
        {"path": "/known", "method": "HEAD", "query": [("bytes", "3")]},
        {"path": "/known", "query": [("bytes", "0"), ("status", "204")]},
        {"path": "/known", "query": [("bytes", "0"), ("status", "304")]},
        {"path": "/known", "query": [("bytes", "500000")]},
        {"path": "/fail"},
        {"path": "/break-off"},
        {"path": "/nowhere"},
        {"path": "/reply", "method": "DELETE"},
    ],
    ids=lambda request: f"{request.get('method', 'GET')} {request['path']}",
)
def test_any_application(event: Callable[..., Event], echo: ASGIApp, request_: dict[str, Any]) -> None:
    """Text, binary and compressed bodies, cookies, no body at all, and failures leave as Mangum writes them."""
    own, mangum = _both(echo, event(**request_))
    assert own == mangum


@every_event
@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (200, {"path": "/health"}),
        (200, {"path": JOCKEY}),
        (200, {"path": JOCKEY, "method": "HEAD"}),
        (200, {"path": JOCKEY, "headers": {"accept-encoding": "gzip"}}),
        (200, {"path": JOCKEY, "headers": {"accept-encoding": "br"}}),
        (200, {"path": f"{JOCKEY}.csv"}),
        (200, {"path": f"{JOCKEY}.ndjson"}),
        (200, {"path": f"{JOCKEY}.arrow"}),
        (200, {"path": "/graphql", "method": "POST", "headers": JSON, "body": QUERY}),
        (400, {"path": "/graphql", "method": "POST", "headers": JSON, "body": b"{"}),
        (404, {"path": "/api/jockey/98765"}),
        (405, {"path": "/graphql", "method": "PUT", "headers": JSON, "body": QUERY}),
        (406, {"path": "/graphql", "query": [("query", "{ __typename }")], "headers": {"accept": "image/png"}}),
        (413, {"path": "/graphql", "method": "POST", "headers": JSON, "body": b" " * 2_000_000}),
        (415, {"path": "/graphql", "method": "POST", "headers": {"content-type": "text/plain"}, "body": b"x"}),
    ],
    ids=lambda value: value if isinstance(value, int) else value["path"],
)
def test_service(event: Callable[..., Event], service: ASGIApp, status: int, request_: dict[str, Any]) -> None:
    """So do the service's answers: every format and encoding, and errors of every kind."""
    own, mangum = _both(service, event(**request_))
    assert json.loads(own)["statusCode"] == status
    assert own == mangum


@every_event
def test_service_not_modified(event: Callable[..., Event], service: ASGIApp) -> None:
    """A condition that holds is 304 for both."""
    sent = json.loads(_both(service, event(path=JOCKEY))[0])
    etags = [value for kind in ("headers", "multiValueHeaders") for value in [sent.get(kind, {}).get("etag")] if value]
    etag = etags[0] if isinstance(etags[0], str) else etags[0][0]
    own, mangum = _both(service, event(path=JOCKEY, headers={"if-none-match": etag}))
    assert json.loads(own)["statusCode"] == 304
    assert own == mangum

"""Events of a function that are no proper request: malformed ones are 400, and those of other services fail."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphql_api.functions.gateway import is_http
from lambda_events import HTTP_EVENTS, Event, http_api, rest_api, schedule, scheduler
from lambda_runtime import Function, function

PATH = "/api/jockey/00001"


@pytest.fixture(scope="module")
def served(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Function]:
    """Run the real handler over the sample data."""
    environ = {"JOCKEY_DATA": str(sample_data)}
    with function("handler.handler", tmp_path_factory.mktemp("gateway"), environ) as running:
        yield running


FAULTS: dict[str, Callable[[Event], Any]] = {
    "body that is no base64": lambda event: event.update(body="%%%", isBase64Encoded=True),
    "cut base64": lambda event: event.update(body="YWJ", isBase64Encoded=True),
    "base64 that is no text": lambda event: event.update(body="馬", isBase64Encoded=True),
    "body that is a number": lambda event: event.update(body=1),
    "body that is an object": lambda event: event.update(body={"query": "{ __typename }"}),
    "base64 flag that is a text": lambda event: event.update(isBase64Encoded="false"),
    "surrogate in the body": lambda event: event.update(body="\ud800"),
    "surrogate in a header": lambda event: set_header(event, "x-example", "\ud800"),
    "header that is a number": lambda event: set_header(event, "x-example", 1),
    "port that is no number": lambda event: set_header(event, "x-forwarded-port", "x"),
    "scheme of another kind": lambda event: set_header(event, "x-forwarded-proto", "gopher"),
    "context that is null": lambda event: event.update(requestContext=None, httpMethod="GET"),
    "no context": lambda event: (event.pop("requestContext"), event.update(httpMethod="GET")),
    "headers that are a list": lambda event: event.update(headers=[], multiValueHeaders=[["a", "b"]]),
    "parameters that are a list": lambda event: event.update(
        routeKey="ANY /{proxy+}", resource="/{proxy+}", pathParameters=["a"]
    ),
    "surrogate in the path": lambda event: set_path(event, "/api/\ud800"),
    "path that is a number": lambda event: set_path(event, 1),
    "path that is null": lambda event: set_path(event, None),
    "path without a slash": lambda event: set_path(event, "api"),
    "method that is a number": lambda event: set_method(event, 1),
    "method that is no word": lambda event: set_method(event, "GET /"),
}


def set_header(event: Event, name: str, value: Any) -> None:
    """Set a header where the event has headers."""
    if "headers" in event:
        event["headers"] = {**event["headers"], name: value}
    if "multiValueHeaders" in event:
        event["multiValueHeaders"] = {**event["multiValueHeaders"], name: [value]}


def set_path(event: Event, path: Any) -> None:
    """Set the path where the event has it."""
    if "http" in event["requestContext"]:
        event["requestContext"]["http"]["path"] = path
    event["rawPath" if "rawPath" in event else "path"] = path


def set_method(event: Event, method: Any) -> None:
    """Set the method where the event has it."""
    if "http" in event["requestContext"]:
        event["requestContext"]["http"]["method"] = method
    else:
        event["httpMethod"] = method


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("gateway", HTTP_EVENTS)
def test_a_malformed_event_is_400(served: Function, gateway: str, fault: str) -> None:
    """Whatever is wrong with it, the client of any gateway is told so, and the invocation does not fail."""
    event = HTTP_EVENTS[gateway](path=PATH)
    FAULTS[fault](event)
    reply = served.request(event)
    assert (reply.status, list(reply.json())) == (400, ["detail"])
    assert reply.headers["content-type"] == "application/json"


def test_graphql_is_told_in_its_own_form(served: Function) -> None:
    """A malformed event for GraphQL has a GraphQL error."""
    for gateway in HTTP_EVENTS.values():
        reply = served.request({**gateway(path="/graphql"), "body": "%%%", "isBase64Encoded": True})
        assert (reply.status, reply.json()["errors"][0]["extensions"]) == (400, {"code": "BAD_REQUEST"})


def test_headers_that_are_null_are_no_fault_of_the_process(served: Function) -> None:
    """API Gateway's own console sends null for none; where a gateway always sends some, null is malformed."""
    for name, gateway in HTTP_EVENTS.items():
        event = gateway(path=PATH)
        event.update({key: None for key in ("headers", "multiValueHeaders") if key in event})
        assert served.request(event).status == (200 if name == "rest_api" else 400)


OTHERS = {
    "rule": schedule(),
    "scheduler": scheduler(),
    "queue": {"Records": [{"messageId": "1", "body": "{}", "eventSource": "aws:sqs"}]},
    "bucket": {"Records": [{"eventSource": "aws:s3", "s3": {}}]},
    "topic": {"Records": [{"EventSource": "aws:sns", "Sns": {}}]},
    "authorizer": {**rest_api(path=PATH), "type": "REQUEST", "methodArn": "arn:aws:execute-api:::x"},
    "destination": {"version": "1.0", "requestContext": {"functionArn": "x"}, "requestPayload": {}},
    "socket": {"requestContext": {"connectionId": "x", "eventType": "MESSAGE"}, "body": "{}", "httpMethod": "GET"},
    "warmer in part": {"job": "warm"},
    "no job": {"source": "graphql_api.jobs"},
    "unknown job": {"source": "graphql_api.jobs", "job": "unknown"},
    "nothing": {},
    "list": [],
    "text": "warm",
    "null": None,
}


@pytest.mark.parametrize("kind", OTHERS)
def test_events_of_other_services_fail(served: Function, kind: str) -> None:
    """They raise, so that a queue delivers them again and then sets them aside; the process lives on."""
    if OTHERS[kind] is None:
        assert not is_http(None)
        return
    error = served.failure(OTHERS[kind])
    assert error["errorType"].endswith("UnknownEvent")
    assert served.request(HTTP_EVENTS["function_url"](path="/health")).status == 200


def mapped(event: Event, base: str, resource: str, **parameters: str) -> Event:
    """Put an event behind a base path of a custom domain, as a gateway with this resource sends it."""
    set_path(event, base + event.get("path", event.get("rawPath", "")))
    if "resource" in event:
        event["resource"] = resource
    else:
        event["routeKey"] = f"ANY {resource}"
    return {**event, "pathParameters": parameters}


@pytest.mark.parametrize("gateway", [rest_api, http_api])
@pytest.mark.parametrize("base", ["/base", "/v1/racing"])
def test_a_base_path_is_no_part_of_the_route(served: Function, gateway: Callable[..., Event], base: str) -> None:
    """Behind a custom domain's base path REST, exports and GraphQL answer, by a proxy resource or one of its own."""
    for path in (PATH, f"{PATH}.csv", "/health"):
        event = mapped(gateway(path=path), base, "/{proxy+}", proxy=path.lstrip("/"))
        assert served.request(event).status == 200
    own = mapped(gateway(path=PATH), base, "/api/jockey/{id}", id="00001")
    assert served.request(own).status == 200
    query = gateway(path="/graphql", query=[("query", "{ __typename }")])
    assert served.request(mapped(query, base, "/graphql")).json() == {"data": {"__typename": "Query"}}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(sorted(HTTP_EVENTS)), st.data())
@settings(max_examples=60, deadline=None)
def test_no_event_of_a_gateway_fails(served: Function, gateway: str, data: st.DataObject) -> None:
    """With any field missing or of any other value a request is answered, or is no request at all."""
    event = copy.deepcopy(HTTP_EVENTS[gateway](path=PATH))
    place = data.draw(st.sampled_from(sorted(event)))
    if place == "requestContext" and data.draw(st.booleans()):
        within = event["requestContext"]
        within[data.draw(st.sampled_from(sorted(within)))] = data.draw(json_values)
    elif data.draw(st.booleans()):
        del event[place]
    else:
        event[place] = data.draw(json_values)
    if is_http(event):
        assert served.request(event).status < 500

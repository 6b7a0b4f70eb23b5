"""Events as AWS sends them to a function: API Gateway REST and HTTP, Function URL, ALB, and EventBridge's schedules.

Every HTTP factory takes one request as its client sent it: the path percent-encoded, the query as pairs, header names
in lower case.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote, urlencode

Event = dict[str, Any]
Query = Sequence[tuple[str, str]]
TRACE = "Root=1-5bdb40ca-556d8b0c50dc66f0511bf520"
AGENT = "example-client/1.0"
TEXT = ("text/", "application/json", "application/graphql", "application/javascript", "application/xml")


def function_url(
    method: str = "GET",
    path: str = "/",
    *,
    query: Query = (),
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Event:
    """Payload 2.0 of a Function URL: the path stays as sent, cookies stand apart, a query key's values are joined."""
    domain = "abcdefghijklmnop.lambda-url.ap-northeast-1.on.aws"
    return _payload_2(method, path, query, headers, body, stage="$default", domain=domain)


def http_api(
    method: str = "GET",
    path: str = "/",
    *,
    query: Query = (),
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    stage: str = "$default",
    mapped: bool = False,
) -> Event:
    """Payload 2.0 of an HTTP API: the path comes decoded, behind the name of the stage unless that is ``$default``.

    Nor does a custom domain, ``mapped`` to the stage, show its name.
    """
    prefix = "" if stage == "$default" or mapped else f"/{stage}"
    domain = "abcdef1234.execute-api.ap-northeast-1.amazonaws.com"
    return _payload_2(method, prefix + unquote(path), query, headers, body, stage=stage, domain=domain)


def rest_api(
    method: str = "GET",
    path: str = "/",
    *,
    query: Query = (),
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    stage: str = "prod",
) -> Event:
    """Payload of a REST API: everything twice, single and multi-valued; the stage is in the context's path only."""
    domain = "abcdef1234.execute-api.ap-northeast-1.amazonaws.com"
    sent = {"Host": domain, "X-Forwarded-Port": "443", "X-Forwarded-Proto": "https", "X-Amzn-Trace-Id": TRACE}
    sent |= {name.title(): value for name, value in (headers or {}).items()}
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _grouped(query) or None,
        "pathParameters": {"proxy": path.lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "resourceId": "abc123",
            "resourcePath": "/{proxy+}",
            "httpMethod": method,
            "path": f"/{stage}{path}",
            "stage": stage,
            "protocol": "HTTP/1.1",
            "accountId": "123456789012",
            "apiId": "abcdef1234",
            "domainName": domain,
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "requestTime": "09/Apr/2026:12:34:56 +0000",
            "requestTimeEpoch": 1775738096000,
            "identity": {"sourceIp": "192.0.2.1", "userAgent": AGENT, "caller": None, "user": None},
        },
        "body": None,
        **_body(headers, body),
    }


def alb(
    method: str = "GET",
    path: str = "/",
    *,
    query: Query = (),
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Event:
    """Payload of a load balancer: path and query come as sent; of a key's values only the last one comes."""
    return _alb(method, path, body, headers) | {
        "headers": _alb_headers(headers),
        "queryStringParameters": {quote(key): quote(value) for key, value in query},
    }


def alb_multi_value(
    method: str = "GET",
    path: str = "/",
    *,
    query: Query = (),
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Event:
    """Payload of a load balancer whose target group has multi-value headers on: lists, and no single values."""
    encoded = [(quote(key), quote(value)) for key, value in query]
    return _alb(method, path, body, headers) | {
        "multiValueHeaders": {name: [value] for name, value in _alb_headers(headers).items()},
        "multiValueQueryStringParameters": _grouped(encoded),
    }


def warmer() -> Event:
    """Event that the deployment's schedule has as its input."""
    return {"source": "graphql_api.jobs", "job": "warm"}


def schedule() -> Event:
    """Event of an EventBridge rule that fires by the clock."""
    return {
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-04-09T12:35:00Z",
        "region": "ap-northeast-1",
        "resources": ["arn:aws:events:ap-northeast-1:123456789012:rule/example"],
        "detail": {},
    }


def scheduler() -> Event:
    """Event of an EventBridge Scheduler schedule without an input of its own."""
    return {
        "version": "0",
        "id": "d3f1c9f0-2b8e-4c69-9f5e-0c7a8e6a1f11",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "123456789012",
        "time": "2026-04-09T12:35:00Z",
        "region": "ap-northeast-1",
        "resources": ["arn:aws:scheduler:ap-northeast-1:123456789012:schedule/default/example"],
        "detail": "{}",
    }


HTTP_EVENTS: dict[str, Callable[..., Event]] = {
    "function_url": function_url,
    "http_api": http_api,
    "http_api_stage": lambda *args, **request: http_api(*args, stage="prod", **request),
    "http_api_domain": lambda *args, **request: http_api(*args, stage="prod", mapped=True, **request),
    "rest_api": rest_api,
    "alb": alb,
    "alb_multi_value": alb_multi_value,
}


def _payload_2(
    method: str, path: str, query: Query, headers: Mapping[str, str] | None, body: bytes, *, stage: str, domain: str
) -> Event:
    sent = {"host": domain, "x-forwarded-port": "443", "x-forwarded-proto": "https", "x-amzn-trace-id": TRACE}
    sent |= headers or {}
    cookies = [pair for pair in sent.pop("cookie", "").split("; ") if pair]
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": urlencode(query),
        **({"cookies": cookies} if cookies else {}),
        "headers": sent,
        "queryStringParameters": {key: ",".join(values) for key, values in _grouped(query).items()},
        "requestContext": {
            "accountId": "anonymous",
            "apiId": domain.partition(".")[0],
            "domainName": domain,
            "domainPrefix": domain.partition(".")[0],
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": AGENT,
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": stage,
            "time": "09/Apr/2026:12:34:56 +0000",
            "timeEpoch": 1775738096000,
        },
        **_body(headers, body),
    }


def _alb(method: str, path: str, body: bytes, headers: Mapping[str, str] | None) -> Event:
    target = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/example/49e9d65c45c6791a"
    return {
        "requestContext": {"elb": {"targetGroupArn": target}},
        "httpMethod": method,
        "path": path,
        "body": "",
        **_body(headers, body),
    }


def _alb_headers(headers: Mapping[str, str] | None) -> dict[str, str]:
    sent = {
        "host": "example-1234567890.ap-northeast-1.elb.amazonaws.com",
        "x-forwarded-for": "192.0.2.1",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
        "x-amzn-trace-id": TRACE,
    }
    return sent | dict(headers or {})


def _grouped(pairs: Query) -> dict[str, list[str]]:
    return {key: [value for name, value in pairs if name == key] for key, _ in pairs}


def _body(headers: Mapping[str, str] | None, body: bytes) -> Event:
    """Text as it is; in base64 what is encoded or of another type. Each gateway says in its own way that none came."""
    headers = headers or {}
    if not body:
        return {"isBase64Encoded": False}
    if headers.get("content-type", "").startswith(TEXT) and "content-encoding" not in headers:
        return {"body": body.decode(), "isBase64Encoded": False}
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}

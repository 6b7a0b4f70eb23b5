#!/usr/bin/env python3
"""A stand-in for Lambda Web Adapter 1.1.0, by its documentation: what it is between the Runtime API and a server.

Run by itself it is the extension; with arguments it starts these, the server, first. It needs nothing but Python. What
only the binary can show stays unproven: its registration as an extension, its own limits and logs.
"""

import base64
import http.client
import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

PORT = int(os.environ.get("AWS_LWA_PORT", "8080"))
READY = os.environ.get("AWS_LWA_READINESS_CHECK_PATH", "/")
EVENTS = os.environ.get("AWS_LWA_PASS_THROUGH_PATH", "/events")
RUNTIME = f"/{'2018-06-01'}/runtime/invocation"
HOP = {"connection", "keep-alive", "transfer-encoding"}


def wait_until_ready() -> None:
    """Ask the readiness path until it answers below 500."""
    while True:
        server = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
        try:
            server.request("GET", READY)
            if server.getresponse().status < 500:
                return
        except OSError:
            time.sleep(0.02)
        finally:
            server.close()


def request_of(event: dict[str, Any]) -> tuple[str, str, list[tuple[str, str]], bytes, Any]:
    """Give method, target, headers, body and the gateway's context of an event; one without is posted as it is."""
    context = event.get("requestContext")
    if not isinstance(context, dict) or "http" not in context:
        return "POST", EVENTS, [("content-type", "application/json")], json.dumps(event).encode(), None
    query = event.get("rawQueryString", "")
    body = event.get("body") or ""
    data = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    headers = [*event["headers"].items()]
    if event.get("cookies"):
        headers.append(("cookie", "; ".join(event["cookies"])))
    return context["http"]["method"], event["rawPath"] + (f"?{query}" if query else ""), headers, data, context


def answer(api: str, number: str, event: dict[str, Any], deadline: str) -> None:
    """Send an event to the server, with both contexts over what the client sent; stream what comes to the API."""
    method, target, headers, body, context = request_of(event)
    own = {
        "x-amzn-request-context": json.dumps(context),
        "x-amzn-lambda-context": json.dumps({"request_id": number, "deadline": int(deadline)}),
        "content-length": str(len(body)),
    }
    server = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    server.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in [*((name, value) for name, value in headers if name not in own), *own.items()]:
        server.putheader(name, value)
    server.endheaders(body)
    got = server.getresponse()
    post = http.client.HTTPConnection(api, timeout=60)
    post.putrequest("POST", f"{RUNTIME}/{number}/response")
    for name, value in (
        ("Content-Type", "application/vnd.awslambda.http-integration-response"),
        ("Lambda-Runtime-Function-Response-Mode", "streaming"),
        ("Transfer-Encoding", "chunked"),
        ("Trailer", "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body"),
    ):
        post.putheader(name, value)
    post.endheaders()
    sent = {name.lower(): value for name, value in got.getheaders() if name.lower() not in {*HOP, "set-cookie"}}
    cookies = [value for name, value in got.getheaders() if name.lower() == "set-cookie"]
    head = json.dumps({"statusCode": got.status, "headers": sent, "cookies": cookies}).encode()
    post.send(_chunk(head + bytes(8)))
    trailers = b""
    try:
        while piece := got.read1(65_536):
            post.send(_chunk(piece))
    except (OSError, http.client.HTTPException) as error:
        kind = type(error).__name__
        told = base64.b64encode(json.dumps({"errorType": kind, "errorMessage": "the body broke off"}).encode()).decode()
        names = ("Lambda-Runtime-Function-Error-Type", "Lambda-Runtime-Function-Error-Body")
        trailers = f"{names[0]}: {kind}\r\n{names[1]}: {told}\r\n".encode()
    post.send(b"0\r\n" + trailers + b"\r\n")
    post.getresponse().read()
    post.close()
    server.close()


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def main(command: list[str]) -> None:
    """Start the server, if it is given, and pass on invocations until the API has gone."""
    api = os.environ["AWS_LAMBDA_RUNTIME_API"]
    server = subprocess.Popen(command) if command else None
    try:
        wait_until_ready()
        while True:
            runtime = http.client.HTTPConnection(api)
            runtime.request("GET", f"{RUNTIME}/next")
            given = runtime.getresponse()
            event = json.loads(given.read())
            runtime.close()
            number, deadline = (given.headers[f"Lambda-Runtime-{name}"] for name in ("Aws-Request-Id", "Deadline-Ms"))
            with suppress(OSError):  # a reader that has gone
                answer(api, number, event, deadline)
    finally:
        if server is not None:
            server.terminate()
            server.wait(20)


if __name__ == "__main__":
    main(sys.argv[1:])

"""An HTTP client whose requests become events of a Function URL: the function under test answers them."""

import base64
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import httpx2

from lambda_events import function_url
from lambda_runtime import Reply


class LambdaTransport(httpx2.BaseTransport):
    """Sends requests through ``invoke``, which takes an event and gives the function's reply."""

    def __init__(self, invoke: Callable[[Mapping[str, Any]], Any]) -> None:
        """Answer by ``invoke``."""
        self._invoke = invoke

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Make an event of a request, as the gateway does: a body that is no text comes in base64."""
        raw_path, _, query = request.url.raw_path.decode().partition("?")
        headers = {name: value for name, value in request.headers.items() if name != "transfer-encoding"}
        event = function_url(request.method, raw_path, query=parse_qsl(query), headers=headers)
        event["rawQueryString"] = query
        if body := request.read():
            event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
        reply = Reply(self._invoke(event))
        sent = [(name, value) for name, value in reply.headers.items() if name != "transfer-encoding"]
        return httpx2.Response(reply.status, headers=sent, content=reply.body)


def client(invoke: Callable[[Mapping[str, Any]], Any]) -> httpx2.Client:
    """Make a client with the interface of Starlette's test client."""
    return httpx2.Client(transport=LambdaTransport(invoke), base_url="https://testserver")

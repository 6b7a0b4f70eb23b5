"""An HTTP client whose requests become events of a Function URL: the function under test answers them."""

import base64
from collections.abc import Callable
from urllib.parse import parse_qsl

import httpx2

from lambda_events import Event, function_url
from lambda_runtime import Reply
from lambda_streams import Streamed

Answer = Callable[[Event], Reply | Streamed]


class LambdaTransport(httpx2.BaseTransport):
    """Sends requests as events, and reads whole or streamed replies."""

    def __init__(self, answer: Answer) -> None:
        """Answer by ``answer``, such as ``Function.request`` or ``Function.stream``."""
        self._answer = answer

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Make an event of a request, as the gateway does: a body that is no text comes in base64."""
        raw_path, _, query = request.url.raw_path.decode().partition("?")
        headers = {name: value for name, value in request.headers.items() if name != "transfer-encoding"}
        event = function_url(request.method, raw_path, query=parse_qsl(query), headers=headers)
        event["rawQueryString"] = query
        if body := request.read():
            event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
        reply = self._answer(event)
        assert not isinstance(reply, Streamed) or reply.error is None
        sent = [(name, value) for name, value in reply.headers.items() if name != "transfer-encoding"]
        return httpx2.Response(reply.status, headers=sent, content=reply.body)


def client(answer: Answer) -> httpx2.Client:
    """Make a client with the interface of Starlette's test client."""
    return httpx2.Client(transport=LambdaTransport(answer), base_url="https://testserver")

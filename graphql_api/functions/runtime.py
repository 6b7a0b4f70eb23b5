"""AWS's runtime client, able to stream: ``python -m graphql_api.functions.runtime stream_handler.handler``.

AWS's own client runs everything: the loop, the handler, logs, errors, the hooks around snapshots. Only answers that are
streamed are posted here, since it cannot. Once it can, this module goes, and what it is given stays.
"""

import asyncio
import base64
import http.client
import socket
import sys
from typing import Any

import orjson
from awslambdaric import bootstrap  # type: ignore[import-untyped]
from awslambdaric.lambda_config import LambdaConfigProvider  # type: ignore[import-untyped]
from awslambdaric.lambda_runtime_client import LambdaRuntimeClient  # type: ignore[import-untyped]
from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller  # type: ignore[import-untyped]

from graphql_api.functions.exchange import BrokenOff
from graphql_api.functions.streaming import StreamedReply
from graphql_api.logs import EventLogger

HEAD_TYPE = "application/vnd.awslambda.http-integration-response"
HEAD_END = bytes(8)
ERROR_TYPE, ERROR_BODY = "Lambda-Runtime-Function-Error-Type", "Lambda-Runtime-Function-Error-Body"
REQUEST = (
    "POST /2018-06-01/runtime/invocation/{invoke_id}/response HTTP/1.1\r\n"
    "Host: {address}\r\n"
    f"Content-Type: {HEAD_TYPE}\r\n"
    "Lambda-Runtime-Function-Response-Mode: streaming\r\n"
    "Transfer-Encoding: chunked\r\n"
    f"Trailer: {ERROR_TYPE}, {ERROR_BODY}\r\n"
    "\r\n"
)
ACCEPTED = 202
CONNECT_SECONDS = 5.0
SEND_BUFFER = 131_072
"""Bytes that the system holds for a slow reader. Were it large, a wait could outlast the deadline, as a socket takes no
more until a third of it is free again; 2 MB/s free that in 0.05 s."""

log = EventLogger(__name__)


class StreamedPost:
    """Posts one answer to the Runtime API in chunks."""

    def __init__(self, address: str, invoke_id: str) -> None:
        """Answer the invocation ``invoke_id``. Every answer has a connection of its own, so that none ends another."""
        self._address = address
        self._invoke_id = invoke_id
        self._socket: socket.socket | None = None
        self._held = b""  # what goes out with the next piece: a small answer is one packet

    def begin(self, head: bytes) -> None:
        """Connect. The head goes out with the first piece. Raises ``OSError``."""
        host, _, port = self._address.partition(":")
        self._socket = socket.create_connection((host, int(port or 80)), timeout=CONNECT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._socket.settimeout(0)  # from here on the loop waits for the reader, and goes on with all else
        request = REQUEST.format(invoke_id=self._invoke_id, address=self._address).encode()
        self._held = request + _chunk(head + HEAD_END)

    async def write(self, piece: bytes | memoryview) -> None:
        """Send what is held, and hold a piece: it returns once the socket has taken the one before."""
        held, self._held = self._held, _chunk(piece)
        await asyncio.get_running_loop().sock_sendall(self._open(), held)

    def end(self, error: BrokenOff | None, seconds: float) -> None:
        """Send what is held and the last chunk, with trailers where the answer is not whole. Raises ``OSError``."""
        with self._open() as connection:
            connection.settimeout(max(0.1, seconds))
            connection.sendall(b"%b0\r\n%b\r\n" % (self._held, _trailers(error) if error else b""))
            status = _read_status(connection)
        if status != ACCEPTED:
            log.error("reply_refused", request_id=self._invoke_id, status=status)

    def abort(self) -> None:
        """Close the connection, which Lambda takes for an answer that was cut off."""
        if self._socket is not None:
            self._socket.close()

    def _open(self) -> socket.socket:
        if self._socket is None:
            raise ConnectionError("Nothing was begun.")
        return self._socket


class StreamingMarshaller(LambdaMarshaller):  # type: ignore[misc]
    """Writes replies as JSON, as AWS's does, but those that are yet to be made."""

    def marshal_response(self, response: Any) -> tuple[Any, str]:
        """Return what is to be posted, and its content type."""
        if isinstance(response, StreamedReply):
            return response, HEAD_TYPE
        marshalled: tuple[Any, str] = super().marshal_response(response)
        return marshalled


class StreamingClient(LambdaRuntimeClient):  # type: ignore[misc]
    """AWS's client of the Runtime API, that streams what is a ``StreamedReply``."""

    marshaller = StreamingMarshaller()

    def post_invocation_result(
        self,
        invoke_id: str,
        result_data: Any,
        content_type: str = "application/json",
        invocation_id: str | None = None,
    ) -> None:
        """Post the outcome of an invocation; an answer that fails before its head is the invocation's error."""
        if not isinstance(result_data, StreamedReply):
            super().post_invocation_result(invoke_id, result_data, content_type, invocation_id)
            return
        post = StreamedPost(self.lambda_runtime_address, invoke_id)
        try:
            result_data.send_to(post)
        except Exception as error:
            post.abort()
            log.exception("invocation_failed", request_id=invoke_id)
            failure = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": []}
            self.post_invocation_error(invoke_id, orjson.dumps(failure).decode(), "", invocation_id)


def _read_status(connection: socket.socket) -> int:
    """Read what the Runtime API answers, to its end. Raises ``OSError``."""
    answer = http.client.HTTPResponse(connection, method="POST")
    try:
        answer.begin()
        answer.read()
    except http.client.HTTPException as error:
        raise ConnectionError("The Runtime API's answer cannot be read.") from error
    finally:
        answer.close()
    return answer.status


def _chunk(piece: bytes | memoryview) -> bytes:
    return b"".join((b"%x\r\n" % len(piece), piece, b"\r\n"))


def _trailers(error: BrokenOff) -> bytes:
    kind = type(error).__name__
    body = base64.b64encode(orjson.dumps({"errorMessage": str(error), "errorType": kind}))
    return b"%b: %b\r\n%b: %b\r\n" % (ERROR_TYPE.encode(), kind.encode(), ERROR_BODY.encode(), body)


def main(arguments: list[str]) -> None:
    """Run the handler that the second argument names, until the process ends."""
    config = LambdaConfigProvider(arguments)
    bootstrap.run(config.handler, StreamingClient(config.api_address, config.use_thread_polling))


if __name__ == "__main__":
    main(sys.argv)

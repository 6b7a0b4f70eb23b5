"""One streamed answer: what the application sends goes on as it comes, within the time and size that Lambda gives."""

import asyncio
from typing import Protocol

import orjson
from mangum.types import ASGI, LambdaContext, Message, Response, Scope

from graphql_api.functions.replies import FAST_BYTES, MAX_STREAMED_BYTES, RESERVE, too_large, unsendable
from graphql_api.logs import EventLogger

FAST_PIECE, PIECE = 1_048_576, 65_536
"""Bytes that are written at once, at full speed and after that; the clock is looked at between two of them."""

MAX_HEAD_BYTES = 16_384
"""What Lambda takes of status, headers and cookies, in JSON."""

PATIENCE = 0.2
"""Seconds of these in which a piece that was begun may be taken. It has to be whole before Lambda can be told more."""

NO_BODY = {204, 304}

log = EventLogger(__name__)


class BrokenOff(Exception):
    """An answer that ends too early: its maker failed, or time or size ran out. Lambda is told so behind the body."""


class Post(Protocol):
    """The way of one answer to Lambda."""

    def begin(self, head: bytes) -> None:
        """Open it, with the head before all."""

    async def write(self, piece: bytes | memoryview, seconds: float) -> None:
        """Send a piece of the body, and return once it is taken. Raises ``TimeoutError`` after ``seconds``."""

    def end(self, error: BrokenOff | None, seconds: float) -> None:
        """Say that the answer is whole, or why it is not, within ``seconds``."""

    def abort(self) -> None:
        """Close it as it is."""


class Exchange:
    """Runs the application once. ``status`` and ``sent``, the bytes of its body, are what came of it."""

    def __init__(self, scope: Scope, body: bytes, context: LambdaContext, post: Post) -> None:
        """Answer the request of ``scope`` and ``body`` by ``post``, within the invocation of ``context``."""
        self.status, self.sent = 500, 0
        self._scope, self._context, self._post = scope, context, post
        self._request: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._response: Response | None = None
        self._begun = self._whole = False
        self._over = asyncio.Event()  # nothing more is sent
        self._error: BrokenOff | None = None
        self._lost = False

    async def run(self, app: ASGI) -> None:
        """Make the answer and send it. Raises what the application raises before the head is sent."""
        try:
            await app(self._scope, self._receive, self._send)
        except Exception as error:
            if not self._begun:
                raise
            log.exception("answer_failed", request_id=self._context.aws_request_id)
            self._break_off(BrokenOff(f"The application failed: {type(error).__name__}."))
        if not self._begun:
            raise BrokenOff("The application ended without an answer.")
        if not self._whole:
            self._break_off(BrokenOff("The application ended before its answer."))
        self._finish()

    def _finish(self) -> None:
        if self._lost:
            self._post.abort()
            return
        try:
            self._post.end(self._error, self._seconds_left() + RESERVE)
        except OSError as error:
            self._lose(error)
            self._post.abort()

    async def _receive(self) -> Message:
        """Return the request, and later that the client has gone, as there is nobody to send to any more."""
        request, self._request = self._request, None
        if request is not None:
            return request
        await self._over.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        """Take a message of the application. What comes when nothing more is sent is dropped, as servers do."""
        if self._over.is_set():
            await asyncio.sleep(0)  # the application may be waiting to hear of it
        elif message["type"] == "http.response.start":
            self._response = {"status": message["status"], "headers": list(message.get("headers", [])), "body": b""}
        else:
            await self._send_body(message.get("body", b""), more=message.get("more_body", False))

    async def _send_body(self, body: bytes, *, more: bool) -> None:
        try:
            if not self._begun and self._response is not None:
                await self._begin(self._response)
            if not self._over.is_set():
                await self._write(body)
        except (OSError, TimeoutError) as error:
            self._lose(error)
        if not more and not self._over.is_set():
            self._whole = True
            self._over.set()

    async def _begin(self, response: Response) -> None:
        """Send the head: the application's, or that of 413 where the body behind it could not be sent."""
        size = next((int(value) for name, value in response["headers"] if name.lower() == b"content-length"), 0)
        refusal = unsendable(size, max(0.0, self._seconds_left()))
        if refusal:
            log.warning(
                "reply_too_large", request_id=self._context.aws_request_id, path=self._scope["path"], bytes=size
            )
            response = too_large(self._scope, response, refusal)
        self.status = response["status"]
        self._post.begin(_head(response))
        self._begun = True
        if refusal:
            await self._write(response["body"])
            self._whole = True
            self._over.set()

    async def _write(self, body: bytes) -> None:
        """Send a part of the body piece by piece; each is waited for, so that no more than one is held for a reader."""
        if self._scope["method"] == "HEAD" or self.status in NO_BODY:
            return
        view = memoryview(body)
        while view:
            size = FAST_PIECE if self.sent < FAST_BYTES else PIECE
            piece, view = view[:size], view[size:]
            left = self._seconds_left()
            if (left <= 0 and self.sent) or self.sent + len(piece) > MAX_STREAMED_BYTES:
                reason = "time" if left <= 0 else "size"
                self._break_off(BrokenOff(f"The {reason} of an answer was used up after {self.sent:,} bytes."))
                return
            await self._post.write(piece, max(0.0, left) + PATIENCE)
            self.sent += len(piece)

    def _break_off(self, error: BrokenOff) -> None:
        """End the answer before its end, unless it has ended."""
        if not self._whole and not self._over.is_set():
            log.error("answer_broken_off", request_id=self._context.aws_request_id, reason=str(error), bytes=self.sent)
            self._error = error
            self._over.set()

    def _lose(self, error: Exception) -> None:
        """Give the answer up: whoever reads it has gone, or has stopped to read in the middle of a piece."""
        log.warning("reader_lost", request_id=self._context.aws_request_id, reason=repr(error), bytes=self.sent)
        self._lost = True
        self._begun = True  # there is nobody who could be told of an error
        self._over.set()

    def _seconds_left(self) -> float:
        return float(self._context.get_remaining_time_in_millis()) / 1000 - RESERVE


def _head(response: Response) -> bytes:
    """Write status, headers and cookies as Lambda reads them. Raises ``BrokenOff`` where they are too large."""
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for raw_name, raw_value in response["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name == "set-cookie":
            cookies.append(value)
        else:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    head = orjson.dumps({"statusCode": response["status"], "headers": headers, "cookies": cookies})
    if len(head) > MAX_HEAD_BYTES:
        raise BrokenOff(f"The headers of the answer have {len(head):,} bytes, and at most {MAX_HEAD_BYTES:,} are sent.")
    return head

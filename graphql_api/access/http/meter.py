"""One admitted request: what it has paid, and what of its answer was sent."""

from collections.abc import Awaitable

from starlette.types import Message, Send

from graphql_api.access.callers import KEPT_COST, Caller
from graphql_api.access.http.marks import mark
from graphql_api.web.middleware import RequestLog


class Meter:
    """Charges a caller for one request, and counts its answer."""

    __slots__ = ("_caller", "_fields", "_paid", "_private", "_send", "_size", "_status")

    def __init__(self, caller: Caller, send: Send, fields: RequestLog, *, private: bool) -> None:
        """Send on by ``send``; the caller has paid for an answer from memory already."""
        self._caller = caller
        self._send = send
        self._fields = fields
        self._private = private
        self._paid = KEPT_COST
        self._size = self._status = 0

    async def reserve(self, cost: int) -> None:
        """Take what is not paid yet of a cost."""
        if cost > self._paid:
            await self._caller.reserve(cost - self._paid)
            self._paid = cost

    def settle(self, cost: int) -> None:
        """Take what the request did cost besides."""
        if cost > self._paid:
            self._caller.spend_cost(cost - self._paid)
            self._paid = cost

    def send(self, message: Message) -> Awaitable[None]:
        """Mark and count a message, and send it on."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message = {**message, "headers": mark(message["headers"], self._caller, private=self._private)}
        else:
            self._size += len(message.get("body", b""))
        return self._send(message)

    def finish(self) -> None:
        """Count the answer for usage."""
        failed = not self._status or self._status >= 400 or bool(self._fields.get("codes"))
        self._caller.count(self._size, int(failed))

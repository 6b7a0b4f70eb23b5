"""One request: when it is admitted, what it has paid, and what of its answer was sent."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.types import Message, Send

from graphql_api.access.callers import KEPT_COST, Caller
from graphql_api.access.http.answer_headers import with_caller_headers
from graphql_api.errors import ServiceError
from graphql_api.web.middleware import RequestLog


class Meter:
    """Charges a caller for one request, and counts its answer."""

    __slots__ = (
        "_caller",
        "_fields",
        "_paid",
        "_private",
        "_refusal",
        "_refuse",
        "_send",
        "_size",
        "_status",
        "_waits",
    )

    def __init__(
        self,
        caller: Caller,
        send: Send,
        fields: RequestLog,
        refuse: Callable[[ServiceError], Awaitable[None]],
        *,
        private: bool,
        waits: bool,
    ) -> None:
        """Send on by ``send``.

        A request that ``waits`` is admitted with its cost, at the latest before its answer begins. If that fails, the
        work ends, and ``refuse`` answers in its place. Another was admitted before, and has paid ``KEPT_COST``.
        """
        self._waits = waits
        self._refuse = refuse
        self._refusal: ServiceError | None = None
        self._caller = caller
        self._send = send
        self._fields = fields
        self._private = private
        self._paid = KEPT_COST
        self._size = self._status = 0

    async def reserve(self, cost: int) -> None:
        """Charge what is not paid yet of a cost. Raises as ``Caller.admit``."""
        if self._waits:
            self._waits = False
            try:
                await self._caller.admit(max(cost, KEPT_COST))
            except ServiceError as error:
                self._refusal = error
                raise
            self._paid = max(cost, KEPT_COST)
        elif cost > self._paid:
            await self._caller.reserve(cost - self._paid)
            self._paid = cost

    def settle(self, cost: int) -> None:
        """Charge what the request did cost besides."""
        if cost > self._paid:
            self._caller.spend_cost(cost - self._paid)
            self._paid = cost

    def send(self, message: Message) -> Awaitable[None]:
        """Mark and count a message, and send it on; nothing is sent for a request that is not admitted."""
        if self._waits or self._refusal is not None:
            return self._send_unadmitted(message)
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message = {
                **message,
                "headers": with_caller_headers(message["headers"], self._caller, private=self._private),
            }
        else:
            self._size += len(message.get("body", b""))
        return self._send(message)

    async def _send_unadmitted(self, message: Message) -> None:
        """Admit the request now and send the message, or refuse it once, in place of its answer."""
        with suppress(ServiceError):
            if self._waits:
                await self.reserve(KEPT_COST)
        if self._refusal is None:
            await self.send(message)
        elif message["type"] == "http.response.start":
            await self._refuse(self._refusal)

    def finish(self) -> None:
        """Count the answer for usage; one that was refused is none."""
        if self._refusal is not None:
            return
        failed = not self._status or self._status >= 400 or bool(self._fields.get("codes"))
        self._caller.count(self._size, int(failed))

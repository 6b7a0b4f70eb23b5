"""One request: when it is admitted, what it has paid, and what of its answer was sent."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from starlette.types import Message, Send

from graphql_api.access.callers import KEPT_COST, Caller
from graphql_api.access.errors import RateLimited
from graphql_api.access.http.answer_headers import with_caller_headers
from graphql_api.errors import ServiceError
from graphql_api.web.charge import TELLS_REFUSAL
from graphql_api.web.replay import CALLER


class Meter:
    """Charges a caller for one request, and counts its answer."""

    __slots__ = (
        "_caller",
        "_is_told",
        "_paid",
        "_private",
        "_refusal",
        "_refuse",
        "_send",
        "_size",
        "_state",
        "_status",
        "_waits",
    )

    def __init__(
        self,
        caller: Caller,
        state: dict[str, Any],
        send: Send,
        refuse: Callable[[ServiceError], Awaitable[None]],
        *,
        private: bool,
        waits: bool,
    ) -> None:
        """Send on by ``send``, and note in a request's ``state`` which key was admitted.

        A request that ``waits`` is admitted with its cost, at the latest before its answer begins. If that fails, the
        work ends, and ``refuse`` answers in its place, unless its route tells of a limit that is used up. Another was
        admitted before, and has paid ``KEPT_COST``.
        """
        self._waits = waits
        self._state = state
        self._refuse = refuse
        self._refusal: ServiceError | None = None
        self._caller = caller
        self._send = send
        self._private = private
        self._paid = KEPT_COST
        self._size = self._status = 0
        self._is_told = False
        if not waits:
            self._note_caller()

    async def reserve(self, cost: int) -> None:
        """Charge what is not paid yet of a cost. Raises as ``Caller.admit``; what was refused stays so."""
        if self._refusal is not None:
            raise self._refusal
        if self._waits:
            try:
                await self._admit(max(cost, KEPT_COST))
            except RateLimited:
                self._is_told = TELLS_REFUSAL in self._state and self._caller.credential is not None
                raise
        elif cost > self._paid:
            await self._caller.reserve(cost - self._paid)
            self._paid = cost

    async def _admit(self, cost: int) -> None:
        try:
            await self._caller.admit(cost)
        except ServiceError as error:
            self._refusal = error
            raise
        self._waits = False  # not before: an answer may begin meanwhile, as where the request takes too long
        self._paid = cost
        self._note_caller()

    def settle(self, cost: int) -> None:
        """Charge what the request did cost besides."""
        if cost > self._paid:
            self._caller.spend_cost(cost - self._paid)
            self._paid = cost

    def send(self, message: Message) -> Awaitable[None]:
        """Mark and count a message, and send it on; nothing is sent for a request that is not admitted."""
        if (self._waits or self._refusal is not None) and not self._is_told:
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

    def _note_caller(self) -> None:
        if self._caller.credential is not None:
            self._state[CALLER] = self._caller.credential

    async def _send_unadmitted(self, message: Message) -> None:
        """Admit the request now and send the message, or refuse it once, in place of its answer."""
        with suppress(ServiceError):
            if self._refusal is None:
                await self._admit(KEPT_COST)
        if self._refusal is None:
            await self.send(message)
        elif message["type"] == "http.response.start":
            await self._refuse(self._refusal)

    def finish(self) -> None:
        """Count the answer for usage; where the request was not admitted, there is none."""
        if self._waits or self._refusal is not None:
            return
        failed = not self._status or self._status >= 400 or bool(self._state["log"].get("codes"))
        self._caller.count(self._size, int(failed))

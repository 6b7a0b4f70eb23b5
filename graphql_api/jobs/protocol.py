"""The interface of a queue, which a store and SQS implement: it delivers each message once or more, in any order.

All methods block. They raise ``StoreUnavailable`` or ``StoreFault``.
"""

from dataclasses import dataclass
from typing import Protocol

from graphql_api.jobs.model import Order


@dataclass(frozen=True, slots=True)
class Message:
    """A delivery: ``order`` is None if it cannot be read, ``handle`` names the delivery to its queue."""

    order: Order | None
    handle: str


class Queue(Protocol):
    """A queue, safe to be shared by threads and processes."""

    def send(self, order: Order) -> None:
        """Add a message."""

    def receive(self, hidden: float) -> Message | None:
        """Return a message, which no other worker receives for ``hidden`` seconds; None if there is none now."""

    def release(self, message: Message, seconds: float) -> None:
        """Let a received message be delivered again after ``seconds``."""

    def delete(self, message: Message) -> None:
        """Delete a received message."""

    def close(self) -> None:
        """Close connections."""

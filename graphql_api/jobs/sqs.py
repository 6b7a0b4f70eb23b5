"""A queue of SQS. Its redrive policy moves a message to the queue of dead letters that workers died of."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from threading import Lock
from typing import Any

import orjson

from graphql_api.errors import StoreFault, StoreUnavailable
from graphql_api.jobs.model import Order
from graphql_api.jobs.orders import read_order, write_order
from graphql_api.jobs.protocol import Message
from graphql_api.storage.faults import error_code, faults, is_passing
from graphql_api.store.messages import REFUSED, UNAVAILABLE

TIMEOUTS = 1.0, 3.0
"""Seconds to connect and to wait for an answer."""

POLL_SECONDS = 1
"""Seconds that a worker without messages waits at the queue."""


class SqsQueue:
    """Implements ``Queue``."""

    def __init__(self, url: str, region: str = "") -> None:
        """Talk to the queue at ``url``; nothing is connected to yet."""
        self._url = url
        self._region = region or None
        self._lock = Lock()
        self._made: Any = None

    def send(self, order: Order) -> None:
        """Send a message. One that seems to have failed may have been sent, which does no harm."""
        with _translated():
            self._client().send_message(QueueUrl=self._url, MessageBody=orjson.dumps(write_order(order)).decode())

    def receive(self, hidden: float) -> Message | None:
        """Receive a message."""
        with _translated():
            answer = self._client().receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=1,
                VisibilityTimeout=ceil(hidden),
                WaitTimeSeconds=POLL_SECONDS,
            )
        messages = answer.get("Messages", [])
        return Message(read_order(messages[0]["Body"]), messages[0]["ReceiptHandle"]) if messages else None

    def release(self, message: Message, seconds: float) -> None:
        """Change how long a message is hidden."""
        with _translated():
            self._client().change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=message.handle, VisibilityTimeout=ceil(max(0, seconds))
            )

    def delete(self, message: Message) -> None:
        """Delete a message."""
        with _translated():
            self._client().delete_message(QueueUrl=self._url, ReceiptHandle=message.handle)

    def close(self) -> None:
        """Close the connections."""
        if self._made is not None:
            self._made.close()

    def _client(self) -> Any:
        if self._made is None:
            with self._lock:
                self._made = self._made or self._make()
        return self._made

    def _make(self) -> Any:
        from boto3.session import Session
        from botocore.config import Config

        config = Config(
            connect_timeout=TIMEOUTS[0],
            read_timeout=TIMEOUTS[1],
            retries={"mode": "standard", "total_max_attempts": 2},
        )
        return Session().client("sqs", region_name=self._region, config=config)


@contextmanager
def _translated() -> Iterator[None]:
    """Raise our errors for those of the SDK."""
    try:
        yield
    except faults() as error:
        passing = is_passing(error)
        kind, message = (StoreUnavailable, UNAVAILABLE) if passing else (StoreFault, REFUSED)
        raise kind(message, error_code=error_code(error)) from error

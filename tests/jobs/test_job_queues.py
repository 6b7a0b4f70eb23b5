"""Queues: one suite over the queue in the store and SQS."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqs_queues import REGION, sqs_queues

from graphql_api.errors import StoreFault
from graphql_api.jobs.model import Order
from graphql_api.jobs.protocol import Queue
from graphql_api.jobs.sqs import SqsQueue
from graphql_api.jobs.stored_queue import StoredQueue
from graphql_api.store.sqlite import SqliteStore

ORDER = Order("note", "name", 1, {"馬": [1, 2.5, None]})
OTHER = Order("note", "other", 2, {})

Garble = Callable[[], None]


@pytest.fixture(params=["store", "sqs"])
def queue_and_garble(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Queue, Garble]]:
    """Give a queue, and what sends a message that is no order."""
    if request.param == "store":
        store = SqliteStore(tmp_path / "store.sqlite3")
        from graphql_api.store.protocol import Key

        yield StoredQueue(store), lambda: store.put(Key("QUEUE", "0"), {"job": 1}) and None
        store.close()
        return
    with sqs_queues() as queues:
        queue = SqsQueue(queues.url, REGION)
        yield queue, lambda: queues.client.send_message(QueueUrl=queues.url, MessageBody="nonsense") and None
        queue.close()


@pytest.fixture
def queue(queue_and_garble: tuple[Queue, Garble]) -> Queue:
    """Give the queue."""
    return queue_and_garble[0]


def test_an_empty_queue_gives_nothing(queue: Queue) -> None:
    """And raises nothing."""
    assert queue.receive(60) is None


def test_a_message_is_hidden_while_it_is_worked_on(queue: Queue) -> None:
    """Nobody else receives it until then; once deleted, nobody does at all."""
    queue.send(ORDER)
    message = queue.receive(60)
    assert message is not None
    assert message.order == ORDER
    assert queue.receive(60) is None
    queue.delete(message)
    assert queue.receive(60) is None


def test_a_message_that_nobody_deletes_comes_again(queue: Queue) -> None:
    """The worker died."""
    queue.send(ORDER)
    assert queue.receive(0) is not None
    again = queue.receive(60)
    assert again is not None
    assert again.order == ORDER


def test_a_released_message_comes_again(queue: Queue) -> None:
    """At once or later, as it is said."""
    queue.send(ORDER)
    message = queue.receive(60)
    assert message is not None
    queue.release(message, 0)
    again = queue.receive(60)
    assert again is not None
    assert again.order == ORDER
    queue.release(again, 30)
    assert queue.receive(60) is None


def test_each_message_is_received_by_one(queue: Queue) -> None:
    """Whatever their order."""
    queue.send(ORDER)
    queue.send(OTHER)
    received = [queue.receive(60), queue.receive(60), queue.receive(60)]
    names = {each.order.name for each in received if each is not None and each.order is not None}
    assert names == {"name", "other"}
    assert received[2] is None


def test_a_message_that_is_no_order_is_told_as_such(queue_and_garble: tuple[Queue, Garble]) -> None:
    """It can be deleted as any other."""
    queue, garble = queue_and_garble
    garble()
    message = queue.receive(60)
    assert message is not None
    assert message.order is None
    queue.delete(message)
    assert queue.receive(60) is None


def test_a_queue_that_is_not_there_takes_an_operator() -> None:
    """It is our error that is raised."""
    with sqs_queues() as queues:
        queue = SqsQueue(queues.url + "-gone", REGION)
        with pytest.raises(StoreFault) as caught:
            queue.send(ORDER)
        assert "QueueDoesNotExist" in str(caught.value.log_fields) or "NonExistentQueue" in str(caught.value.log_fields)
        queue.close()

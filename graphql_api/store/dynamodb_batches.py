"""Batches of items for DynamoDB: what it leaves unprocessed is sent again, later each time."""

import time
from collections.abc import Mapping, Sequence
from random import uniform
from typing import Any

from graphql_api.errors import StoreUnavailable
from graphql_api.store.bodies import encode
from graphql_api.store.dynamodb_client import LazyClient, translated
from graphql_api.store.dynamodb_items import attributes_of
from graphql_api.store.messages import UNAVAILABLE
from graphql_api.store.protocol import Item, Write

BATCH = 25
"""Items of one call, at most."""

MAX_SENT = 6
"""How often what is left is sent."""

FIRST_PAUSE = 0.05
"""Seconds, at most, before what is left is sent again; twice as long after each further time. A pause is random."""


class Batches:
    """Writes items to one table."""

    def __init__(self, client: LazyClient, table: str) -> None:
        """Write to ``table`` by ``client``."""
        self._client = client
        self._table = table

    def put(self, writes: Sequence[Write]) -> None:
        """Write items whole. Raises ``StoreUnavailable`` if some are left in the end, and ``ItemTooLarge``."""
        by_key = {each.key: _request(each) for each in writes}  # one call may not name a key twice
        requests = list(by_key.values())
        for start in range(0, len(requests), BATCH):
            self._write(requests[start : start + BATCH])

    def _write(self, requests: Sequence[Any]) -> None:
        client = self._client.get()
        pause = FIRST_PAUSE
        for _ in range(MAX_SENT):
            with translated():
                answer = client.batch_write_item(RequestItems={self._table: requests})
            requests = answer.get("UnprocessedItems", {}).get(self._table, [])
            if not requests:
                return
            time.sleep(uniform(0, pause))  # noqa: S311 - so that writers who were refused together do not meet again
            pause *= 2
        raise StoreUnavailable(UNAVAILABLE, reason="throttled", unwritten=len(requests))


def _request(write: Write) -> Mapping[str, Any]:
    item = Item(write.key, 1, write.body, {}, write.expires)
    return {"PutRequest": {"Item": attributes_of(item, encode(write.key, write.body))}}

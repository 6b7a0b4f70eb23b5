"""The store on AWS: one table of DynamoDB, which all instances share."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql_api.errors import Conflict, StoreUnavailable
from graphql_api.store.bodies import check_names, contains, encode
from graphql_api.store.dynamodb_batches import Batches
from graphql_api.store.dynamodb_client import TIMEOUTS, LazyClient, translated
from graphql_api.store.dynamodb_items import ALIVE, EXISTS, GONE, NUMBER, Update, attributes_of, item_of, key_of, number
from graphql_api.store.messages import CHANGED, UNAVAILABLE
from graphql_api.store.protocol import MAX_QUERY_ITEMS, Drawn, Item, Key, Page, Write
from graphql_api.store.rate_limits import Draw, settle

MAX_TRIES = 4
"""Calls of one operation that others change the item beneath."""


class DynamoDbStore:
    """Implements ``ItemStore``.

    The role needs GetItem, Query, PutItem, UpdateItem and, for ``put_all``, BatchWriteItem; no right to scan or delete.
    """

    def __init__(
        self,
        table: str,
        region: str = "",
        clock: Callable[[], float] = time.time,
        timeouts: tuple[float, float] = TIMEOUTS,
    ) -> None:
        """Keep items in ``table``; nothing is connected to yet."""
        self._table = table
        self._client = LazyClient(region, timeouts)
        self._clock = clock
        self._batches = Batches(self._client, table)

    def get(self, key: Key) -> Item | None:
        """Return an item."""
        client = self._client.get()
        with translated():
            answer = client.get_item(TableName=self._table, Key=key_of(key), ConsistentRead=True)
        found = item_of(answer["Item"]) if "Item" in answer else None
        return found if found is not None and self._is_alive(found) else None

    def put(
        self, key: Key, body: Mapping[str, Any], *, expected: int | None = None, expires: int | None = None
    ) -> Item:
        """Write a body."""
        text = encode(key, body)
        for _ in range(MAX_TRIES):
            written = None if expected == 0 else self._replace(key, text, expected, expires)
            if written is None and not expected:
                written = self._create(Item(key, 1, body, {}, expires), text)
            if written is not None:
                return written
            if expected is not None:
                raise Conflict(CHANGED)
        raise StoreUnavailable(UNAVAILABLE, reason="contended")

    def _replace(self, key: Key, text: str, expected: int | None, expires: int | None) -> Item | None:
        """Write the body of an item that is there; None if it does not exist or has another version."""
        update = self._update(EXISTS)
        update.set("body", {"S": text})
        update.raise_by("version", 1)
        update.expire(expires)
        if expected is not None:
            update.require_version(expected)
        return self._apply(key, update)[0]

    def _create(self, item: Item, text: str) -> Item | None:
        """Write an item that is not there; None if it exists."""
        client = self._client.get()
        with translated():
            try:
                client.put_item(
                    TableName=self._table,
                    Item=attributes_of(item, text),
                    ConditionExpression=GONE,
                    ExpressionAttributeNames={"#ttl": "ttl"},
                    ExpressionAttributeValues={":second": number(self._second())},
                )
            except client.exceptions.ConditionalCheckFailedException:
                return None
        return item

    def put_all(self, writes: Sequence[Write]) -> None:
        """Write items whole, 25 with each call."""
        self._batches.put(writes)

    def query(self, pk: str, prefix: str = "", after: str | None = None, limit: int = 100) -> Page:
        """Return a page of items."""
        limit = min(limit, MAX_QUERY_ITEMS)
        items: list[Item] = []
        arguments: dict[str, Any] = {
            "TableName": self._table,
            "ConsistentRead": True,
            "Limit": limit,
            "KeyConditionExpression": "PK = :pk AND begins_with(SK, :prefix)" if prefix else "PK = :pk",
            "FilterExpression": ALIVE,
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": {":pk": {"S": pk}, ":second": number(self._second())},
        }
        if prefix:
            arguments["ExpressionAttributeValues"][":prefix"] = {"S": prefix}
        client = self._client.get()
        while len(items) < limit:  # a page loses what has expired after it was cut
            if after is not None:
                arguments["ExclusiveStartKey"] = key_of(Key(pk, after))
            with translated():
                answer = client.query(**arguments)
            items += map(item_of, answer["Items"])
            after = answer["LastEvaluatedKey"]["SK"]["S"] if "LastEvaluatedKey" in answer else None
            if after is None:
                return Page(tuple(items[:limit]), items[limit - 1].key.sk if len(items) > limit else None)
        return Page(tuple(items[:limit]), items[limit - 1].key.sk)

    def add(self, key: Key, amounts: Mapping[str, int], *, expires: int | None = None) -> Item:
        """Add to numbers."""
        check_names(amounts)
        for _ in range(MAX_TRIES):
            update = self._update(EXISTS)
            for name, amount in amounts.items():
                update.raise_by(NUMBER + name, amount)
            if expires is not None:
                update.expire(expires)
            added = self._apply(key, update)[0] or self._create(Item(key, 1, {}, amounts, expires), "{}")
            if added is not None:
                return added
        raise StoreUnavailable(UNAVAILABLE, reason="contended")

    def draw(
        self,
        key: Key,
        now: int,
        draws: Mapping[str, Draw],
        seen: Mapping[str, int] | None = None,
        holding: str = "",
    ) -> Drawn | None:
        """Take from limits.

        A condition can compare, but not calculate: the outcome is calculated here from the marks last seen, and written
        under the condition that it follows from those that are there. If not, the answer tells the marks for a retry.
        """
        check_names(draws)
        marks, item = seen or {}, None
        for _ in range(MAX_TRIES):
            settled = settle(draws, marks, now)
            if settled.granted or any(draw.owed for draw in draws.values()):
                update = self._update(EXISTS)
                if holding:
                    update.require_text(holding)
                for name, draw in draws.items():
                    update.move_mark(name, draw, settled, marks.get(name, 0), now)
                written, item = self._apply(key, update)
                if written is not None:
                    known = {name: marks.get(name, 0) for name in draws}
                    settled = settle(draws, {**written.numbers, **known}, now)  # by the item's own amounts
                    return Drawn(settled.granted, settled.taken, written)
            elif item is not None:
                return Drawn(settled.granted, settled.taken, item)
            item = item or self.get(key)  # not every stand-in tells the item that a condition refused
            if item is None or not self._is_alive(item) or not contains(item, holding):
                return None
            marks = item.numbers
        raise StoreUnavailable(UNAVAILABLE, reason="contended")

    def delete(self, key: Key, *, expected: int | None = None) -> None:
        """Empty an item and let it expire; DynamoDB then deletes it by itself."""
        written = self._replace(key, "{}", expected, self._second())
        if written is None and expected:
            raise Conflict(CHANGED)

    def check(self) -> None:
        """Read something."""
        self.get(Key("-", "-"))

    def close(self) -> None:
        """Close the client."""
        self._client.close()

    def _update(self, condition: str) -> Update:
        return Update(condition, self._second())

    def _apply(self, key: Key, update: Update) -> tuple[Item | None, Item | None]:
        """Return the item as it became, or, where a condition failed, None and the item as it is, if that is told."""
        client = self._client.get()
        with translated():
            try:
                answer = client.update_item(**update.arguments(key, self._table))
            except client.exceptions.ConditionalCheckFailedException as error:
                found: Any = error.response.get("Item")
                return None, item_of(found) if found else None
        return item_of(answer["Attributes"]), None

    def _is_alive(self, item: Item) -> bool:
        return item.expires is None or item.expires > self._second()

    def _second(self) -> int:
        return int(self._clock())

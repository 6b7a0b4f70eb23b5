"""Items as DynamoDB holds them, and the expressions that read and change them.

An item has the attributes PK, SK, version, body (JSON), ttl where it expires, and ``n_name`` for each number.
"""

from collections.abc import Mapping
from typing import Any

from graphql_api.store.bodies import decode
from graphql_api.store.protocol import Item, Key
from graphql_api.store.rate_limits import Draw, Settled

NUMBER = "n_"
ALIVE = "(attribute_not_exists(#ttl) OR #ttl > :second)"
EXISTS = f"attribute_exists(PK) AND {ALIVE}"
GONE = "(attribute_not_exists(PK) OR #ttl <= :second)"
"""DynamoDB deletes what has expired within days: until then, each expression has to look."""

Attributes = Mapping[str, Any]


def key_of(key: Key) -> dict[str, Any]:
    """Return the key as attributes."""
    return {"PK": {"S": key.pk}, "SK": {"S": key.sk}}


def number(value: int) -> dict[str, str]:
    """Return a number as an attribute's value."""
    return {"N": str(value)}


def item_of(found: Attributes) -> Item:
    """Read an item."""
    numbers = {name.removeprefix(NUMBER): int(value["N"]) for name, value in found.items() if name.startswith(NUMBER)}
    expires = int(found["ttl"]["N"]) if "ttl" in found else None
    key = Key(found["PK"]["S"], found["SK"]["S"])
    return Item(key, int(found["version"]["N"]), decode(found["body"]["S"]), numbers, expires)


def attributes_of(item: Item, body: str) -> dict[str, Any]:
    """Write an item, whose body is ``body`` as JSON."""
    numbers = {NUMBER + name: number(value) for name, value in item.numbers.items()}
    expiry = {} if item.expires is None else {"ttl": number(item.expires)}
    return {**key_of(item.key), "version": number(item.version), "body": {"S": body}, **expiry, **numbers}


class Update:
    """An update and its condition, put together part by part."""

    def __init__(self, condition: str, second: int) -> None:
        """Begin with a condition on expiry, of which ``second`` is now."""
        self.conditions = [condition]
        self.sets: list[str] = []
        self.removes: list[str] = []
        self.names: dict[str, str] = {"#ttl": "ttl"}
        self.values: dict[str, Any] = {":second": number(second)}

    def set(self, name: str, value: Mapping[str, Any]) -> None:
        """Set an attribute."""
        self._name(name)
        self.values[f":{name}"] = value
        self.sets.append(f"#{name} = :{name}")

    def expire(self, expires: int | None) -> None:
        """Set or remove the expiry."""
        if expires is None:
            self.removes.append("#ttl")
        else:
            self.set("ttl", number(expires))

    def require_version(self, expected: int) -> None:
        """Require a version."""
        self._name("version")
        self.values[":expected"] = number(expected)
        self.conditions.append("#version = :expected")

    def require_text(self, text: str) -> None:
        """Require a text in the body."""
        self._name("body")
        self.values[":text"] = {"S": text}
        self.conditions.append("contains(#body, :text)")

    def raise_by(self, name: str, amount: int) -> None:
        """Add to a number; a missing number counts as 0."""
        self._name(name)
        self.values |= {f":{name}": number(amount), ":zero": number(0)}
        self.sets.append(f"#{name} = if_not_exists(#{name}, :zero) + :{name}")

    def move_mark(self, limit: str, draw: Draw, settled: Settled, mark: int, now: int) -> None:
        """Move a limit's mark, under the condition that ``settled`` follows from the mark that is there."""
        name, amount = NUMBER + limit, draw.owed + settled.taken[limit]
        self._name(name)
        self.values[":now"] = number(now)
        if mark <= now:  # all is earned: the mark begins anew
            self.values[f":{name}"] = number(settled.taken[limit])
            taken = f":{name}"
            if draw.part:  # the item may name another amount
                self._name(NUMBER + draw.part)
                taken = f"if_not_exists(#{NUMBER}{draw.part}, {taken})"
            self.values[f":from_{name}"] = number(settled.marks[limit] - settled.taken[limit])
            self.sets.append(f"#{name} = {taken} + :from_{name}")
            self.conditions.append(f"(attribute_not_exists(#{name}) OR #{name} <= :now)")
            return
        self.values[f":{name}"] = number(amount)
        self.sets.append(f"#{name} = #{name} + :{name}")
        self.conditions.append(f"#{name} > :now")
        if settled.granted:
            self.values[f":most_{name}"] = number(now + draw.burst - amount)
            self.conditions.append(f"#{name} <= :most_{name}")

    def arguments(self, key: Key, table: str) -> dict[str, Any]:
        """Return the arguments of ``update_item``."""
        removes = f" REMOVE {', '.join(self.removes)}" if self.removes else ""
        return {
            "TableName": table,
            "Key": key_of(key),
            "UpdateExpression": f"SET {', '.join(self.sets)}{removes}",
            "ConditionExpression": " AND ".join(self.conditions),
            "ExpressionAttributeNames": self.names,
            "ExpressionAttributeValues": self.values,
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def _name(self, name: str) -> None:
        self.names[f"#{name}"] = name

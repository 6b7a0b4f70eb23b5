"""Bodies of items as JSON texts, and the bounds on names and sizes that hold in every store."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from graphql_api.errors import ItemTooLarge
from graphql_api.store.protocol import MAX_ITEM_BYTES, Item, Key

_NUMBER_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
"""Names of numbers: they become a part of expressions and of attribute names."""


def encode(key: Key, body: Mapping[str, Any]) -> str:
    """Return a body as JSON. Raises ``ItemTooLarge``."""
    text = orjson.dumps(body)
    size = len(text) + len(key.pk.encode()) + len(key.sk.encode())
    if size > MAX_ITEM_BYTES:
        raise ItemTooLarge(f"The item is larger than {MAX_ITEM_BYTES:,} bytes.", bytes=size)
    return text.decode()


def decode(text: str) -> Mapping[str, Any]:
    """Return the body that ``encode`` wrote."""
    body: Mapping[str, Any] = orjson.loads(text)
    return body


def contains(item: Item, text: str) -> bool:
    """Return whether the JSON of an item's body contains a text."""
    return not text or text in encode(item.key, item.body)


def check_names(names: Mapping[str, Any]) -> None:
    """Raise ``ValueError`` for a number's name that not every store can hold."""
    for name in names:
        if not _NUMBER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a number.")

"""Budgets of tokens: the maximum of a call is charged before it, and corrected after it."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphql_api.store.protocol import Key
from graphql_api.store.service import Store

TOKENS = "tokens"
"""The name of the counter of tokens in items of the store."""

KEPT_DAYS = 2
"""Days for which the count of a day is stored."""


@dataclass(frozen=True, slots=True)
class Cap:
    """A count of tokens in the store, its limit, and its expiry. None does not change the expiry."""

    key: Key
    most: int
    expires: int | None = None


async def charge(store: Store, caps: Sequence[Cap], tokens: int) -> bool:
    """Charge tokens to all caps. Return False and charge nothing if one of them would be exceeded."""
    charged: list[Cap] = []
    for cap in caps:
        item = await store.add(cap.key, {TOKENS: tokens}, expires=cap.expires)
        charged.append(cap)
        if item.numbers[TOKENS] > cap.most:
            await correct(store, charged, -tokens)
            return False
    return True


async def correct(store: Store, caps: Sequence[Cap], difference: int) -> None:
    """Add the difference between used and charged tokens to all caps. It may be negative."""
    for cap in caps:
        await store.add(cap.key, {TOKENS: difference}, expires=cap.expires)


async def spent(store: Store, cap: Cap) -> int:
    """Return how many tokens are charged to a cap."""
    item = await store.get(cap.key)
    return 0 if item is None else item.numbers.get(TOKENS, 0)

"""Budgets of tokens: charged before a call as the most that it may take, and corrected after it."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphql_api.store.protocol import Key
from graphql_api.store.service import Store

TOKENS = "tokens"
"""The number that counts tokens in items of the store."""

KEPT_DAYS = 2
"""How long the count of a day is kept."""


@dataclass(frozen=True, slots=True)
class Cap:
    """A count of tokens in the store, the most that it may come to, and when it expires: None leaves it as it is."""

    key: Key
    most: int
    expires: int | None = None


async def charge(store: Store, caps: Sequence[Cap], tokens: int) -> bool:
    """Charge tokens to all caps; return whether all had room, else nothing is charged."""
    charged: list[Cap] = []
    for cap in caps:
        item = await store.add(cap.key, {TOKENS: tokens}, expires=cap.expires)
        charged.append(cap)
        if item.numbers[TOKENS] > cap.most:
            await correct(store, charged, -tokens)
            return False
    return True


async def correct(store: Store, caps: Sequence[Cap], difference: int) -> None:
    """Add to all caps what a call took beside what was charged for it; negative for less."""
    for cap in caps:
        await store.add(cap.key, {TOKENS: difference}, expires=cap.expires)


async def spent(store: Store, cap: Cap) -> int:
    """Return how many tokens are charged to a cap."""
    item = await store.get(cap.key)
    return 0 if item is None else item.numbers.get(TOKENS, 0)

"""Caps on tokens of models: charged before a call as the most that it may take, and corrected after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from graphql_api.consultations.stored import TOKENS
from graphql_api.store.protocol import Key
from graphql_api.store.service import Store

KEPT = timedelta(days=2)
"""How long a day's count is kept."""


@dataclass(frozen=True, slots=True)
class Cap:
    """A count of tokens in the store, the most that it may come to, and when it expires: None leaves it as it is."""

    key: Key
    most: int
    expires: int | None = None


def daily(day: datetime, key_id: str, per_key: int, per_day: int) -> tuple[Cap, Cap]:
    """Return the caps of a day in UTC: that of the caller's key, or of all callers without one, and that of all."""
    expires = int((day + KEPT).timestamp())
    name = f"CONSULTATION-TOKENS#{day:%Y-%m-%d}"
    return Cap(Key(name, f"KEY#{key_id}"), per_key, expires), Cap(Key(name, "ALL"), per_day, expires)


async def charge(store: Store, caps: Sequence[Cap], tokens: int) -> bool:
    """Charge tokens to all caps; say whether all had room, else nothing is charged."""
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

"""Changes of a slip: pure functions from a slip to the next. Each raises ``BadUserInput`` or ``NotFound``."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from graphql_api.errors import BadUserInput, NotFound
from graphql_api.slips.model import Slip, SlipItem
from graphql_api.slips.tickets.combinations import MAX_COST, cost

MAX_ITEMS = 100


@dataclass(frozen=True, slots=True)
class Changed:
    """A slip after a change. ``item_id`` is the changed item, ``is_merged`` whether it existed before."""

    slip: Slip
    item_id: str | None = None
    is_merged: bool = False


Change = Callable[[Slip], Changed]


def add(slip: Slip, item: SlipItem) -> Changed:
    """Add an item. If the same bet is on the slip, add the stakes."""
    same = next((each for each in slip.items if each.is_same_bet(item)), None)
    if same is not None:
        changed = change_stake(slip, same.id, same.unit_stake + item.unit_stake)
        return replace(changed, is_merged=True)
    if len(slip.items) == MAX_ITEMS:
        raise BadUserInput(f"A slip can have at most {MAX_ITEMS} items.")
    return Changed(_with_items(slip, (*slip.items, item)), item.id)


def change_stake(slip: Slip, item_id: str, unit_stake: int) -> Changed:
    """Change the stake on each combination of an item."""
    item = _find(slip, item_id)
    cost(item.combinations, unit_stake)
    changed = replace(item, unit_stake=unit_stake)
    items = tuple(changed if each is item else each for each in slip.items)
    return Changed(_with_items(slip, items), item_id)


def remove(slip: Slip, item_id: str) -> Changed:
    """Remove an item."""
    item = _find(slip, item_id)
    return Changed(_with_items(slip, tuple(each for each in slip.items if each is not item)))


def clear(slip: Slip) -> Changed:
    """Remove all items."""
    return Changed(_with_items(slip, ()))


def _find(slip: Slip, item_id: str) -> SlipItem:
    item = slip.item(item_id)
    if item is None:
        raise NotFound("The slip has no such item.")
    return item


def _with_items(slip: Slip, items: tuple[SlipItem, ...]) -> Slip:
    changed = replace(slip, items=items)
    if changed.total > MAX_COST:
        raise BadUserInput(f"The slip would cost {changed.total:,} yen. The maximum is {MAX_COST:,}.")
    return changed

"""Kinds of foreign values, which frames do not need, and the search for them."""

from typing import Any

from graphql_api.pickles.limits import Budget
from graphql_api.pickles.names import FOREIGN
from graphql_api.pickles.standins import Foreign, Name, Node, Pairs

_SHOWN = 50  # characters of an Arrow type that messages show


def kind_of(value: Any) -> str:
    """Return the kind of a recorded value for people, by its own name if it has one."""
    match value:
        case Foreign(args=(spelling,)):
            return str(spelling)
        case Node(name="arrow_type", args=(str(alias),)):
            return alias[:_SHOWN]
        case Node(name=name):
            return name
        case Name(spelling=spelling):
            return f"{spelling} itself"
        case Pairs():
            return "dict"
    return type(value).__name__


def holds_foreign(value: Any, budget: Budget) -> bool:
    """Return whether a recorded value contains foreign values. Each object is checked and charged once."""
    seen: dict[int, Any] = {}
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Node | Name) and value.name == FOREIGN:
            return True
        if id(value) not in seen:
            seen[id(value)] = value
            parts = _parts(value)
            budget.spend_cells(len(parts))
            waiting += parts
    return False


def _parts(value: Any) -> list[Any]:
    match value:
        case list() | tuple():
            return list(value)
        case Pairs(items=items):
            return [part for pair in items for part in pair]
        case Node(args=args, state=state):
            return [*args, state]
    return []

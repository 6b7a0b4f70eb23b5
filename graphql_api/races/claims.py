"""Resolving different values of several files: the majority decides, then the newest file."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from graphql_api.races.model import Conflict

FileAge = Callable[[str], Any]
"""Returns a sort key of a jockey's file by time. The newest file has the greatest."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The value of one file. None if the file does not have it."""

    value: Any
    jockey_id: str


def settle(claims: Iterable[Claim], age: FileAge) -> tuple[Any, list[Claim]]:
    """Return the most frequent value, or the newest of several such ones, and the claims with other values.

    Without any claim the value is None.
    """
    said = [claim for claim in claims if claim.value is not None]
    if not said:
        return None, []
    counts = Counter(claim.value for claim in said)
    newest = {claim.value: claim.jockey_id for claim in sorted(said, key=lambda claim: _age(claim, age))}
    chosen = max(counts, key=lambda value: (counts[value], age(newest[value]), newest[value]))
    return chosen, [claim for claim in said if claim.value != chosen]


def conflict(field: str, others: Sequence[Claim], horse_number: int | None = None) -> Conflict:
    """Return a conflict with the rejected claims."""
    values = dict.fromkeys(_text(claim.value) for claim in others)
    return Conflict(field, horse_number, tuple(values), tuple(sorted({claim.jockey_id for claim in others})))


def _age(claim: Claim, age: FileAge) -> tuple[Any, str]:
    return age(claim.jockey_id), claim.jockey_id


def _text(value: Any) -> str:
    """Return a value as the API writes it."""
    if isinstance(value, Enum):
        return value.name
    return value.isoformat() if isinstance(value, date) else str(value)

"""What several files say of one thing, settled: the majority, else what the newest file says."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from graphql_api.races.model import Conflict

FileAge = Callable[[str], Any]
"""Gives, of a jockey's id, what orders the files by time: the newest file has the greatest."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one file says; a value that is None says nothing."""

    value: Any
    jockey_id: str


def settle(claims: Iterable[Claim], age: FileAge) -> tuple[Any, list[Claim]]:
    """Return the value that most files say, that of the newest of them where several are said as often; and the rest.

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
    """Tell of the claims that were not taken."""
    values = dict.fromkeys(_text(claim.value) for claim in others)
    return Conflict(field, horse_number, tuple(values), tuple(sorted({claim.jockey_id for claim in others})))


def _age(claim: Claim, age: FileAge) -> tuple[Any, str]:
    return age(claim.jockey_id), claim.jockey_id


def _text(value: Any) -> str:
    """Write a value as the API does."""
    if isinstance(value, Enum):
        return value.name
    return value.isoformat() if isinstance(value, date) else str(value)

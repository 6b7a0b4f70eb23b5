"""A fact about a race, for comments and consultations."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact about a race, as a sentence and as numbers.

    ``value`` is a rate from 0 to 1, ``interval`` its 95 % interval. Both are None if the ``sample`` is too
    small, or the fact has no rate. ``horse_number`` and ``sample`` are None for facts that are not about a jockey.
    """

    race_id: str
    statement: str
    source: str
    horse_number: int | None = None
    sample: int | None = None
    value: float | None = None
    interval: tuple[float, float] | None = None

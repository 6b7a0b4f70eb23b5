"""A fact on a race, as comments and consultations tell it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact on a race, in words and as numbers.

    ``value`` is a rate from 0 to 1, ``interval`` holds it in 95 of 100 cases; both are None where the ``sample`` is too
    small, or where no rate is told. ``horse_number`` and ``sample`` are None for facts that are on no rider.
    """

    race_id: str
    statement: str
    source: str
    horse_number: int | None = None
    sample: int | None = None
    value: float | None = None
    interval: tuple[float, float] | None = None

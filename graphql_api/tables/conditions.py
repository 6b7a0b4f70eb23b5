"""Conditions on the rows of a table: plain, hashable data, so that they can name a choice of rows in caches."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """One test of a value: an operator of ``OPERATORS``, and what it compares with.

    The operand is of the field's type; a frozenset for ``in``, a bool for ``is_null``, and for the operators of lists
    the tests that elements have to pass.
    """

    operator: str
    operand: Any


@dataclass(frozen=True, slots=True)
class Where:
    """A field whose value has to pass all tests."""

    field: str
    tests: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part has to hold; holds where there is none."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part has to hold; fails where there is none."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not hold."""

    part: "Condition"


Condition = Where | All | AnyOf | Not

EVERYTHING = All(())

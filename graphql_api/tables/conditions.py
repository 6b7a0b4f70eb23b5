"""Conditions on the rows of a table. They are hashable, so that caches can use them as keys."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """One test of a value: an operator of ``OPERATORS`` and its operand.

    The operand has the field's type. It is a frozenset for ``in``, a bool for ``is_null``, and for operators of lists
    the tests for elements.
    """

    operator: str
    operand: Any


@dataclass(frozen=True, slots=True)
class Where:
    """A field with tests that its value must pass."""

    field: str
    tests: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class All:
    """All parts must hold. True without parts."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part must hold. False without parts."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not hold."""

    part: "Condition"


Condition = Where | All | AnyOf | Not

EVERYTHING = All(())

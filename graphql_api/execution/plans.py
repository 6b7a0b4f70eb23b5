"""Plans: a selection set compiled once into plain data that writes its answer as JSON bytes.

A plan only ever succeeds. Whatever it does not know (abstract types, other directives, permissions, field extensions),
whatever fails (an error in a resolver, null in a non-null field, a value that cannot be serialised), raises, and the
general executor answers instead, with its own errors, paths and order.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from inspect import iscoroutine
from itertools import chain
from typing import Any, NamedTuple, Protocol

from graphql_api.execution.encoding import RowTemplate
from graphql_api.execution.private_names import VariableValues
from graphql_api.tables.windows import Window


class Unplanned(Exception):
    """The plan does not cover this; the general executor must answer."""


class RowWriter(Protocol):
    """What writes the rows of a window, from a cache of encoded projections or afresh."""

    def __call__(self, window: Window[Any], template: RowTemplate, /) -> list[bytes]:
        """Return the inside of the JSON array in chunks."""

    def work(self, window: Window[Any], template: RowTemplate, /) -> int:
        """Return how many values are still to be written for it."""


class Run(NamedTuple):
    """One execution of a plan: what resolvers are given, and what writes rows."""

    context: Any
    variables: VariableValues
    write_rows: RowWriter


FIELD = 5
"""Resolving a field of an object takes as long as writing so many values of a list."""

Later = Awaitable[None] | None
"""None where all has been written, else what is to be awaited until it is: hardly anything ever waits."""


class Node(Protocol):
    """How a completed value is written."""

    def write(self, value: Any, run: Run, out: list[bytes]) -> Later:
        """Append the value's JSON to ``out``; raises if the general executor has to answer."""


Step = tuple[bytes, Node]
"""The literal before a value, and how the value is written."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar, an enum, or lists of them."""

    to_json: Callable[[Any], bytes]

    def write(self, value: Any, run: Run, out: list[bytes]) -> None:  # noqa: ARG002
        """Write the serialised value."""
        out.append(self.to_json(value))


@dataclass(frozen=True, slots=True)
class PlannedField:
    """One response key: the literal before its value, how the value is found, and how it is written."""

    prefix: bytes
    resolve: Callable[[Any, Run], Any]
    node: Node


@dataclass(frozen=True, slots=True)
class Object:
    """An object with its own resolvers."""

    fields: tuple[PlannedField, ...]
    tail: bytes
    nullable: bool
    _steps: tuple[Step, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Put together what ``write_fields`` asks for at every run."""
        object.__setattr__(self, "_steps", tuple((each.prefix, each.node) for each in self.fields))

    def write(self, value: Any, run: Run, out: list[bytes]) -> Later:
        """Write the object, or null."""
        if value is not None:
            return self.write_fields(value, run, out)
        _write_null(out, nullable=self.nullable)
        return None

    def write_fields(self, value: Any, run: Run, out: list[bytes]) -> Later:
        """Resolve every field, then write the values in order."""
        run.context.budget.spend(len(self.fields), FIELD * len(self.fields))
        values: list[Any] = []
        try:
            for each in self.fields:
                values.append(each.resolve(value, run))  # noqa: PERF401 - where one fails, those before it are closed
        except Exception:
            for unawaited in filter(iscoroutine, values):
                unawaited.close()
            raise
        return _write_all(values, self._steps, self.tail, run, out)


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of anything but rows."""

    item: Node
    nullable: bool

    def write(self, value: Any, run: Run, out: list[bytes]) -> Later:
        """Write the items."""
        if value is None:
            _write_null(out, nullable=self.nullable)
            return None
        values = list(value)
        pending = _awaitable(values)
        if pending:
            return self._settled(values, pending, run, out)
        return self._write(values, run, out)

    async def _settled(self, values: list[Any], pending: list[int], run: Run, out: list[bytes]) -> None:
        await _settle(values, pending)
        later = self._write(values, run, out)
        if later is not None:
            await later

    def _write(self, values: list[Any], run: Run, out: list[bytes]) -> Later:
        """Write items that are there; once one has to wait, all behind it begin, too, so that they wait together."""
        out.append(b"[")
        for place, value in enumerate(values):
            if place:
                out.append(b",")
            later = self.item.write(value, run, out)
            if later is not None:
                return _write_together(later, values[place + 1 :], self.item, run, out)
        out.append(b"]")
        return None


@dataclass(frozen=True, slots=True)
class RowList:
    """A list of rows, written column by column."""

    template: RowTemplate

    def write(self, value: Any, run: Run, out: list[bytes]) -> None:
        """Write a window; any other sequence is for the general executor."""
        if not isinstance(value, Window):
            raise Unplanned
        budget = run.context.budget
        budget.spend(value.rows.count * len(self.template.cells), run.write_rows.work(value, self.template))
        rows = run.write_rows(value, self.template)
        budget.write(sum(map(len, rows)))
        out.append(b"[")
        out.extend(rows)
        out.append(b"]")


def _write_null(out: list[bytes], *, nullable: bool) -> None:
    if not nullable:
        raise Unplanned
    out.append(b"null")


def _write_all(values: list[Any], steps: Iterable[Step], tail: bytes, run: Run, out: list[bytes]) -> Later:
    """Write values in order, each after its prefix, when all of them are available."""
    pending = _awaitable(values)
    to_write = zip(steps, values, strict=False)
    if pending:
        return _go_on(_settle(values, pending), to_write, tail, run, out)
    for (prefix, node), value in to_write:
        out.append(prefix)
        later = node.write(value, run, out)
        if later is not None:
            return _go_on(later, to_write, tail, run, out)
    out.append(tail)
    return None


async def _go_on(
    later: Awaitable[None], to_write: Iterable[tuple[Step, Any]], tail: bytes, run: Run, out: list[bytes]
) -> None:
    """Wait, and write what follows."""
    await later
    for (prefix, node), value in to_write:
        out.append(prefix)
        further = node.write(value, run, out)
        if further is not None:
            await further
    out.append(tail)


async def _write_together(later: Awaitable[None], values: list[Any], item: Node, run: Run, out: list[bytes]) -> None:
    """Begin the items behind one that waits, each in a place of its own, and wait for all of them.

    Where one fails at once, those that have begun are waited for first, so that none is orphaned.
    """
    parts: list[list[bytes]] = [[b","] for _ in values]
    waiting, failure = [later], None
    for value, part in zip(values, parts, strict=True):
        try:
            further = item.write(value, run, part)
        except BaseException as error:  # noqa: BLE001 - it is raised again below
            failure = error
            break
        if further is not None:
            waiting.append(further)
    outcomes = [*await asyncio.gather(*waiting, return_exceptions=True), failure]
    failure = next((outcome for outcome in outcomes if outcome is not None), None)
    if failure is not None:
        try:
            raise failure
        finally:
            del failure, outcomes  # an error holds the frames that it has passed: they are not to hold it
    out.extend(chain.from_iterable(parts))
    out.append(b"]")


def _awaitable(values: Iterable[Any]) -> list[int]:
    """Return the places of values that are to be awaited."""
    return [place for place, value in enumerate(values) if hasattr(type(value), "__await__")]


async def _settle(values: list[Any], pending: list[int]) -> None:
    """Replace what is awaitable by its outcome; all are awaited even when one fails, so that none is orphaned."""
    outcomes = await asyncio.gather(*(values[position] for position in pending), return_exceptions=True)
    failure = next((outcome for outcome in outcomes if isinstance(outcome, BaseException)), None)
    if failure is not None:
        try:
            raise failure
        finally:
            del failure, outcomes  # an error holds the frames that it has passed: they are not to hold it
    for position, outcome in zip(pending, outcomes, strict=True):
        values[position] = outcome


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled operation, good for every run in which the variables named ``shaped_by`` have the same values.

    ``size`` is what it takes in memory, in bytes.
    """

    root: Object
    shaped_by: frozenset[str]
    size: int

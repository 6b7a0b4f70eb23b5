"""Plans: selection sets compiled to data that writes the response as JSON bytes.

A plan can only succeed. For everything that it does not support (abstract types, other directives, permissions,
field extensions) and every failure (an error in a resolver, null in a non-null field, an invalid value) it raises,
and the general executor responds instead, with its own errors, paths and order.
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
    """The plan does not support this. The general executor must respond."""


class RowWriter(Protocol):
    """Writes the rows of a window, from a cache or new."""

    def __call__(self, window: Window[Any], template: RowTemplate, /) -> list[bytes]:
        """Return the inside of the JSON array in chunks."""

    def work(self, window: Window[Any], template: RowTemplate, /) -> int:
        """Return the number of values that are not cached yet."""


class Run(NamedTuple):
    """One execution of a plan: the values for resolvers, and the writer of rows."""

    context: Any
    variables: VariableValues
    write_rows: RowWriter


FIELD = 5
"""Work of resolving a field of an object, in values of a list."""

Later = Awaitable[None] | None
"""None if everything has been written, else an awaitable. Most operations do not wait."""


class Node(Protocol):
    """Writes a completed value."""

    def write(self, value: Any, run: Run, out: list[bytes]) -> Later:
        """Append the value's JSON to ``out``. Raises if the general executor has to respond."""


Step = tuple[bytes, Node]
"""The literal before a value, and the node that writes it."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar, an enum, or lists of them."""

    to_json: Callable[[Any], bytes]

    def write(self, value: Any, run: Run, out: list[bytes]) -> None:  # noqa: ARG002
        """Write the serialised value."""
        out.append(self.to_json(value))


@dataclass(frozen=True, slots=True)
class PlannedField:
    """One response key: the literal before its value, the function that returns it, and the node that writes it."""

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
        """Prepare the data of ``write_fields``."""
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
    """A list of other items than rows."""

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
        """Write available items. If one has to wait, start all after it too, so that they wait together."""
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
        """Write a window. Any other sequence is for the general executor."""
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
    """Wait, and write the rest."""
    await later
    for (prefix, node), value in to_write:
        out.append(prefix)
        further = node.write(value, run, out)
        if further is not None:
            await further
    out.append(tail)


async def _write_together(later: Awaitable[None], values: list[Any], item: Node, run: Run, out: list[bytes]) -> None:
    """Start the items after one that waits, each with its own output, and wait for all of them.

    If one fails at once, wait for those that have started, so that none is lost.
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
    """Return the indexes of awaitable values."""
    return [place for place, value in enumerate(values) if hasattr(type(value), "__await__")]


async def _settle(values: list[Any], pending: list[int]) -> None:
    """Replace awaitables by their results. All are awaited even if one fails, so that none is lost."""
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
    """A compiled operation. It is valid for runs with the same values of the variables ``shaped_by``.

    ``size`` is its memory in bytes.
    """

    root: Object
    shaped_by: frozenset[str]
    size: int

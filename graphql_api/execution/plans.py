"""Plans: a selection set compiled once into plain data that writes its answer as JSON bytes.

A plan only ever succeeds. Whatever it does not know (abstract types, other directives, permissions, field extensions),
whatever fails (an error in a resolver, null in a non-null field, a value that cannot be serialised), raises, and the
general executor answers instead, with its own errors, paths and order.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from inspect import iscoroutine
from typing import Any, Protocol

from graphql.execution.values import VariableValues

from graphql_api.execution.encoding import RowTemplate
from graphql_api.jockeys.records import Window


class Unplanned(Exception):
    """The plan does not cover this; the general executor must answer."""


class RowWriter(Protocol):
    """What writes the rows of a window, from a cache of encoded projections or afresh."""

    def __call__(self, window: Window, template: RowTemplate, /) -> list[bytes]:
        """Give the inside of the JSON array in chunks."""


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a plan: what resolvers are given, and what writes rows."""

    context: Any
    variables: VariableValues
    write_rows: RowWriter


class Node(Protocol):
    """How a completed value is written."""

    async def write(self, value: Any, run: Run, out: list[bytes]) -> None:
        """Append the value's JSON to ``out``; raises where the general executor has to answer."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar, an enum, or lists of them."""

    to_json: Callable[[Any], bytes]

    async def write(self, value: Any, run: Run, out: list[bytes]) -> None:  # noqa: ARG002
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

    async def write(self, value: Any, run: Run, out: list[bytes]) -> None:
        """Write the object, or null."""
        if value is None:
            _write_null(out, nullable=self.nullable)
        else:
            await self.write_fields(value, run, out)

    async def write_fields(self, value: Any, run: Run, out: list[bytes]) -> None:
        """Resolve every field, await those that load data side by side, then write them in order."""
        run.context.budget.spend(len(self.fields))
        values: list[Any] = []
        try:
            values.extend(field.resolve(value, run) for field in self.fields)
        except Exception:
            for unawaited in filter(iscoroutine, values):
                unawaited.close()
            raise
        await _settle(values)
        for field, child in zip(self.fields, values, strict=True):
            out.append(field.prefix)
            if isinstance(field.node, Leaf):
                out.append(field.node.to_json(child))
            else:
                await field.node.write(child, run, out)
        out.append(self.tail)


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of anything but rows."""

    item: Node
    nullable: bool

    async def write(self, value: Any, run: Run, out: list[bytes]) -> None:
        """Write the items, loading side by side those that still load."""
        if value is None:
            return _write_null(out, nullable=self.nullable)
        values = list(value)
        await _settle(values)
        out.append(b"[")
        for position, item in enumerate(values):
            if position:
                out.append(b",")
            await self.item.write(item, run, out)
        out.append(b"]")
        return None


@dataclass(frozen=True, slots=True)
class RowList:
    """A list of rows, written column by column."""

    template: RowTemplate

    async def write(self, value: Any, run: Run, out: list[bytes]) -> None:
        """Write a window; any other sequence is for the general executor."""
        if not isinstance(value, Window):
            raise Unplanned
        run.context.budget.spend(len(value) * len(self.template.cells))
        rows = run.write_rows(value, self.template)
        run.context.budget.write(sum(map(len, rows)))
        out.append(b"[")
        out.extend(rows)
        out.append(b"]")


def _write_null(out: list[bytes], *, nullable: bool) -> None:
    if not nullable:
        raise Unplanned
    out.append(b"null")


async def _settle(values: list[Any]) -> None:
    """Replace what is awaitable by its outcome; all are awaited even when one fails, so that none is orphaned."""
    pending = [position for position, value in enumerate(values) if hasattr(type(value), "__await__")]
    if pending:
        outcomes = await asyncio.gather(*(values[position] for position in pending), return_exceptions=True)
        for position, outcome in zip(pending, outcomes, strict=True):
            if isinstance(outcome, BaseException):
                raise outcome
            values[position] = outcome


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled operation, good for every run in which the variables named ``shaped_by`` have the same values."""

    root: Object
    shaped_by: frozenset[str]

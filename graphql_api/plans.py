"""Plans: a selection set compiled once into plain data that writes its answer as JSON bytes.

A plan only ever succeeds. Whatever it does not know (abstract types, other directives, permissions, field extensions),
whatever fails (an error in a resolver, null in a non-null field, a value that cannot be serialised), raises, and the
general executor answers instead, with its own errors, paths and order.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import isawaitable, iscoroutine
from typing import Any, NoReturn, Protocol

from graphql import (
    DirectiveNode,
    FieldNode,
    GraphQLField,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    OperationType,
    VariableNode,
    Visitor,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    visit,
)
from graphql import Node as AstNode
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet, collect_fields, collect_subfields
from graphql.execution.executor import Executor
from graphql.execution.values import get_argument_values
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from graphql_api.encoding import SAME_ROW, Binding, Column, RowTemplate, dumps
from graphql_api.records import Window

KNOWN_DIRECTIVES = {"skip", "include"}


class Unplanned(Exception):
    """The plan does not cover this; the general executor must answer."""


class RowWriter(Protocol):
    """What writes the rows of a window, from a cache of encoded projections or afresh."""

    def __call__(self, window: Window, template: RowTemplate, /) -> list[bytes]:
        """Give the inside of the JSON array in chunks."""


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a plan: the executor holds the coerced variables and the context."""

    executor: Executor[Any]
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
        out.append(b"[")
        out.extend(run.write_rows(value, self.template))
        out.append(b"]")


def _write_null(out: list[bytes], *, nullable: bool) -> None:
    if not nullable:
        raise Unplanned
    out.append(b"null")


async def _settle(values: list[Any]) -> None:
    """Replace what is awaitable by its outcome; all are awaited even when one fails, so that none is orphaned."""
    pending = [position for position, value in enumerate(values) if isawaitable(value)]
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


def compile_plan(executor: Executor[Any]) -> Plan:
    """Compile the executor's operation under its variables' effect on ``@skip``, ``@include`` and columns."""
    root = executor.schema.query_type
    if root is None or executor.operation.operation is not OperationType.QUERY:
        raise Unplanned
    compiler = _Compiler(executor)
    collected = collect_fields(
        executor.schema, executor.fragments, executor.variable_values, root, executor.operation
    ).grouped_field_set
    return Plan(compiler.object(root, collected, nullable=True), frozenset(compiler.shaped_by))


class _Compiler:
    """Turns field sets of one operation into plan nodes."""

    def __init__(self, executor: Executor[Any]) -> None:
        self.executor = executor
        fragments = (each.definition for each in executor.fragments.values())
        self.shaped_by = _conditions(executor.operation, *fragments)

    def node(self, kind: GraphQLOutputType, details: FieldDetailsList, *, nullable: bool = True) -> Node:
        """Plan how values of one type are written."""
        if is_non_null_type(kind):
            return self.node(kind.of_type, details, nullable=False)
        if is_leaf_type(_innermost(kind)):
            return Leaf(_serializer(kind, nullable=nullable))
        if is_list_type(kind):
            item = _innermost(kind.of_type)
            if is_object_type(item) and _is_row_type(item):
                return RowList(self.rows(item, details))
            return ListOf(self.node(kind.of_type, details), nullable)
        if is_object_type(kind):
            return self.object(kind, self.subfields(kind, details), nullable=nullable)
        raise Unplanned

    def subfields(self, kind: GraphQLObjectType, details: FieldDetailsList) -> GroupedFieldSet:
        """Collect what is selected of an object."""
        own = self.executor
        return collect_subfields(
            own.schema, own.fragments, own.variable_values, own.operation, kind, details
        ).grouped_field_set

    def object(self, kind: GraphQLObjectType, selected: GroupedFieldSet, *, nullable: bool) -> Object:
        """Plan an object with resolvers; ``__typename`` is literal."""
        fields: list[PlannedField] = []
        literal = b"{"
        for key, details in selected.items():
            literal += dumps(key) + b":"
            if details[0].node.name.value == "__typename":
                literal += dumps(kind.name) + b","
                continue
            definition = _definition(kind, details[0].node)
            fields.append(
                PlannedField(literal, self.resolver(kind, definition, details), self.node(definition.type, details))
            )
            literal = b","
        tail = literal.removesuffix(b",") + b"}"
        return Object(tuple(fields), tail, nullable)

    def resolver(
        self, kind: GraphQLObjectType, definition: GraphQLField, details: FieldDetailsList
    ) -> Callable[[Any, Run], Any]:
        """Plan how a field's value is found: an attribute, or the resolver with its arguments."""
        field = _strawberry_field(definition)
        if field.is_basic_field:
            name = field.python_name
            return lambda source, _run: getattr(source, name)
        node = details[0].node
        nodes = [each.node for each in details]
        resolve = definition.resolve
        if resolve is None:
            raise Unplanned

        def call(source: Any, run: Run) -> Any:
            executor = run.executor
            # No path: it is for errors, and those are the general executor's.
            info = executor.build_resolve_info(definition, nodes, kind, None)  # type: ignore[arg-type]
            return resolve(source, info, **get_argument_values(definition, node, executor.variable_values))

        return call

    def rows(self, kind: GraphQLObjectType, details: FieldDetailsList) -> RowTemplate:
        """Plan a list of rows as one template."""
        cells: list[tuple[bytes, Column]] = []
        tail = self.row(kind, self.subfields(kind, details), b"{", cells)
        return RowTemplate(tuple(cells), tail)

    def row(
        self, kind: GraphQLObjectType, selected: GroupedFieldSet, literal: bytes, cells: list[tuple[bytes, Column]]
    ) -> bytes:
        """Append an object's cells; give the literal that stands behind the last of them."""
        for key, details in selected.items():
            literal += dumps(key) + b":"
            node = details[0].node
            if node.name.value == "__typename":
                literal += dumps(kind.name) + b","
                continue
            definition = _definition(kind, node)
            binding = _binding(definition)
            if binding is SAME_ROW:
                inner = _innermost(definition.type)
                if not is_object_type(inner):
                    raise Unplanned
                literal = self.row(inner, self.subfields(inner, details), literal + b"{", cells) + b","
                continue
            cells.append((literal, self.column(definition, node, binding)))
            literal = b","
        return literal.removesuffix(b",") + b"}"

    def column(self, definition: GraphQLField, node: FieldNode, binding: Binding) -> Column:
        """Bind a field to its column; variables in its arguments shape the plan."""
        self.shaped_by |= _variables(node)
        name, of = binding.locate(get_argument_values(definition, node, self.executor.variable_values))
        serialize = _serializer(definition.type)
        convert = binding.convert
        to_json = serialize if convert is None else lambda value: serialize(convert(value))
        return Column((name, str(definition.type)), of, to_json)


class _Conditions(Visitor):
    """Collects the variables that decide on inclusion; any directive but the standard two ends planning."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        if node.name.value not in KNOWN_DIRECTIVES:
            raise Unplanned
        self.names |= _variables(node)


def _variables(node: DirectiveNode | FieldNode) -> set[str]:
    return {each.value.name.value for each in node.arguments or () if isinstance(each.value, VariableNode)}


def _conditions(*definitions: AstNode) -> set[str]:
    conditions = _Conditions()
    for definition in definitions:
        visit(definition, conditions)
    return conditions.names


def _definition(kind: GraphQLObjectType, node: FieldNode) -> GraphQLField:
    """Find a field; introspection and foreign directives are for the general executor."""
    definition: GraphQLField | None = kind.fields.get(node.name.value)
    if definition is None:
        raise Unplanned
    return definition


def _strawberry_field(definition: GraphQLField) -> StrawberryField:
    """Give Strawberry's own view of a field, if nothing wraps its resolver that a plan would pass by."""
    field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(field, StrawberryField) or field.permission_classes or field.extensions:
        raise Unplanned
    return field


def _binding(definition: GraphQLField) -> Any:
    binding = _strawberry_field(definition).metadata.get(Binding)
    if binding is None:
        raise Unplanned
    return binding


def _is_row_type(kind: GraphQLObjectType) -> bool:
    """Say whether all fields of a type are columns."""
    return all(_has_binding(definition) for definition in kind.fields.values())


def _has_binding(definition: GraphQLField) -> bool:
    field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return isinstance(field, StrawberryField) and Binding in field.metadata


def _innermost(kind: GraphQLOutputType) -> Any:
    """Strip lists and non-nulls."""
    while isinstance(kind, GraphQLList | GraphQLNonNull):
        kind = kind.of_type
    return kind


def _serializer(kind: GraphQLOutputType, *, nullable: bool = True) -> Callable[[Any], bytes]:
    """Give the function that writes a leaf, or lists of leaves, as the general executor would."""
    convert = _converter(kind, nullable=nullable)
    return lambda value: dumps(convert(value))


def _converter(kind: GraphQLOutputType, *, nullable: bool = True) -> Callable[[Any], Any]:
    if is_non_null_type(kind):
        return _converter(kind.of_type, nullable=False)
    if is_list_type(kind):
        item = _converter(kind.of_type)
        return lambda value: _none(nullable=nullable) if value is None else [item(each) for each in _sequence(value)]
    serialize = _leaf(kind).serialize
    return lambda value: _none(nullable=nullable) if value is None else serialize(value)


def _leaf(kind: GraphQLOutputType) -> GraphQLLeafType:
    if not is_leaf_type(kind):
        raise Unplanned
    return kind


def _sequence(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else _unplanned()


def _none(*, nullable: bool) -> None:
    return None if nullable else _unplanned()


def _unplanned() -> NoReturn:
    raise Unplanned

"""Planning: compiling an operation's selection sets into the nodes of a plan, or raising ``Unplanned``."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NoReturn

import orjson
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
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    visit,
)
from graphql import Node as AstNode

from graphql_api.execution.calls import Operation, resolver, strawberry_field
from graphql_api.execution.document import count_tokens
from graphql_api.execution.encoding import SAME_ROW, Binding, Cell, Column, RowTemplate
from graphql_api.execution.plans import Leaf, ListOf, Node, Object, Plan, PlannedField, RowList, Unplanned
from graphql_api.execution.private_names import (
    FieldDetailsList,
    GroupedFieldSet,
    VariableValues,
    collect_fields,
    collect_subfields,
    get_argument_values,
    metadata_of,
)
from graphql_api.execution.purity import KNOWN_DIRECTIVES
from graphql_api.execution.variables import PLAIN

FIELD_BYTES = 2_400
"""Bytes of a planned field or of a cell of a row. A test measures it."""

ARGUMENT_BYTES = 128
"""Bytes of argument values for each of their tokens. Texts belong to the document."""


def compile_plan(operation: Operation, variables: VariableValues) -> Plan:
    """Compile an operation for the values of its variables in ``@skip``, ``@include`` and columns."""
    root = operation.schema.query_type
    if root is None or operation.node.operation is not OperationType.QUERY:
        raise Unplanned
    compiler = _Compiler(operation, variables)
    collected = collect_fields(operation.schema, operation.fragments, variables, root, operation.node)
    selected = collected.grouped_field_set
    tree = compiler.object(root, selected, nullable=True)
    return Plan(tree, frozenset(compiler.shaped_by), compiler.size)


def row_template(
    operation: Operation, variables: VariableValues, item: GraphQLOutputType, details: FieldDetailsList
) -> RowTemplate:
    """Compile only a list of rows, without the rest of the operation. ``item`` is the type of its items."""
    kind = _innermost(item)
    if not _has_columns(kind):
        raise Unplanned
    return _Compiler(operation, variables).rows(kind, details)


class _Compiler:
    """Compiles field sets of one operation to plan nodes."""

    def __init__(self, operation: Operation, variables: VariableValues) -> None:
        self.operation = operation
        self.variables = variables
        fragments = (each.definition for each in operation.fragments.values())
        self.shaped_by = _conditions(operation.node, *fragments)
        self.size = FIELD_BYTES

    def node(self, kind: GraphQLOutputType, details: FieldDetailsList, *, nullable: bool = True) -> Node:
        """Return the plan node of a type."""
        if is_non_null_type(kind):
            return self.node(kind.of_type, details, nullable=False)
        if is_leaf_type(_innermost(kind)):
            return Leaf(_serializer(kind, nullable=nullable))
        if is_list_type(kind):
            item = _innermost(kind.of_type)
            if _has_columns(item):
                with suppress(Unplanned):  # what is not a column is asked of each row's object
                    return RowList(self.rows(item, details))
            return ListOf(self.node(kind.of_type, details), nullable)
        if is_object_type(kind):
            return self.object(kind, self.subfields(kind, details), nullable=nullable)
        raise Unplanned

    def subfields(self, kind: GraphQLObjectType, details: FieldDetailsList) -> GroupedFieldSet:
        """Collect the selected fields of an object."""
        own = self.operation
        return collect_subfields(own.schema, own.fragments, self.variables, own.node, kind, details).grouped_field_set

    def object(self, kind: GraphQLObjectType, selected: GroupedFieldSet, *, nullable: bool) -> Object:
        """Return the node of an object with resolvers. ``__typename`` is literal."""
        fields: list[PlannedField] = []
        literal = b"{"
        for key, details in selected.items():
            self.size += _size(key, details[0].node)
            literal += orjson.dumps(key) + b":"
            if details[0].node.name.value == "__typename":
                literal += orjson.dumps(kind.name) + b","
                continue
            definition = _definition(kind, details[0].node)
            resolve = resolver(self.operation, kind, definition, [each.node for each in details])
            fields.append(PlannedField(literal, resolve, self.node(definition.type, details)))
            literal = b","
        tail = literal.removesuffix(b",") + b"}"
        return Object(tuple(fields), tail, nullable)

    def rows(self, kind: GraphQLObjectType, details: FieldDetailsList) -> RowTemplate:
        """Return the node of a list of rows, which is one template."""
        cells: list[Cell] = []
        tail = self.row(kind, self.subfields(kind, details), b"{", cells)
        return RowTemplate(tuple(cells), tail)

    def row(self, kind: GraphQLObjectType, selected: GroupedFieldSet, literal: bytes, cells: list[Cell]) -> bytes:
        """Append an object's cells. Return the literal after the last one."""
        for key, details in selected.items():
            node = details[0].node
            self.size += _size(key, node)
            literal += orjson.dumps(key) + b":"
            if node.name.value == "__typename":
                literal += orjson.dumps(kind.name) + b","
                continue
            definition = _definition(kind, node)
            binding = _binding(definition)
            if binding is SAME_ROW:
                inner = _innermost(definition.type)
                if not is_object_type(inner):
                    raise Unplanned
                literal = self.row(inner, self.subfields(inner, details), literal + b"{", cells) + b","
                continue
            before = b"," + orjson.dumps(node.name.value) + b":"
            column = self.column(definition, node, binding, before)
            cells.append(Cell(b"", column) if literal == before else Cell(literal, column, cut=len(before)))
            literal = b","
        return literal.removesuffix(b",") + b"}"

    def column(self, definition: GraphQLField, node: FieldNode, binding: Binding, before: bytes) -> Column:
        """Bind a field to its column. The plan depends on variables in its arguments.

        ``before`` is the text before a value if the field has no alias and is not the first.
        """
        self.shaped_by |= _variables(node)
        name, of = binding.locate(get_argument_values(definition, node, self.variables, hide_suggestions=True))
        serialize = _serializer(definition.type)
        convert = binding.convert
        to_json = serialize if convert is None else lambda value: serialize(convert(value))
        return Column((name, str(definition.type)), of, lambda value: before + to_json(value))


class _Conditions(Visitor):
    """Collects the variables of ``@skip`` and ``@include``. Any other directive ends planning."""

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


def _size(key: str, node: FieldNode) -> int:
    """Return the bytes of a field in a plan."""
    arguments = sum(count_tokens(each.loc) for each in node.arguments or () if each.loc)
    return FIELD_BYTES + 2 * len(key) + ARGUMENT_BYTES * arguments


def _definition(kind: GraphQLObjectType, node: FieldNode) -> GraphQLField:
    """Return a field's definition. Raises ``Unplanned`` for introspection."""
    definition: GraphQLField | None = kind.fields.get(node.name.value)
    if definition is None:
        raise Unplanned
    return definition


def _binding(definition: GraphQLField) -> Any:
    binding = strawberry_field(definition).metadata.get(Binding)
    if binding is None:
        raise Unplanned
    return binding


def _has_columns(kind: Any) -> bool:
    """Return whether a type is an object with fields that are columns."""
    return is_object_type(kind) and any(map(_has_binding, kind.fields.values()))


def _has_binding(definition: GraphQLField) -> bool:
    return Binding in metadata_of(definition)


def _innermost(kind: GraphQLOutputType) -> Any:
    """Return the type without lists and non-nulls."""
    while isinstance(kind, GraphQLList | GraphQLNonNull):
        kind = kind.of_type
    return kind


def _serializer(kind: GraphQLOutputType, *, nullable: bool = True) -> Callable[[Any], bytes]:
    """Return the function that writes a leaf, or lists of leaves, like the general executor."""
    convert = _converter(kind, nullable=nullable)
    is_plain = PLAIN.get(str(get_nullable_type(kind)), _nothing)
    return lambda value: orjson.dumps(value if is_plain(value) else convert(value))


def _nothing(_value: Any) -> bool:
    return False


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

"""The cost of an operation in values of its response, estimated from its arguments before anything is loaded.

The cost of a field is its weight plus the cost of its selection times the length of its list. A list's
length is that of its arguments, or of those of the field around it (``records(first: 10) { nodes { … } }``). A list
without such an argument counts as one item here, and its real rows are charged to the budget when they are known.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
    is_list_type,
)

from graphql_api.execution.private_names import FragmentDetails, VariableValues, get_argument_values, metadata_of

LOAD = 10_000
"""Cost of reading a file, in values."""

TEST = 200
"""Cost of each value in an argument: in a filter it is a test of every row."""

TEXT = 100
"""Characters of a text in a list or an object that cost as much as a test, since they are folded at every use."""

INTROSPECTION = {"__schema": 20 * LOAD, "__type": LOAD}
"""Cost of introspection, which the general executor does."""

COUNTS = ("first", "last", "limit")
"""Arguments with the number of items of a list, or of the page around it. The lowest one is used."""

KEYS = ("ids",)
"""Arguments with one entry for each item."""


@dataclass(frozen=True, slots=True)
class FieldCost:
    """The cost of a field in addition to its value: ``weight`` for itself, and for each item of a list.

    ``size`` is the fixed or estimated length of a list without an argument for it.
    ``each`` is for every item of the requested page of the connection around the field.
    """

    weight: int = 0
    size: int | None = None
    each: int = 0


ONE_VALUE = FieldCost()


def cost(*, weight: int = 0, size: int | None = None, each: int = 0) -> Mapping[Any, Any]:
    """Return the metadata with the cost of a field. Without it, the cost is one value."""
    return {FieldCost: FieldCost(weight, size, each)}


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a selection: ``fixed``, and ``per_item`` of its page."""

    fixed: int = 0
    per_item: int = 0


@dataclass(slots=True)
class CostVisitor:
    """Computes the cost of an operation. ``decisive`` collects the variables that determine it."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDetails]
    variables: VariableValues
    decisive: set[str] = field(default_factory=set)
    known: dict[str, Cost] = field(default_factory=dict)

    def operation(self, node: OperationDefinitionNode) -> int:
        """Return the cost of a valid operation."""
        root = self.schema.get_root_type(node.operation)
        cost = self._selections(root, node.selection_set.selections) if root else Cost()
        return cost.fixed + cost.per_item

    def _selections(self, parent: GraphQLNamedType, selections: tuple[SelectionNode, ...]) -> Cost:
        costs = [self._selection(parent, each) for each in selections]
        return Cost(sum(each.fixed for each in costs), sum(each.per_item for each in costs))

    def _selection(self, parent: GraphQLNamedType, node: SelectionNode) -> Cost:
        if isinstance(node, FieldNode):
            return self._field(parent, node)
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        assert isinstance(node, InlineFragmentNode)  # noqa: S101 - there is no fourth kind
        condition = node.type_condition
        kind = self.schema.type_map[condition.name.value] if condition else parent
        return self._selections(kind, node.selection_set.selections)

    def _fragment(self, name: str) -> Cost:
        """Return the cost of a fragment, computed once for all its uses."""
        if name not in self.known:
            fragment = self.fragments[name].definition
            kind = self.schema.type_map[fragment.type_condition.name.value]
            self.known[name] = self._selections(kind, fragment.selection_set.selections)
        return self.known[name]

    def _field(self, parent: GraphQLNamedType, node: FieldNode) -> Cost:
        definition = self.schema.get_field(parent, node.name.value)  # type: ignore[arg-type]
        if definition is None:
            return Cost()
        own: FieldCost = metadata_of(definition).get(FieldCost, ONE_VALUE)
        arguments = self._arguments(definition, node)
        kind = get_named_type(definition.type)
        inner = self._selections(kind, node.selection_set.selections) if node.selection_set else Cost()
        weight = 1 + own.weight + INTROSPECTION.get(node.name.value, 0)
        tests = TEST * sum(_leaves(each) for name, each in arguments.items() if name not in KEYS)
        size = _size(arguments)
        if not is_list_type(get_nullable_type(definition.type)):
            return Cost(weight + tests + inner.fixed + inner.per_item * (1 if size is None else size))
        size = size if size is not None else own.size
        item = inner.fixed + inner.per_item + own.each
        if size is not None:
            return Cost(1 + tests + size * (weight + item))
        return Cost(weight + tests, item)

    def _arguments(self, definition: GraphQLField, node: FieldNode) -> dict[str, Any]:
        """Return a field's arguments with variables and defaults. Empty if the field will fail because of them."""
        if not definition.args:
            return {}
        given = node.arguments or ()
        try:
            found = get_argument_values(definition, node, self.variables, hide_suggestions=True)
        except GraphQLError:  # a variable is null that must not be
            self.decisive.update(*(_variables(each.value) for each in given))
            return {}
        for each in given:
            if each.name.value in COUNTS or _holds_many(definition.args[each.name.value].type):
                self.decisive |= _variables(each.value)
        return found


def _holds_many(kind: GraphQLInputType) -> bool:
    """Return whether an argument of this type can contain more than one value."""
    return is_list_type(get_nullable_type(kind)) or is_input_object_type(get_named_type(kind))


def _variables(node: ValueNode) -> set[str]:
    """Return the names of the variables in a value, at any depth."""
    if isinstance(node, VariableNode):
        return {node.name.value}
    parts: Iterable[ValueNode] = ()
    if isinstance(node, ListValueNode):
        parts = node.values
    elif isinstance(node, ObjectValueNode):
        parts = (each.value for each in node.fields)
    return set().union(*map(_variables, parts))


def _size(arguments: Mapping[str, Any]) -> int | None:
    """Return the list length of a field's arguments. None if there is none."""
    counts = [arguments[name] for name in COUNTS if isinstance(arguments.get(name), int)]
    counts += [len(arguments[name]) for name in KEYS if isinstance(arguments.get(name), list)]
    return max(0, min(counts)) if counts else None


def _leaves(value: Any) -> int:
    """Count the values in a list or an object at any depth. A text counts once more for every ``TEXT`` characters."""
    parts: Iterable[Any] = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return sum(1 + (len(each) // TEXT if isinstance(each, str) else _leaves(each)) for each in parts)

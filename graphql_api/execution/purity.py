"""Purity: whether an operation may be repeated and its response shared, by the declarations of its fields.

A resolver without a declaration may have effects and may read anything: its operation is run once, from start to end,
and its response is not cached. So a missing declaration costs speed, but never correctness.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
)

from graphql_api.execution.cost import cost
from graphql_api.execution.private_names import FragmentDetails, field_of, has_resolver

KNOWN_DIRECTIVES = frozenset({"skip", "include"})
"""Directives that only include or exclude fields."""

PURE: Mapping[Any, Any] = {"pure": True}
"""Metadata of a field whose resolver has no effects and reads only its object, its arguments and ``info.context``.

The context records what is read from it. The same applies to the attributes of the returned object.
"""


def pure(*, weight: int = 0, size: int | None = None, each: int = 0) -> Mapping[Any, Any]:
    """Return the metadata of a pure field that costs more than one value. See ``cost.cost``."""
    return {**PURE, **cost(weight=weight, size=size, each=each)}


def is_pure(
    schema: GraphQLSchema, fragments: Mapping[str, FragmentDetails], operation: OperationDefinitionNode
) -> bool:
    """Return whether an operation is a query with only pure fields, for all values of its variables."""
    root = schema.query_type
    if operation.operation is not OperationType.QUERY or root is None or not _are_known(operation.directives):
        return False
    return _Judge(schema, fragments).selections(root, operation.selection_set)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Checks every field of one operation, and each fragment once."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDetails]
    _seen: set[str] = field(default_factory=set)

    def selections(self, parent: GraphQLNamedType, selected: SelectionSetNode | None) -> bool:
        """Check the selections of a type."""
        return selected is None or all(self.selection(parent, node) for node in selected.selections)

    def selection(self, parent: GraphQLNamedType, node: SelectionNode) -> bool:
        """Check one field or fragment, with its directives."""
        if not _are_known(node.directives):
            return False
        if isinstance(node, FieldNode):
            return self.field(parent, node)
        if isinstance(node, InlineFragmentNode):
            return self.fragment(parent, node)
        return isinstance(node, FragmentSpreadNode) and self.spread(parent, node.name.value)

    def spread(self, parent: GraphQLNamedType, name: str) -> bool:
        """Check a fragment by its name, unless it was checked before."""
        if name in self._seen:
            return True
        self._seen.add(name)
        definition = self.fragments[name].definition
        return _are_known(definition.directives) and self.fragment(parent, definition)

    def fragment(self, parent: GraphQLNamedType, node: Any) -> bool:
        """Check the selections of a fragment for its own type, or for the type around it."""
        named = self.schema.type_map.get(node.type_condition.name.value) if node.type_condition else parent
        return named is not None and self.selections(named, node.selection_set)

    def field(self, parent: GraphQLNamedType, node: FieldNode) -> bool:
        """Check a field in all possible types of the object. Introspection only reads the schema."""
        name = node.name.value
        if name.startswith("__"):
            return True
        types = [parent, *self.schema.get_possible_types(parent)] if is_abstract_type(parent) else [parent]
        return all(
            self._in_type(kind, name, node)
            for kind in types
            if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        )

    def _in_type(self, kind: GraphQLObjectType | GraphQLInterfaceType, name: str, node: FieldNode) -> bool:
        definition = kind.fields.get(name)
        return (
            definition is not None
            and _is_pure_field(definition)
            and self.selections(get_named_type(definition.type), node.selection_set)
        )


def _is_pure_field(definition: GraphQLField) -> bool:
    """Return whether a field only reads an attribute or declares that it is pure; permissions ask who the caller is."""
    own = field_of(definition)
    if own is None or own.permission_classes or own.extensions:
        return False
    return not has_resolver(own) or own.metadata.get("pure") is True


def _are_known(directives: Iterable[DirectiveNode] | None) -> bool:
    return all(node.name.value in KNOWN_DIRECTIVES for node in directives or ())

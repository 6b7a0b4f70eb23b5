"""Limits of a document, checked in one linear pass: each fragment is measured once, for all its uses."""

from collections.abc import Iterable
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from graphql_api.errors import QueryTooComplex


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a selection including its fragments."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of an operation, and of the number of definitions in a document. The settings explain them."""

    depth: int = 16
    fields: int = 2_000
    aliases: int = 100
    directives: int = 50
    root_fields: int = 30
    definitions: int = 50


def check(document: DocumentNode, limits: Limits) -> GraphQLError | None:
    """Measure every operation. Return the error of the first exceeded limit, or None."""
    if len(document.definitions) > limits.definitions:
        return too_complex(f"{len(document.definitions)} definitions, of {limits.definitions} at most")
    pass_ = _Pass(document)
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode):
            shape = pass_.selection(operation.selection_set)
            shape = _add([shape, Shape(directives=len(operation.directives or ()))])
            passed = _passed(shape, pass_.root_fields(operation.selection_set), limits)
            if passed is not None:
                return too_complex(passed, operation)
    return None


def too_complex(what: str, node: OperationDefinitionNode | None = None) -> GraphQLError:
    """Return the error for an operation or a document above a limit."""
    return GraphQLError(f"The operation is too complex: {what}.", node, extensions={"code": QueryTooComplex.code})


def _passed(shape: Shape, root_fields: int, limits: Limits) -> str | None:
    for what, count, limit in (
        ("levels deep", shape.depth, limits.depth),
        ("fields", shape.fields, limits.fields),
        ("aliases", shape.aliases, limits.aliases),
        ("directives", shape.directives, limits.directives),
        ("root fields", root_fields, limits.root_fields),
    ):
        if count > limit:
            return f"{_short(count)} {what}, of {limit} at most"
    return None


def _short(count: int) -> str:
    return str(count) if count < 10**9 else "over a billion"


class _Pass:
    """One pass over a document, with the sizes of fragments."""

    def __init__(self, document: DocumentNode) -> None:
        self.fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self.shapes: dict[str, Shape] = {}
        self.roots: dict[str, int] = {}

    def selection(self, selection_set: SelectionSetNode | None) -> Shape:
        """Measure a selection set."""
        if selection_set is None:
            return Shape()
        return _add(self.one(each) for each in selection_set.selections)

    def one(self, node: SelectionNode) -> Shape:
        """Measure one selection."""
        own = Shape(directives=len(node.directives or ()))
        if isinstance(node, FieldNode):
            inner = self.selection(node.selection_set)
            own = Shape(inner.depth + 1, 1, int(node.alias is not None), len(node.directives or ()))
            return _add([own, Shape(0, inner.fields, inner.aliases, inner.directives)])
        if isinstance(node, InlineFragmentNode):
            return _add([own, self.selection(node.selection_set)])
        return _add([own, self.fragment(node)]) if isinstance(node, FragmentSpreadNode) else own

    def fragment(self, spread: FragmentSpreadNode) -> Shape:
        """Measure a fragment once. A cycle counts as 0 here, and is refused by validation."""
        name = spread.name.value
        if name not in self.shapes:
            self.shapes[name] = Shape()
            if name in self.fragments:
                self.shapes[name] = self.selection(self.fragments[name].selection_set)
        return self.shapes[name]

    def root_fields(self, selection_set: SelectionSetNode) -> int:
        """Count the root fields, including those of fragments."""
        return sum(self.root_count(each) for each in selection_set.selections)

    def root_count(self, node: SelectionNode) -> int:
        """Count the root fields of one selection."""
        if isinstance(node, InlineFragmentNode):
            return self.root_fields(node.selection_set)
        if not isinstance(node, FragmentSpreadNode):
            return 1
        name = node.name.value
        if name not in self.roots:
            self.roots[name] = 0
            if name in self.fragments:
                self.roots[name] = self.root_fields(self.fragments[name].selection_set)
        return self.roots[name]


def _add(shapes: Iterable[Shape]) -> Shape:
    depth = fields = aliases = directives = 0
    for each in shapes:
        depth = max(depth, each.depth)
        fields += each.fields
        aliases += each.aliases
        directives += each.directives
    return Shape(depth, fields, aliases, directives)

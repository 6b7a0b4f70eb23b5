"""One document: its syntax tree or its refusal, what was compiled from it, and what all of it takes in memory."""

import sys
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cachetools import LRUCache
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    Location,
    OperationDefinitionNode,
    OperationType,
)

from graphql_api.execution.private_names import FragmentDetails, VariableValues
from graphql_api.execution.purity import is_pure
from graphql_api.execution.variables import Coerce, coercion
from graphql_api.execution.weighed_cache import WeighedCache

COMPILED_BYTES = 2**23
"""Bytes of plans and costs kept for one document; one that varies by its variables has many."""

DOCUMENT_BYTES = 3_000
"""What a document takes beside its text and its tokens."""

TOKEN_BYTES = 640
"""What a token takes with the nodes made of it. A field of one name takes most, 610 bytes; the tests measure it."""

ERROR_BYTES = 1_000
"""What an error takes beside its message."""


@dataclass(slots=True, eq=False)
class Document:
    """One query text: its syntax tree, or the errors for which it is refused; and what was compiled from it.

    ``weight`` is in bytes, an upper bound. ``grown`` is called when more was compiled.
    """

    tree: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    source: str = ""
    shaped_by: frozenset[str] = frozenset()
    compiled: WeighedCache[Any] = field(default_factory=lambda: WeighedCache(COMPILED_BYTES))
    decisive: dict[str | None, tuple[str, ...]] = field(default_factory=dict)
    grown: "Callable[[Document], None] | None" = None

    operations: dict[str | None, OperationDefinitionNode] = field(init=False)
    fragments: dict[str, FragmentDetails] = field(init=False)
    _coercions: dict[str | None, Coerce] = field(default_factory=dict)
    _pure: dict[str | None, bool] = field(default_factory=dict)
    _own_weight: int = field(init=False)

    def __post_init__(self) -> None:
        """Collect the operations by name (a single one also under None) and the fragments."""
        definitions = self.tree.definitions if self.tree else ()
        operations = [each for each in definitions if isinstance(each, OperationDefinitionNode)]
        self.operations = {each.name.value: each for each in operations if each.name}
        if len(operations) == 1:
            self.operations[None] = operations[0]
        fragments = (each for each in definitions if isinstance(each, FragmentDefinitionNode))
        self.fragments = {each.name.value: FragmentDetails(each) for each in fragments}
        self._own_weight = _weight(self)

    @property
    def weight(self) -> int:
        """Return the bytes that the document takes with what was compiled from it."""
        return self._own_weight + self.compiled.size

    def keep(self, key: Hashable, value: Any, size: int) -> None:
        """Keep something of ``size`` bytes that was compiled from the document."""
        self.compiled.keep(key, value, size)
        if self.grown is not None:
            self.grown(self)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """Return the operation with a name; None if there is none, or if there are several and no name is given."""
        return self.operations.get(name)

    def is_query(self, name: str | None) -> bool:
        """Return whether the operation only reads; True if there is none, since nothing would run."""
        operation = self.operation(name)
        return operation is None or operation.operation is OperationType.QUERY

    def is_pure(self, schema: GraphQLSchema, name: str | None) -> bool:
        """Return whether an operation may be run again and its answer be shared; False if there is none."""
        pure = self._pure.get(name)
        if pure is None:
            operation = self.operation(name)
            if operation is None:  # not remembered: a client may ask for any name
                return False
            pure = self._pure[name] = is_pure(schema, self.fragments, operation)
        return pure

    def request(
        self, schema: GraphQLSchema, name: str | None, variables: Mapping[str, Any] | None
    ) -> "OperationRequest":
        """Ask for an operation with variables, which are coerced here and nowhere else."""
        given = variables or {}
        operation = self.operation(name)
        if operation is None:
            return OperationRequest(self, name, None, given, None)
        coerce = self._coercions.get(name)
        if coerce is None:
            coerce = self._coercions[name] = coercion(schema, operation.variable_definitions or ())
        return OperationRequest(self, name, operation, given, coerce(given))


class OperationRequest(NamedTuple):
    """One operation of a document with its variables, as they were sent and as coerced.

    ``operation`` is None if there is none of this name, ``values`` also where the variables are wrong.
    """

    document: Document
    name: str | None
    operation: OperationDefinitionNode | None
    variables: Mapping[str, Any]
    values: VariableValues | None


class DocumentCache(LRUCache[str, Document]):
    """Documents by text within one budget of bytes, what was compiled from them included."""

    def __init__(self, max_bytes: int) -> None:
        """Hold nothing yet."""
        super().__init__(max_bytes, getsizeof=lambda document: document.weight)

    def put(self, document: Document) -> None:
        """Hold a document, or weigh it anew."""
        self[document.source] = document

    def popitem(self) -> tuple[str, Document]:
        """Evict the least recently used document, and delete what was compiled from it."""
        source, document = super().popitem()
        document.compiled.clear()
        return source, document


def bare(error: GraphQLError) -> GraphQLError:
    """Return an error that says the same, without the syntax tree, the source and the traceback of the first."""
    told = GraphQLError(error.message, extensions=error.extensions)
    told.locations = error.locations
    return told


def _weight(document: Document) -> int:
    """Return the memory of a document in bytes, by its text, its tokens and its errors.

    The text counts three times: tokens and nodes repeat parts of it.
    """
    weight = DOCUMENT_BYTES + sys.getsizeof(document.source)
    weight += sum(ERROR_BYTES + sys.getsizeof(each.message) for each in document.errors)
    if document.tree is not None and document.tree.loc is not None:
        weight += 2 * sys.getsizeof(document.source) + TOKEN_BYTES * count_tokens(document.tree.loc)
    return weight


def count_tokens(location: Location) -> int:
    """Count the tokens of a part of a document, comments included."""
    count, token = 1, location.start_token
    while token is not location.end_token and token.next is not None:
        count, token = count + 1, token.next
    return count

"""One document: its syntax tree or its errors, its compiled plans, and its memory."""

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
"""Maximum bytes of plans and costs of one document. It has many if they depend on variables."""

DOCUMENT_BYTES = 3_000
"""Bytes of a document without its text and its tokens."""

TOKEN_BYTES = 640
"""Bytes of a token with its nodes. The maximum is a field with a name: 610 bytes. A test measures it."""

ERROR_BYTES = 1_000
"""Bytes of an error without its message."""


@dataclass(slots=True, eq=False)
class Document:
    """One query text: its syntax tree or the errors for which it is refused, and its compiled plans.

    ``weight`` is an upper bound in bytes. ``grown`` is called when more was compiled.
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
        """Return the bytes of the document with its compiled plans."""
        return self._own_weight + self.compiled.size

    def keep(self, key: Hashable, value: Any, size: int) -> None:
        """Store a compiled value of ``size`` bytes."""
        self.compiled.keep(key, value, size)
        if self.grown is not None:
            self.grown(self)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """Return the operation with a name. None if there is none, or if there are several and no name is given."""
        return self.operations.get(name)

    def is_query(self, name: str | None) -> bool:
        """Return whether the operation only reads. True if there is none, since nothing would be executed."""
        operation = self.operation(name)
        return operation is None or operation.operation is OperationType.QUERY

    def is_pure(self, schema: GraphQLSchema, name: str | None) -> bool:
        """Return whether an operation may be repeated and its response shared. False if there is none."""
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
        """Return a request for an operation with variables, which are coerced only here."""
        given = variables or {}
        operation = self.operation(name)
        if operation is None:
            return OperationRequest(self, name, None, given, None)
        coerce = self._coercions.get(name)
        if coerce is None:
            coerce = self._coercions[name] = coercion(schema, operation.variable_definitions or ())
        return OperationRequest(self, name, operation, given, coerce(given))


class OperationRequest(NamedTuple):
    """One operation of a document with its variables, as sent and as coerced.

    ``operation`` is None if there is none with this name. ``values`` is also None if the variables are invalid.
    """

    document: Document
    name: str | None
    operation: OperationDefinitionNode | None
    variables: Mapping[str, Any]
    values: VariableValues | None


class DocumentCache(LRUCache[str, Document]):
    """A cache of documents by text with a limit of bytes, including compiled plans."""

    def __init__(self, max_bytes: int) -> None:
        """Hold nothing yet."""
        super().__init__(max_bytes, getsizeof=lambda document: document.weight)

    def put(self, document: Document) -> None:
        """Store a document, or update its size."""
        self[document.source] = document

    def popitem(self) -> tuple[str, Document]:
        """Evict the least recently used document, and delete its compiled plans."""
        source, document = super().popitem()
        document.compiled.clear()
        return source, document


def bare(error: GraphQLError) -> GraphQLError:
    """Return an equal error without syntax tree, source and traceback."""
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

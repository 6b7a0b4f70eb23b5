"""Documents: a query's text parsed, limited and validated once, and kept with what was compiled from it."""

from dataclasses import dataclass, field
from typing import Any

from cachetools import LRUCache
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.validation import NoSchemaIntrospectionCustomRule

from graphql_api.limits import Limits, check

CACHED_CHARACTERS = 500_000
"""Source text kept with its syntax tree, which takes some hundred times as much memory."""

MAX_VALIDATION_ERRORS = 5
PLANS_PER_DOCUMENT = 32


@dataclass(slots=True)
class Document:
    """One query text: its syntax tree, or the errors for which it is refused; and its compiled plans by variables."""

    tree: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    plans: LRUCache[Any, Any] = field(default_factory=lambda: LRUCache(PLANS_PER_DOCUMENT))
    shaped_by: frozenset[str] = frozenset()

    operations: dict[str | None, OperationDefinitionNode] = field(init=False)
    fragments: dict[str, FragmentDetails] = field(init=False)

    def __post_init__(self) -> None:
        """Find the operations by name, a single one by no name too; and the fragments."""
        definitions = self.tree.definitions if self.tree else ()
        operations = [each for each in definitions if isinstance(each, OperationDefinitionNode)]
        self.operations = {each.name.value: each for each in operations if each.name}
        if len(operations) == 1:
            self.operations[None] = operations[0]
        fragments = (each for each in definitions if isinstance(each, FragmentDefinitionNode))
        self.fragments = {each.name.value: FragmentDetails(each) for each in fragments}

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """Find the operation that a name means; None where there is none, or no name and several."""
        return self.operations.get(name)

    def is_query(self, name: str | None) -> bool:
        """Say whether the operation only reads; True where there is none, since nothing would run."""
        operation = self.operation(name)
        return operation is None or operation.operation is OperationType.QUERY


class Documents:
    """A bounded cache from query text to document, refusals included, shared by all requests."""

    def __init__(
        self, schema: GraphQLSchema, *, max_characters: int, max_tokens: int, limits: Limits, introspection: bool
    ) -> None:
        """Judge documents against ``schema`` and the limits."""
        self.schema = schema
        self.max_characters = max_characters
        self.max_tokens = max_tokens
        self.limits = limits
        self.rules = specified_rules if introspection else [*specified_rules, NoSchemaIntrospectionCustomRule]
        self._cache: LRUCache[str, Document] = LRUCache(CACHED_CHARACTERS, getsizeof=len_of_source)

    def get(self, source: str) -> Document:
        """Give the document of a text, from the cache or judged now."""
        found = self._cache.get(source)
        if found is None:
            found = self._judge(source)
            if len(source) <= self.max_characters:
                self._cache[source] = found
        return found

    def _judge(self, source: str) -> Document:
        """Parse, then measure, then validate: each step guards the next from what would make it slow."""
        if len(source) > self.max_characters:
            message = f"The query is too long: {len(source)} characters, of {self.max_characters} at most."
            return Document(None, (GraphQLError(message, extensions={"code": "QUERY_TOO_COMPLEX"}),))
        try:
            tree = parse(source, max_tokens=self.max_tokens)
        except GraphQLError as error:
            error.extensions = {"code": "GRAPHQL_PARSE_FAILED"}
            return Document(None, (error,))
        except RecursionError:
            message = "The query is nested too deeply."
            return Document(None, (GraphQLError(message, extensions={"code": "QUERY_TOO_COMPLEX"}),))
        too_complex = check(tree, self.limits)
        if too_complex is not None:
            return Document(None, (too_complex,))
        invalid = validate(self.schema, tree, self.rules, max_errors=MAX_VALIDATION_ERRORS)
        for each in invalid:
            each.extensions = {"code": "GRAPHQL_VALIDATION_FAILED"}
        return Document(None if invalid else tree, tuple(invalid))


def len_of_source(document: Document) -> int:
    """Weigh a cached document by its text."""
    location = document.tree.loc if document.tree else None
    return len(location.source.body) if location else 1_000

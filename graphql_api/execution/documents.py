"""Documents: a query's text parsed, limited and validated once, and kept with what was compiled from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from cachetools import LRUCache
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Undefined,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import get_variable_values
from graphql.validation import (
    NoSchemaIntrospectionCustomRule,
    OverlappingFieldsCanBeMergedRule,
    ValidationContext,
)
from graphql.validation.validate import ValidationAbortedError

from graphql_api.execution.cost import Reckoning
from graphql_api.execution.limits import Limits, check, too_complex
from graphql_api.execution.variables import Coerce

CACHED_CHARACTERS = 500_000
"""Source text kept with its syntax tree, which takes some hundred times as much memory."""

MAX_VALIDATION_ERRORS = 5
MAX_COMPARISONS = 10_000
"""Comparisons of fields that share a response key; they grow with the square of the repetitions."""

PLANS_PER_DOCUMENT = 32


@dataclass(slots=True)
class Document:
    """One query text: its syntax tree, or the errors for which it is refused; and its compiled plans by variables."""

    tree: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    plans: LRUCache[Any, Any] = field(default_factory=lambda: LRUCache(PLANS_PER_DOCUMENT))
    shaped_by: frozenset[str] = frozenset()
    costs: LRUCache[Any, int] = field(default_factory=lambda: LRUCache(PLANS_PER_DOCUMENT))
    decisive: dict[str | None, tuple[str, ...]] = field(default_factory=dict)
    coercions: dict[str | None, Coerce] = field(default_factory=dict)

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


class _BoundedOverlap(OverlappingFieldsCanBeMergedRule):
    """The rule that fields of one response key must be mergeable, with a bound fit for a request."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.rule_context.remaining_complexity_budget = MAX_COMPARISONS


RULES = [_BoundedOverlap if each is OverlappingFieldsCanBeMergedRule else each for each in specified_rules]


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
        self.introspection = introspection
        self.rules = RULES if introspection else [*RULES, NoSchemaIntrospectionCustomRule]
        self._cache: LRUCache[str, Document] = LRUCache(CACHED_CHARACTERS, getsizeof=len_of_source)

    def get(self, source: str) -> Document:
        """Give the document of a text, from the cache or judged now."""
        found = self._cache.get(source)
        if found is None:
            found = self._judge(source)
            if len(source) <= self.max_characters:
                self._cache[source] = found
        return found

    def cost(self, document: Document, name: str | None, variables: Mapping[str, Any] | None) -> int:
        """Reckon what one operation asks for; 0 where there is none, or its variables are wrong: nothing will run."""
        given = dict(variables or {})
        key = _cost_key(document, name, given)
        known = document.costs.get(key)
        if known is not None:
            return known
        operation = document.operation(name)
        if operation is None:
            return 0
        values = get_variable_values(self.schema, operation.variable_definitions or (), given)
        if isinstance(values, list):
            return 0
        reckoning = Reckoning(self.schema, document.fragments, values)
        cost = reckoning.operation(operation)
        document.decisive[name] = tuple(sorted(reckoning.decisive))
        document.costs[_cost_key(document, name, given)] = cost
        return cost

    def _judge(self, source: str) -> Document:
        """Parse, then measure, then validate: each step guards the next from what would make it slow."""
        if len(source) > self.max_characters:
            return Document(None, (too_complex(f"{len(source)} characters, of {self.max_characters} at most"),))
        try:
            tree = parse(source, max_tokens=self.max_tokens)
        except GraphQLError as error:
            error.extensions = {"code": "GRAPHQL_PARSE_FAILED"}
            return Document(None, (error,))
        except RecursionError:
            return Document(None, (too_complex("nested too deeply"),))
        excess = check(tree, self.limits)
        if excess is not None:
            return Document(None, (excess,))
        invalid = self._validate(tree)
        return Document(None if invalid else tree, invalid)

    def _validate(self, tree: DocumentNode) -> tuple[GraphQLError, ...]:
        found = validate(
            self.schema,
            tree,
            self.rules,
            max_errors=MAX_VALIDATION_ERRORS,
            hide_suggestions=not self.introspection,
        )
        if found and isinstance(found[0], ValidationAbortedError):
            return (too_complex("its fields overlap too often"),)
        for each in found:
            each.extensions = {"code": "GRAPHQL_VALIDATION_FAILED"}
        return tuple(found)


def len_of_source(document: Document) -> int:
    """Weigh a cached document by its text."""
    location = document.tree.loc if document.tree else None
    return len(location.source.body) if location else 1_000


def _cost_key(document: Document, name: str | None, variables: Mapping[str, Any]) -> Any:
    """Name an operation and what decides on its cost; None where that is not known yet."""
    decisive = document.decisive.get(name)
    return None if decisive is None else (name, *[_as_key(variables.get(each, Undefined)) for each in decisive])


def _as_key(value: Any) -> Any:
    """Make a variable's value a part of a key: what may be long by a digest, and a text other than a list of it."""
    if isinstance(value, str | list | dict):
        return type(value), blake2b(repr(value).encode(), digest_size=16).digest()
    return value

"""Documents: the text of a query is parsed, limited and validated once, and cached with its compiled plans."""

from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    Undefined,
    parse,
    specified_rules,
    validate,
)
from graphql.validation import (
    NoSchemaIntrospectionCustomRule,
    OverlappingFieldsCanBeMergedRule,
    ValidationContext,
)

from graphql_api.errors import ParseFailed, ValidationFailed
from graphql_api.execution.budget import AT_ONCE
from graphql_api.execution.cost import CostVisitor
from graphql_api.execution.document import Document, DocumentCache, OperationRequest, bare
from graphql_api.execution.limits import Limits, check, too_complex
from graphql_api.execution.private_names import ValidationAbortedError, limit_comparisons
from graphql_api.execution.weighed_cache import as_key

CACHED_BYTES = 2**26
"""Maximum memory of documents in bytes, including refused ones and compiled plans."""

COST_BYTES = 100
"""Bytes of a cost without its key."""

CHARACTER = AT_ONCE // 1_000
"""Work of validating a character of a text: up to 30 ms for a thousand, by their tokens."""

MAX_VALIDATION_ERRORS = 5
MAX_COMPARISONS = 10_000
"""Maximum number of comparisons of fields with the same response key. They grow with the square of repetitions."""


class _BoundedOverlap(OverlappingFieldsCanBeMergedRule):
    """The rule that fields with the same response key must be mergeable, with a limit of comparisons."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        limit_comparisons(self, MAX_COMPARISONS)


RULES = [_BoundedOverlap if each is OverlappingFieldsCanBeMergedRule else each for each in specified_rules]


class Documents:
    """A limited cache of documents by query text, including refusals, which all requests share."""

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        max_characters: int,
        max_tokens: int,
        limits: Limits,
        introspection: bool,
        max_bytes: int = CACHED_BYTES,
    ) -> None:
        """Validate documents against ``schema`` and the limits. Store ``max_bytes`` of them."""
        self.schema = schema
        self.max_characters = max_characters
        self.max_tokens = max_tokens
        self.limits = limits
        self.introspection = introspection
        self.rules = RULES if introspection else [*RULES, NoSchemaIntrospectionCustomRule]
        self._cache = DocumentCache(max_bytes)

    def get(self, source: str) -> Document:
        """Return the document of a text, from the cache or after validation."""
        found = self._cache.get(source)
        if found is None:
            found = self.judge(source)
            self.keep(found)
        return found

    def work(self, source: str) -> int:
        """Return the work of validating a text, in values of a list. 0 if it is done, or the text is refused."""
        return 0 if len(source) > self.max_characters or source in self._cache else CHARACTER * len(source)

    def keep(self, document: Document) -> None:
        """Store a validated document, unless its text is too long."""
        if document.source:
            document.grown = self._cache.put
            self._cache.put(document)

    def cost(self, request: OperationRequest) -> int:
        """Return the cost of an operation. 0 if there is none or its variables are invalid, so that nothing runs."""
        operation, document, name = request.operation, request.document, request.name
        if operation is None or request.values is None:
            return 0
        known: int | None = document.compiled.get(_cost_key(request))
        if known is not None:
            return known
        visitor = CostVisitor(self.schema, document.fragments, request.values)
        cost = visitor.operation(operation)
        document.decisive[name] = tuple(sorted(visitor.decisive))
        document.keep(_cost_key(request), cost, COST_BYTES)
        return cost

    def judge_new(self, source: str) -> Document | None:
        """Validate a text in any thread. None if its document was stored in the meantime."""
        return None if source in self._cache else self.judge(source)

    def judge(self, source: str) -> Document:
        """Parse, measure and validate a text. Each step refuses input that would be slow in the next one.

        Nothing is stored.
        """
        if len(source) > self.max_characters:
            return Document(None, (too_complex(f"{len(source)} characters, of {self.max_characters} at most"),))
        tree, errors = self._parsed(source)
        return Document(tree, tuple(map(bare, errors)), source)

    def _parsed(self, source: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
        """Return the tree of a valid document, or the errors."""
        try:
            tree = parse(source, max_tokens=self.max_tokens)
        except GraphQLError as error:
            error.extensions = {"code": ParseFailed.code}
            return None, (error,)
        except RecursionError:
            return None, (too_complex("nested too deeply"),)
        excess = check(tree, self.limits)
        if excess is not None:
            return None, (excess,)
        invalid = self._validate(tree)
        return (None if invalid else tree), invalid

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
            each.extensions = {"code": ValidationFailed.code}
        return tuple(found)


def _cost_key(request: OperationRequest) -> Any:
    """Return the key of an operation's cost. None if its variables are not known yet."""
    decisive = request.document.decisive.get(request.name)
    if decisive is None:
        return None
    return "cost", request.name, *[as_key(request.variables.get(each, Undefined)) for each in decisive]

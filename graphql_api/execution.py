"""Execution: an operation is answered by its compiled plan, or by the general executor where the plan cannot."""

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

import orjson
import strawberry
import structlog
from cachetools import LRUCache
from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graphql_api.calls import NO_VARIABLES, Operation
from graphql_api.context import Context
from graphql_api.documents import Document
from graphql_api.encoding import RowTemplate, encode_rows
from graphql_api.planning import compile_plan
from graphql_api.plans import Plan, Run, Unplanned
from graphql_api.records import Window

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of one operation: the JSON of ``data`` in chunks (None where nothing was executed), and the errors."""

    data: list[bytes] | None
    errors: tuple[GraphQLError, ...] = ()
    planned: bool = False


class Engine:
    """Executes documents against one schema; holds the cache of encoded projections."""

    def __init__(self, schema: strawberry.Schema, projection_bytes: int) -> None:
        """Keep at most ``projection_bytes`` of encoded lists; 0 keeps none."""
        self.schema = schema._schema  # noqa: SLF001 - Strawberry has no public name for its graphql-core schema
        self._projections: LRUCache[Any, list[bytes]] = LRUCache(projection_bytes, getsizeof=_total)

    async def execute(
        self, document: Document, operation_name: str | None, variables: Mapping[str, Any] | None, context: Context
    ) -> Answer:
        """Run one operation of a valid document."""
        operation = document.operation(operation_name)
        values = self._coerced(operation, variables) if operation else None
        plan = self._plan(document, operation, values) if operation and values else None
        if plan and values:
            out: list[bytes] = []
            try:
                await plan.root.write_fields(None, Run(context, values, self._write_rows), out)
            except Exception as error:  # noqa: BLE001 - whatever it is, the general executor will say it properly
                log.debug("plan_left", reason=repr(error))
            else:
                return Answer(out, planned=True)
        return await self.execute_generally(document, operation_name, variables, context)

    async def execute_generally(
        self, document: Document, operation_name: str | None, variables: Mapping[str, Any] | None, context: Context
    ) -> Answer:
        """Run one operation by graphql-core's own executor: what every plan is held to."""
        assert document.tree is not None  # noqa: S101 - the caller answers refused documents itself
        executor = StrawberryGraphQLCoreExecutionContext.build(
            self.schema,
            document.tree,
            context_value=context,
            raw_variable_values=dict(variables or {}),
            operation_name=operation_name,
        )
        if isinstance(executor, list):
            return Answer(None, tuple(executor))
        result = executor.execute_operation()
        if isawaitable(result):
            result = await result
        assert isinstance(result, ExecutionResult)  # noqa: S101 - incremental delivery is off
        return Answer([orjson.dumps(result.data)], tuple(result.errors or ()))

    def _coerced(
        self, operation: OperationDefinitionNode, variables: Mapping[str, Any] | None
    ) -> VariableValues | None:
        """Coerce the variables; None where they are wrong, which the general executor will tell."""
        if not operation.variable_definitions:
            return NO_VARIABLES
        values = get_variable_values(self.schema, operation.variable_definitions, dict(variables or {}))
        return None if isinstance(values, list) else values

    def _plan(self, document: Document, node: OperationDefinitionNode, values: VariableValues) -> Plan | None:
        """Give the plan for the operation and the variables that shape it; None where it cannot be planned."""
        key = _plan_key(document, node, values)
        if key is None:
            return None
        if key in document.plans:
            found: Plan | None = document.plans[key]
            return found
        try:
            plan = compile_plan(Operation(self.schema, node, document.fragments), values)
        except Unplanned:
            document.plans[key] = None
            return None
        if not plan.shaped_by <= document.shaped_by:
            document.shaped_by |= plan.shaped_by
            document.plans.clear()
            key = _plan_key(document, node, values)
        if key is not None:
            document.plans[key] = plan
        return plan

    def _write_rows(self, window: Window, template: RowTemplate) -> list[bytes]:
        """Write a window's rows, or give the chunks that were written for it before."""
        if len(window) < CACHED_ROWS or window.rows.key is None:
            return encode_rows(window.records, window.rows, template)
        key = (window.records.version, window.rows.key, template)
        found = self._projections.get(key)
        if found is None:
            found = encode_rows(window.records, window.rows, template)
            if _total(found) <= self._projections.maxsize:
                self._projections[key] = found
        return found


CACHED_ROWS = 64
"""Shorter windows are written afresh each time: it costs less than the cache would."""


def _plan_key(document: Document, node: OperationDefinitionNode, values: VariableValues) -> Any:
    """Name the operation and the values that shape its plan; None where a value cannot be a key."""
    key = (id(node), *(values.coerced.get(each) for each in sorted(document.shaped_by)))
    try:
        hash(key)
    except TypeError:
        return None
    return key


def _total(chunks: list[bytes]) -> int:
    return sum(map(len, chunks))

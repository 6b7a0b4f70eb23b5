"""Execution: an operation is answered by its compiled plan, or by the general executor where the plan cannot."""

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

import orjson
import strawberry
import structlog
from cachetools import LRUCache
from graphql import ExecutionResult, GraphQLError
from graphql.execution.executor import Executor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graphql_api.context import Context
from graphql_api.documents import Document
from graphql_api.encoding import RowTemplate, encode_rows
from graphql_api.plans import Plan, Run, Unplanned, compile_plan
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
        executor = self._executor(document, operation_name, variables, context)
        if isinstance(executor, list):
            return Answer(None, tuple(executor))
        plan = self._plan(document, executor)
        if plan is not None:
            out: list[bytes] = []
            try:
                await plan.root.write_fields(None, Run(executor, self._write_rows), out)
            except Exception as error:  # noqa: BLE001 - whatever it is, the general executor will say it properly
                log.debug("plan_left", reason=repr(error))
            else:
                return Answer(out, planned=True)
        return await _generally(executor)

    async def execute_generally(
        self, document: Document, operation_name: str | None, variables: Mapping[str, Any] | None, context: Context
    ) -> Answer:
        """Run one operation without a plan: what every plan is held to."""
        executor = self._executor(document, operation_name, variables, context)
        return Answer(None, tuple(executor)) if isinstance(executor, list) else await _generally(executor)

    def _executor(
        self, document: Document, operation_name: str | None, variables: Mapping[str, Any] | None, context: Context
    ) -> Executor[Any] | list[GraphQLError]:
        """Prepare graphql-core's executor: the operation chosen, its variables coerced; or the errors of either."""
        assert document.tree is not None  # noqa: S101 - the caller answers refused documents itself
        return StrawberryGraphQLCoreExecutionContext.build(
            self.schema,
            document.tree,
            context_value=context,
            raw_variable_values=dict(variables or {}),
            operation_name=operation_name,
        )

    def _plan(self, document: Document, executor: Executor[Any]) -> Plan | None:
        """Give the plan for the operation and the variables that shape it; None where it cannot be planned."""
        key = _plan_key(document, executor)
        if key is None:
            return None
        if key in document.plans:
            found: Plan | None = document.plans[key]
            return found
        try:
            plan = compile_plan(executor)
        except Unplanned:
            document.plans[key] = None
            return None
        if not plan.shaped_by <= document.shaped_by:
            document.shaped_by |= plan.shaped_by
            document.plans.clear()
            key = _plan_key(document, executor)
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


async def _generally(executor: Executor[Any]) -> Answer:
    """Answer by graphql-core's own executor."""
    result = executor.execute_operation()
    if isawaitable(result):
        result = await result
    assert isinstance(result, ExecutionResult)  # noqa: S101 - incremental delivery is off
    return Answer([orjson.dumps(result.data)], tuple(result.errors or ()))


def _plan_key(document: Document, executor: Executor[Any]) -> Any:
    """Name the operation and the values that shape its plan; None where a value cannot be a key."""
    coerced = executor.variable_values.coerced
    name = executor.operation.name
    key = (name.value if name else None, *(coerced.get(each) for each in sorted(document.shaped_by)))
    try:
        hash(key)
    except TypeError:
        return None
    return key


def _total(chunks: list[bytes]) -> int:
    return sum(map(len, chunks))

"""Execution of an operation by its compiled plan, or by the general executor if the plan fails."""

from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from inspect import isawaitable
from typing import Any, NamedTuple

import orjson
import strawberry
from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode

from graphql_api.execution.bounded import BoundedExecutor
from graphql_api.execution.calls import Operation
from graphql_api.execution.context import Context
from graphql_api.execution.document import Document, OperationRequest
from graphql_api.execution.planning import compile_plan
from graphql_api.execution.plans import Plan, Run, Unplanned
from graphql_api.execution.private_names import VariableValues, core_schema
from graphql_api.execution.projections import Projections
from graphql_api.execution.unknown_names import named_inputs, refusal, unknown_names
from graphql_api.execution.weighed_cache import as_key
from graphql_api.logs import EventLogger

MAX_ERRORS = 5
"""Maximum number of errors about variables of one operation."""

log = EventLogger(__name__)


class Answer(NamedTuple):
    """The result of one operation: the JSON of ``data`` in chunks (None if nothing was executed), and errors."""

    data: list[bytes] | None
    errors: tuple[GraphQLError, ...] = ()
    planned: bool = False


class Engine:
    """Executes documents against one schema."""

    def __init__(self, schema: strawberry.Schema, projections: Projections) -> None:
        """Write lists of rows by ``projections``."""
        self.schema = core_schema(schema)
        self.projections = projections

    def execute(
        self, document: Document, operation_name: str | None, variables: Mapping[str, Any] | None, context: Context
    ) -> Coroutine[Any, Any, Answer]:
        """Run one operation of a valid document."""
        request = document.request(self.schema, operation_name, variables)
        return self._run(request, self._planned(request), context)

    def prepare(self, request: OperationRequest) -> Callable[[Context], Coroutine[Any, Any, Answer]]:
        """Return a function that runs an operation of a valid document, in any thread, and again if it is pure."""
        return partial(self._run, request, self._planned(request))

    async def _run(self, request: OperationRequest, plan: Plan | None, context: Context) -> Answer:
        if plan and request.values:
            out: list[bytes] = []
            later = None
            try:
                later = plan.root.write_fields(None, Run(context, request.values, self.projections), out)
                if later is not None:
                    await later
            except Exception as error:  # noqa: BLE001 - whatever it is, the general executor will say it properly
                log.debug("plan_left", reason=repr(error))
            else:
                return Answer(out, planned=True)
            finally:
                later = None  # it holds the error, and that holds this frame
        return await self.execute_generally(request, context)

    async def execute_generally(self, request: OperationRequest, context: Context) -> Answer:
        """Run one operation by graphql-core's executor. Every plan must have the same result."""
        tree, operation = request.document.tree, request.operation
        assert tree is not None  # noqa: S101 - the caller answers refused documents itself
        hide_suggestions = not context.settings.introspection
        if operation is not None:
            inputs = named_inputs(self.schema, operation.variable_definitions or ())
            errors = unknown_names(inputs, request.variables)
            if refused := refusal(errors, MAX_ERRORS, hide_suggestions=hide_suggestions):
                return Answer(None, tuple(refused))
        executor = BoundedExecutor.build(
            self.schema,
            tree,
            context_value=context,
            raw_variable_values=dict(request.variables),
            operation_name=request.name,
            max_coercion_errors=MAX_ERRORS,
            hide_suggestions=hide_suggestions,
        )
        if isinstance(executor, list):
            return Answer(None, tuple(executor))
        assert isinstance(executor, BoundedExecutor)  # noqa: S101 - its class made it
        result = executor.execute_operation()
        if isawaitable(result):
            result = await result
        executor.release()
        assert isinstance(result, ExecutionResult)  # noqa: S101 - incremental delivery is off
        return Answer([orjson.dumps(result.data)], tuple(result.errors or ()))

    def _planned(self, request: OperationRequest) -> Plan | None:
        """Return the plan for the operation and the variables that determine it. None if it cannot be planned.

        An operation that is not pure has no plan: if a plan failed, the general executor would repeat its effects.
        """
        document, _, node, _, values = request
        if node is None or values is None or not document.is_pure(self.schema, request.name):
            return None
        key = _plan_key(document, node, values)
        if key is None:
            return None
        found: Plan | Unplanned | None = document.compiled.get(key)
        if found is None:
            found = self._compiled(document, node, values)
            if isinstance(found, Plan) and not found.shaped_by <= document.shaped_by:
                document.shaped_by |= found.shaped_by
                document.compiled.clear()
                key = _plan_key(document, node, values)
            if key is not None:
                document.keep(key, found, found.size if isinstance(found, Plan) else 0)
        return found if isinstance(found, Plan) else None

    def _compiled(self, document: Document, node: OperationDefinitionNode, values: VariableValues) -> Plan | Unplanned:
        """Return the compiled plan of an operation, or ``Unplanned``."""
        try:
            return compile_plan(Operation(self.schema, node, document.fragments), values)
        except (Unplanned, RecursionError):
            return Unplanned()


def _plan_key(document: Document, node: OperationDefinitionNode, values: VariableValues) -> Any:
    """Return the key of an operation's plan with the values that determine it. None if a value is not hashable."""
    if not document.shaped_by:
        return "plan", id(node)
    key = ("plan", id(node), *[as_key(values.coerced.get(each)) for each in sorted(document.shaped_by)])
    try:
        hash(key)
    except TypeError:
        return None
    return key

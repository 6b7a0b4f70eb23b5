"""One operation answered by its plan, or by Strawberry's own executor, to be compared."""

import asyncio
from inspect import isawaitable
from typing import Any

import orjson
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graphql_api.app import Core
from graphql_api.execution.context import Context
from graphql_api.execution.engine import Answer
from graphql_api.web.graphql_response import response_map


def answer(core: Core, query: str, variables: dict[str, Any], *, planned: bool) -> Answer:
    """Execute an operation by its plan where it has one, or by the general executor alone."""
    document = core.documents.get(query)
    assert not document.errors, document.errors
    engine = core.engine if planned else _WithoutPlans(core)
    return asyncio.run(engine.execute(document, None, variables, Context(core.services, "r")))


class _WithoutPlans:
    """Strawberry's own executor, which knows nothing of columns."""

    def __init__(self, core: Core) -> None:
        self.schema = core.engine.schema

    async def execute(self, document: Any, name: Any, variables: Any, context: Context) -> Answer:
        executor: Any = StrawberryGraphQLCoreExecutionContext.build(
            self.schema,
            document.tree,
            context_value=context,
            raw_variable_values=variables,
            operation_name=name,
        )
        if isinstance(executor, list):
            return Answer(None, tuple(executor))
        result = executor.execute_operation()
        result = await result if isawaitable(result) else result
        return Answer([orjson.dumps(result.data)], tuple(result.errors or ()))


def body(found: Answer) -> bytes:
    """Give the bytes that a client gets."""
    return b"".join(response_map(found, "r"))

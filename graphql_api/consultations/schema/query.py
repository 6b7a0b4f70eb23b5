"""``consultation``."""

from typing import Annotated

import strawberry

from graphql_api.consultations.schema.types import Consultation, show_consultation
from graphql_api.execution.context import Context
from graphql_api.execution.cost import LOAD, cost


@strawberry.type
class Query:
    """The root field of consultations."""

    @strawberry.field(
        description="A consultation. Null if there is no consultation with this id, or if it has expired.",
        metadata=cost(weight=LOAD),
    )
    async def consultation(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, strawberry.argument(description="The id that `startConsultation` returned.")],  # noqa: A002
    ) -> Consultation | None:
        """Read a consultation."""
        from graphql_api.consultations.service import Consultations

        found = await info.context.use(Consultations).find(id)
        return None if found is None else show_consultation(id, found, info.context)

"""``slip``."""

from typing import Annotated

import strawberry

from graphql_api.execution.context import Context
from graphql_api.execution.cost import LOAD, cost
from graphql_api.slips.lookup import SlipRaces
from graphql_api.slips.schema import tickets
from graphql_api.slips.schema.types import Slip, show_slip


@strawberry.type
class Query(tickets.Query):
    """The root fields of tickets and slips."""

    @strawberry.field(
        description="A betting slip. Null if there is no slip with this id, or if it has expired.",
        metadata=cost(weight=LOAD),
    )
    async def slip(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, strawberry.argument(description="The id that `addToSlip` returned.")],  # noqa: A002
    ) -> Slip | None:
        """Read a slip."""
        from graphql_api.slips.service import Slips

        found = await info.context.use(Slips).find(id)
        return None if found is None else show_slip(id, found, SlipRaces(info.context))

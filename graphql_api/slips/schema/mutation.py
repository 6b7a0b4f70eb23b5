"""Mutations of slips. Each weighs so much that one request cannot hold many."""

from typing import Annotated

import strawberry

from graphql_api.execution.context import Context
from graphql_api.execution.cost import cost
from graphql_api.slips import changes
from graphql_api.slips.adding import prepare_item
from graphql_api.slips.lookup import SlipRaces
from graphql_api.slips.races import race_of_graphql
from graphql_api.slips.schema.tickets import TicketInput
from graphql_api.slips.schema.types import SlipPayload, show_payload
from graphql_api.slips.service import Order, Slips, order_of

MUTATION = cost(weight=200_000)
"""Of the default limit of 3,000,000, so that one request changes slips 14 times at most."""

Info = strawberry.Info[Context, None]

SlipId = Annotated[strawberry.ID, strawberry.argument(description="The id of the slip.")]
ItemId = Annotated[strawberry.ID, strawberry.argument(description="The id of the item.")]
ExpectedVersion = Annotated[
    int | None,
    strawberry.argument(
        description="The version that is to be changed; if the slip has another one, the answer is `CONFLICT`. Without "
        "it the change is made to whatever version there is."
    ),
]
RequestId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="Any text that tells this request from the others: sent again with it, the request is not carried "
        "out again. To make a slip it must be a random UUID."
    ),
]


@strawberry.type
class Mutation:
    """The root fields that change slips."""

    @strawberry.mutation(
        description="Add a ticket to a slip, or make a slip of it. The stakes of the same bet are added up.",
        metadata=MUTATION,
    )
    async def add_to_slip(
        self,
        info: Info,
        race_id: Annotated[
            strawberry.ID,
            strawberry.argument(description="netkeiba's id of the race, or `YYYYMMDD_course_RR` with its underscores."),
        ],
        ticket: Annotated[TicketInput, strawberry.argument(description="The ticket.")],
        slip_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="The id of the slip; without it one is made.")
        ] = None,
        expected_version: ExpectedVersion = None,
        client_request_id: RequestId = None,
    ) -> SlipPayload:
        """Prepare the item, then add it."""
        slips, races = info.context.use(Slips), SlipRaces(info.context)
        selection = ticket.selection()
        item = await prepare_item(race_of_graphql(race_id), selection, ticket.unit_stake, races, slips.now())
        asked = ("add", race_id, repr(selection), ticket.unit_stake)
        order = order_of(lambda slip: changes.add(slip, item), asked, expected_version, client_request_id)
        written = await (slips.create(order, client_request_id) if slip_id is None else slips.change(slip_id, order))
        return show_payload(*written, races)

    @strawberry.mutation(description="Change the stake of an item.", metadata=MUTATION)
    async def change_slip_item(
        self,
        info: Info,
        slip_id: SlipId,
        item_id: ItemId,
        unit_stake: Annotated[int, strawberry.argument(description="Yen on each combination, a multiple of 100.")],
        expected_version: ExpectedVersion = None,
        client_request_id: RequestId = None,
    ) -> SlipPayload:
        """Change a stake."""
        asked = ("change", item_id, unit_stake)
        change = lambda slip: changes.change_stake(slip, item_id, unit_stake)  # noqa: E731
        return await _change(info, slip_id, order_of(change, asked, expected_version, client_request_id))

    @strawberry.mutation(description="Take an item off a slip.", metadata=MUTATION)
    async def remove_from_slip(
        self,
        info: Info,
        slip_id: SlipId,
        item_id: ItemId,
        expected_version: ExpectedVersion = None,
        client_request_id: RequestId = None,
    ) -> SlipPayload:
        """Take an item off."""
        change = lambda slip: changes.remove(slip, item_id)  # noqa: E731
        return await _change(info, slip_id, order_of(change, ("remove", item_id), expected_version, client_request_id))

    @strawberry.mutation(description="Take all items off a slip.", metadata=MUTATION)
    async def clear_slip(
        self,
        info: Info,
        slip_id: SlipId,
        expected_version: ExpectedVersion = None,
        client_request_id: RequestId = None,
    ) -> SlipPayload:
        """Take all items off."""
        return await _change(info, slip_id, order_of(changes.clear, ("clear",), expected_version, client_request_id))


async def _change(info: Info, slip_id: str, order: Order) -> SlipPayload:
    written = await info.context.use(Slips).change(slip_id, order)
    return show_payload(*written, SlipRaces(info.context))

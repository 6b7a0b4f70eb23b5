"""Mutations of slips. Each costs so much that one request cannot contain many."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from graphql_api.execution.context import Context
from graphql_api.execution.cost import cost
from graphql_api.slips import changes
from graphql_api.slips.lookup import SlipRaces
from graphql_api.slips.schema.tickets import TicketInput
from graphql_api.slips.schema.types import SlipPayload, show_payload

if TYPE_CHECKING:
    from graphql_api.slips.service import Order

MUTATION = cost(weight=200_000)
"""Part of the default limit of 3,000,000, so that one request changes slips 14 times at most."""

Info = strawberry.Info[Context, None]

SlipId = Annotated[strawberry.ID, strawberry.argument(description="The id of the slip.")]
ItemId = Annotated[strawberry.ID, strawberry.argument(description="The id of the item.")]
ExpectedVersion = Annotated[
    int | None,
    strawberry.argument(
        description=(
            "The expected version of the slip. If the slip has another version, the error code is "
            "`CONFLICT`. If omitted, the current version is changed."
        )
    ),
]
RequestId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description=(
            "A unique text for this request (idempotency key). If the request is sent again with the same "
            "text, the change is not made again. To create a slip, it must be a random UUID."
        )
    ),
]


@strawberry.type
class Mutation:
    """The root fields that change slips."""

    @strawberry.mutation(
        description=(
            "Add a ticket to a slip, or create a new slip with the ticket. If the slip already has the "
            "same bet, the stakes are added."
        ),
        metadata=MUTATION,
    )
    async def add_to_slip(
        self,
        info: Info,
        race_id: Annotated[
            strawberry.ID,
            strawberry.argument(description="netkeiba's id of the race, or an id of the form `YYYYMMDD_course_RR`."),
        ],
        ticket: Annotated[TicketInput, strawberry.argument(description="The ticket.")],
        slip_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="The id of the slip. If omitted, a new slip is created."),
        ] = None,
        expected_version: ExpectedVersion = None,
        client_request_id: RequestId = None,
    ) -> SlipPayload:
        """Prepare the item, then add it."""
        from graphql_api.slips.adding import prepare_item
        from graphql_api.slips.races import race_of_graphql
        from graphql_api.slips.service import Slips, order_of

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
        unit_stake: Annotated[
            int, strawberry.argument(description="Stake in yen on each combination, a multiple of 100.")
        ],
        expected_version: ExpectedVersion = None,
        client_request_id: RequestId = None,
    ) -> SlipPayload:
        """Change a stake."""
        from graphql_api.slips.service import order_of

        asked = ("change", item_id, unit_stake)
        change = lambda slip: changes.change_stake(slip, item_id, unit_stake)  # noqa: E731
        return await _change(info, slip_id, order_of(change, asked, expected_version, client_request_id))

    @strawberry.mutation(description="Remove an item from a slip.", metadata=MUTATION)
    async def remove_from_slip(
        self,
        info: Info,
        slip_id: SlipId,
        item_id: ItemId,
        expected_version: ExpectedVersion = None,
        client_request_id: RequestId = None,
    ) -> SlipPayload:
        """Remove an item."""
        from graphql_api.slips.service import order_of

        change = lambda slip: changes.remove(slip, item_id)  # noqa: E731
        return await _change(info, slip_id, order_of(change, ("remove", item_id), expected_version, client_request_id))

    @strawberry.mutation(description="Remove all items from a slip.", metadata=MUTATION)
    async def clear_slip(
        self,
        info: Info,
        slip_id: SlipId,
        expected_version: ExpectedVersion = None,
        client_request_id: RequestId = None,
    ) -> SlipPayload:
        """Remove all items."""
        from graphql_api.slips.service import order_of

        return await _change(info, slip_id, order_of(changes.clear, ("clear",), expected_version, client_request_id))


async def _change(info: Info, slip_id: str, order: "Order") -> SlipPayload:
    from graphql_api.slips.service import Slips

    written = await info.context.use(Slips).change(slip_id, order)
    return show_payload(*written, SlipRaces(info.context))

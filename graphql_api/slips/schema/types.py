"""Slips as GraphQL shows them. What is told of races is looked up when it is asked for, once for each race."""

from datetime import datetime

import strawberry

from graphql_api.execution.context import Context
from graphql_api.execution.cost import LOAD, cost
from graphql_api.schema.enums import declare
from graphql_api.slips import estimates, model, settling, warnings
from graphql_api.slips.changes import MAX_ITEMS, Changed
from graphql_api.slips.lookup import SlipRaces
from graphql_api.slips.service import Slips
from graphql_api.slips.settling import ItemSettlement, UnsettledReason, settle_item
from graphql_api.slips.tickets.types import BetMethod, BetType
from graphql_api.slips.warnings import SlipWarningCode, warnings_of

Info = strawberry.Info[Context, None]

declare(SlipWarningCode, warnings.CODES)
declare(UnsettledReason, settling.REASONS)

LOOKUP = cost(weight=LOAD // 2)
"""What looking a race up costs, for the item of which it is asked."""


@strawberry.type(description="A warning on an item of a slip.")
class SlipWarning:
    """Public face of ``warnings.SlipWarning``."""

    code: SlipWarningCode = strawberry.field(description="What it is about.")
    message: str = strawberry.field(description="The same for people.")


@strawberry.type(
    description="An estimate of what one winning combination of an item returns, by the odds at hand. Odds move until "
    "the race, so that it is no promise."
)
class EstimatedReturn:
    """Public face of ``estimates.Estimate``."""

    min: int = strawberry.field(description="Yen by the lowest odds among the item's combinations.")
    max: int = strawberry.field(description="Yen by the highest.")
    as_of: datetime | None = strawberry.field(description="When the odds were those; null where that is not known.")
    is_estimate: bool = strawberry.field(default=True, description="Always true: the payouts will differ.")


@strawberry.type(description="What an item came to after its race; what is not known is null, and `reason` tells why.")
class SlipSettlement:
    """Public face of ``settling.ItemSettlement``."""

    won: list[list[int]] | None = strawberry.field(description="The combinations that won, ascending.")
    refund: int | None = strawberry.field(
        description="Yen refunded (返還) for horses that did not start, or for a race that was called off."
    )
    yen: int | None = strawberry.field(description="Yen that the won combinations pay, without the refund.")
    reason: UnsettledReason | None = strawberry.field(description="Why something is null; null where nothing is.")


def _settlement(settled: ItemSettlement) -> SlipSettlement:
    won = None if settled.won is None else [list(each) for each in settled.won]
    return SlipSettlement(won=won, refund=settled.refund, yen=settled.yen, reason=settled.reason)


@strawberry.type(description="A ticket on a slip.")
class SlipItem:
    """Public face of ``model.SlipItem``."""

    item: strawberry.Private[model.SlipItem]
    races: strawberry.Private[SlipRaces]

    id: strawberry.ID = strawberry.field(description="Names the item on its slip.")
    race_id: strawberry.ID = strawberry.field(
        description="netkeiba's id of the race, or `YYYYMMDD_course_RR` where that is not known."
    )
    race_name: str | None = strawberry.field(description="The race's name when the item was added, if it was known.")
    type: BetType = strawberry.field(description="The type of the bet.")
    method: BetMethod = strawberry.field(description="How the combinations were selected.")
    legs: list[list[int]] = strawberry.field(
        description="The numbers that may take each place, in any order with `multi` or where the order does not count."
    )
    multi: bool = strawberry.field(description="マルチ: whether the legs of a bet on the order may take any place.")
    combinations: int = strawberry.field(description="How many combinations it covers.")
    unit_stake: int = strawberry.field(description="Yen on each combination.")
    cost: int = strawberry.field(description="Yen of all combinations.")
    added_at: datetime = strawberry.field(description="When it was added.")

    @strawberry.field(description="What speaks against its being bought as it stands.", metadata=LOOKUP)
    async def warnings(self, info: Info) -> list[SlipWarning]:
        """Look the race up and compare."""
        found = warnings_of(self.item, await self.races.find(self.item.look_up_id), info.context.use(Slips).now())
        return [SlipWarning(code=each.code, message=each.message) for each in found]

    @strawberry.field(
        description="What it may return; null for types of which no odds are at hand: there are odds of WIN only.",
        metadata=LOOKUP,
    )
    async def estimated_return(self) -> EstimatedReturn | None:
        """Estimate by win odds."""
        found = estimates.estimate(self.item, await self.races.find(self.item.look_up_id))
        return None if found is None else EstimatedReturn(min=found.least, max=found.most, as_of=found.as_of)

    @strawberry.field(description="What it came to after the race.", metadata=LOOKUP)
    async def settlement(self, info: Info) -> SlipSettlement:
        """Settle by the result."""
        race = await self.races.find(self.item.look_up_id)
        return _settlement(settle_item(self.item, race, info.context.use(Slips).now()))


@strawberry.type(description="A betting slip: tickets that somebody thinks of buying. Nothing is bought here.")
class Slip:
    """Public face of ``model.Slip``."""

    id: strawberry.ID = strawberry.field(
        description="A capability: whoever knows it may read and change the slip. Keep it as a secret."
    )
    version: int = strawberry.field(description="Raised by one with each change.")
    items: list[SlipItem] = strawberry.field(
        description=f"The tickets, in the order in which they were added; {MAX_ITEMS} at most."
    )
    item_count: int = strawberry.field(description="How many items it has.")
    total: int = strawberry.field(description="Yen of all items.")
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")
    expires_at: datetime = strawberry.field(description="When it will be gone, unless it is changed before.")


@strawberry.type(description="A slip after a change.")
class SlipPayload:
    """What mutations of slips return."""

    slip: Slip = strawberry.field(description="The slip as it is now.")
    item: SlipItem | None = strawberry.field(description="The item that was added or changed; null where none was.")
    merged: bool = strawberry.field(
        description="Whether the same bet stood on the slip already, so that its stake was raised."
    )


def show_slip(slip_id: str, slip: model.Slip, races: SlipRaces) -> Slip:
    """Return the public face of a slip."""
    return Slip(
        id=strawberry.ID(slip_id),
        version=slip.version,
        items=[show_item(item, races) for item in slip.items],
        item_count=len(slip.items),
        total=slip.total,
        created_at=slip.created_at,
        updated_at=slip.updated_at,
        expires_at=slip.expires_at,
    )


def show_item(item: model.SlipItem, races: SlipRaces) -> SlipItem:
    """Return the public face of an item."""
    return SlipItem(
        item=item,
        races=races,
        id=strawberry.ID(item.id),
        race_id=strawberry.ID(item.race_id),
        race_name=item.race_name,
        type=item.ticket.bet_type,
        method=item.method,
        legs=[sorted(leg) for leg in item.ticket.legs],
        multi=item.ticket.multi,
        combinations=item.combinations,
        unit_stake=item.unit_stake,
        cost=item.cost,
        added_at=item.added_at,
    )


def show_payload(slip_id: str, changed: Changed, races: SlipRaces) -> SlipPayload:
    """Return the public face of a change."""
    item = changed.slip.item(changed.item_id)
    return SlipPayload(
        slip=show_slip(slip_id, changed.slip, races),
        item=None if item is None else show_item(item, races),
        merged=changed.is_merged,
    )

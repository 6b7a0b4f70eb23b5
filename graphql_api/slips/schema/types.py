"""Slips as GraphQL shows them. Data of races is looked up if it is selected, once for each race."""

from datetime import datetime

import strawberry

from graphql_api.execution.context import Context
from graphql_api.execution.cost import LOAD, cost
from graphql_api.races import model as races_model
from graphql_api.races.schema.types import Race
from graphql_api.schema.enums import declare
from graphql_api.slips import estimates, model, settling, warnings
from graphql_api.slips.changes import MAX_ITEMS, Changed
from graphql_api.slips.lookup import SlipRaces
from graphql_api.slips.schema.enums import BetMethod, BetType
from graphql_api.slips.settling import ItemSettlement, UnsettledReason, settle_item
from graphql_api.slips.warnings import SlipWarningCode, warnings_of

Info = strawberry.Info[Context, None]

declare(SlipWarningCode, warnings.CODES)
declare(UnsettledReason, settling.REASONS)

LOOKUP = LOAD // 10
"""Cost of a race's look-up for one item. The items of a slip share few races."""

LOOKED_UP = cost(weight=LOOKUP)
WARNED = cost(weight=LOOKUP // len(SlipWarningCode), size=len(SlipWarningCode))


@strawberry.type(description="A warning on an item of a slip.")
class SlipWarning:
    """Public face of ``warnings.SlipWarning``."""

    code: SlipWarningCode = strawberry.field(description="Type of the warning.")
    message: str = strawberry.field(description="Message for users.")


@strawberry.type(
    description=(
        "Estimated return of one winning combination of an item, from the latest known odds. Odds "
        "change until the race, so the actual payout will differ."
    )
)
class EstimatedReturn:
    """Public face of ``estimates.Estimate``."""

    min: int = strawberry.field(description="Return in yen for the combination with the lowest odds.")
    max: int = strawberry.field(description="Return in yen for the combination with the highest odds.")
    as_of: datetime | None = strawberry.field(description="Time at which the odds were valid. Null if unknown.")
    is_estimate: bool = strawberry.field(default=True, description="Always true, because this is an estimate.")


@strawberry.type(description="Result of a ticket after its race. Unknown values are null, and `reason` says why.")
class SlipSettlement:
    """Public face of ``settling.ItemSettlement``."""

    won: list[list[int]] | None = strawberry.field(description="Winning combinations, in ascending order.")
    refund: int | None = strawberry.field(
        description="Refund in yen (返還) for horses that did not start, or for a cancelled race."
    )
    yen: int | None = strawberry.field(description="Payout of the winning combinations in yen, without the refund.")
    reason: UnsettledReason | None = strawberry.field(description="Why a value is null. Null if all values are known.")


def _settlement(settled: ItemSettlement) -> SlipSettlement:
    won = None if settled.won is None else [list(each) for each in settled.won]
    return SlipSettlement(won=won, refund=settled.refund, yen=settled.yen, reason=settled.reason)


@strawberry.type(description="A ticket on a slip.")
class SlipItem:
    """Public face of ``model.SlipItem``."""

    item: strawberry.Private[model.SlipItem]
    races: strawberry.Private[SlipRaces]

    id: strawberry.ID = strawberry.field(description="Id of the item on its slip.")
    race_id: strawberry.ID = strawberry.field(
        description="netkeiba's id of the race. If it is unknown: the id of the form `YYYYMMDD_course_RR`."
    )
    race_name: str | None = strawberry.field(
        description="Name of the race when the item was added. Null if it was unknown."
    )
    type: BetType = strawberry.field(description="The type of the bet.")
    method: BetMethod = strawberry.field(description="How the combinations were selected.")
    legs: list[list[int]] = strawberry.field(
        description=(
            "The numbers for each place. With `multi`, or for types without an order, they apply in any order."
        )
    )
    multi: bool = strawberry.field(description="マルチ: whether the legs of a bet with an order may take any place.")
    combinations: int = strawberry.field(description="Number of combinations.")
    unit_stake: int = strawberry.field(description="Stake in yen on each combination.")
    cost: int = strawberry.field(description="Total stake of all combinations in yen.")
    added_at: datetime = strawberry.field(description="Time at which the item was added.")

    @strawberry.field(graphql_type=Race | None, description="The race. Null if it is unknown.", metadata=LOOKED_UP)
    async def race(self) -> races_model.Race | None:
        """Look up the race."""
        return await self.races.find(self.item.look_up_id)

    @strawberry.field(description="Problems with buying this ticket now.", metadata=WARNED)
    async def warnings(self, info: Info) -> list[SlipWarning]:
        """Look up the race, and compare."""
        from graphql_api.slips.service import Slips

        found = warnings_of(self.item, await self.races.find(self.item.look_up_id), info.context.use(Slips).now())
        return [SlipWarning(code=each.code, message=each.message) for each in found]

    @strawberry.field(
        description="Estimated return of one winning combination. Null without odds, and for all types other than WIN.",
        metadata=LOOKED_UP,
    )
    async def estimated_return(self) -> EstimatedReturn | None:
        """Estimate by win odds."""
        found = estimates.estimate(self.item, await self.races.find(self.item.look_up_id))
        return None if found is None else EstimatedReturn(min=found.least, max=found.most, as_of=found.as_of)

    @strawberry.field(description="Result of the ticket after the race.", metadata=LOOKED_UP)
    async def settlement(self, info: Info) -> SlipSettlement:
        """Settle by the result."""
        from graphql_api.slips.service import Slips

        race = await self.races.find(self.item.look_up_id)
        return _settlement(settle_item(self.item, race, info.context.use(Slips).now()))


@strawberry.type(description="A betting slip: a list of planned tickets. This service does not buy tickets.")
class Slip:
    """Public face of ``model.Slip``."""

    id: strawberry.ID = strawberry.field(description="Secret id. Anyone who knows it can read and change the slip.")
    version: int = strawberry.field(description="Version number. Each change increases it by 1.")
    items: list[SlipItem] = strawberry.field(
        description=f"The tickets, in the order in which they were added; {MAX_ITEMS} at most.",
        metadata=cost(size=MAX_ITEMS),
    )
    item_count: int = strawberry.field(description="Number of items.")
    total: int = strawberry.field(description="Total stake of all items in yen.")
    created_at: datetime = strawberry.field(description="Time of creation.")
    updated_at: datetime = strawberry.field(description="Time of the last change.")
    expires_at: datetime = strawberry.field(description="Time at which the slip expires. Each change extends it.")


@strawberry.type(description="A slip after a change.")
class SlipPayload:
    """What mutations of slips return."""

    slip: Slip = strawberry.field(description="The slip after the change.")
    item: SlipItem | None = strawberry.field(description="The item that was added or changed. Null if there is none.")
    merged: bool = strawberry.field(
        description="Whether the slip already had the same bet. Its stake was then increased."
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

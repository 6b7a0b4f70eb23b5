"""The fields that slips add to a race: the types of bets on sale, and the payouts."""

from typing import Any

import strawberry

from graphql_api.execution.purity import PURE, pure
from graphql_api.slips.races import field_of
from graphql_api.slips.schema.enums import BetType
from graphql_api.slips.tickets.sales import types_on_sale

PAYOUTS = 12
"""Estimated number of payouts of a race, which is that without dead heats."""


@strawberry.type(description="Payout (払戻金) of one winning combination.")
class Payout:
    """Public face of ``races.model.Payout``."""

    type: BetType = strawberry.field(description="The type of the bet.")
    combination: list[int] = strawberry.field(
        description=(
            "Horse numbers; for BRACKET_QUINELLA bracket numbers. For types with an order: in finishing order."
        )
    )
    yen: int = strawberry.field(description="Yen for a bet of 100 yen.")


@strawberry.type
class RaceBets:
    """Fields that join ``Race``, whose object is a ``races.model.Race``."""

    @strawberry.field(
        description="Payouts of all winning combinations. Empty before the result, and if no provider has payouts.",
        metadata=pure(size=PAYOUTS),
    )
    def payouts(self) -> list[Payout]:
        """Return the payouts of the race."""
        race: Any = self
        return [Payout(type=paid.bet_type, combination=list(paid.combination), yen=paid.yen) for paid in race.payouts]

    @strawberry.field(
        description="Types of bets that are sold for the declared runners. Null if their number is not known.",
        metadata=PURE,
    )
    def tickets_on_sale(self) -> list[BetType] | None:
        """Return the types that are sold by the rules."""
        race: Any = self
        field = field_of(race)
        return None if field is None else list(types_on_sale(field))

"""Settlement of an item of a slip after its race, as far as the result and the payouts are known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType

from graphql_api.races.model import Race, RaceStatus
from graphql_api.slips.model import SlipItem
from graphql_api.slips.races import field_of, is_closed, official_order, scratched, unknown_horses, win_odds
from graphql_api.slips.tickets.field import RaceField
from graphql_api.slips.tickets.payouts import Payouts
from graphql_api.slips.tickets.results import PODIUM, Result
from graphql_api.slips.tickets.settlement import settle
from graphql_api.slips.tickets.types import BetType, Combination


class UnsettledReason(Enum):
    """Why a part of a settlement is null."""

    RACE_UNKNOWN = "race_unknown"
    NOT_RUN = "not_run"
    RESULT_UNKNOWN = "result_unknown"
    PAYOUT_UNKNOWN = "payout_unknown"


REASONS: Mapping[Enum, str] = MappingProxyType(
    {
        UnsettledReason.RACE_UNKNOWN: "The race is unknown.",
        UnsettledReason.NOT_RUN: "The race is in the future.",
        UnsettledReason.RESULT_UNKNOWN: "The race is over, but the known result is not enough to settle the ticket.",
        UnsettledReason.PAYOUT_UNKNOWN: "The result is known, but the payout of this type of bet is unknown.",
    }
)


_OF_PODIUM = frozenset({BetType.PLACE, BetType.QUINELLA_PLACE})
"""Types that the first three horses decide, though a ticket names fewer."""


@dataclass(frozen=True, slots=True)
class ItemSettlement:
    """The winning combinations ``won``, the ``refund`` in yen, and the other ``yen``. ``reason``: why one is None."""

    won: tuple[Combination, ...] | None = None
    refund: int | None = None
    yen: int | None = None
    reason: UnsettledReason | None = None


def settle_item(item: SlipItem, race: Race | None, now: datetime) -> ItemSettlement:
    """Settle an item as far as possible."""
    if race is None:
        return ItemSettlement(reason=UnsettledReason.RACE_UNKNOWN)
    if race.status is RaceStatus.ABANDONED:
        return ItemSettlement(won=(), refund=item.cost, yen=0)
    if race.status is not RaceStatus.OFFICIAL:
        reason = UnsettledReason.RESULT_UNKNOWN if is_closed(race, now) else UnsettledReason.NOT_RUN
        return ItemSettlement(reason=reason)
    result = _result(item, race)
    if result is None:
        return ItemSettlement(reason=UnsettledReason.RESULT_UNKNOWN)
    settled = settle(item.ticket, item.unit_stake, result, _payouts(item.ticket.bet_type, race, result))
    missing = UnsettledReason.PAYOUT_UNKNOWN if settled.yen is None else None
    return ItemSettlement(settled.won, settled.refund.yen, settled.yen, missing)


def _result(item: SlipItem, race: Race) -> Result | None:
    """Return the result. None if something that the ticket depends on is missing."""
    field = field_of(race)
    if field is None or _horses(item, field) & unknown_horses(race):
        return None
    places = PODIUM if item.ticket.bet_type in _OF_PODIUM else item.ticket.rule.places
    order = official_order(race, places)
    return None if order is None else Result(field=field, order=order, scratched=scratched(race))


def _horses(item: SlipItem, field: RaceField) -> set[int]:
    """Return the horses of a ticket. For brackets, all horses in them."""
    numbers = set(item.ticket.numbers)
    if not item.ticket.rule.is_by_bracket:
        return numbers
    return {horse for horse, bracket in enumerate(field.bracket_of, 1) if bracket in numbers}


def _payouts(bet_type: BetType, race: Race, result: Result) -> Payouts | None:
    """Return the known payouts of a type. For WIN without a dead heat, compute 100 times the final odds."""
    told = {paid.combination: paid.yen for paid in race.payouts if paid.bet_type is bet_type}
    if told:
        return Payouts(told)
    winners = result.order[0]
    odds = win_odds(race).get(winners[0])
    if bet_type is not BetType.WIN or len(winners) > 1 or odds is None:
        return None
    return Payouts({(winners[0],): round(odds * 10) * 10})

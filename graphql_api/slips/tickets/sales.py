"""Which types of bets are on sale for a field, and how many places PLACE pays."""

from graphql_api.slips.tickets.field import RaceField
from graphql_api.slips.tickets.types import BET_RULES, BetType


def is_on_sale(bet_type: BetType, field: RaceField) -> bool:
    """Return whether a type is sold, by the runners when sales open. Brackets only if one of them has two horses."""
    rule = BET_RULES[bet_type]
    return field.runners >= rule.least_runners and (not rule.is_by_bracket or max(field.brackets) > 1)


def types_on_sale(field: RaceField) -> tuple[BetType, ...]:
    """Return the types that are sold, by the runners when sales open."""
    return tuple(bet_type for bet_type in BetType if is_on_sale(bet_type, field))


def places_paid(runners: int) -> int:
    """Return the number of places that PLACE pays, by the runners when sales open. 0 if it is not sold."""
    if runners < BET_RULES[BetType.PLACE].least_runners:
        return 0
    return 2 if runners < 8 else 3

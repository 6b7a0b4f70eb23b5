"""The combinations of a ticket, listed or only counted, and their cost."""

import itertools
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from math import comb, perm, prod

from graphql_api.errors import BadUserInput
from graphql_api.slips.tickets.field import BRACKETS
from graphql_api.slips.tickets.ticket import Ticket
from graphql_api.slips.tickets.types import BET_RULES, BetType, Combination

UNIT = 100
"""Unit of stakes, in yen."""

MAX_COST = 2**31 - 1
"""Maximum cost of a ticket in yen, so that it fits an ``Int`` of GraphQL."""


def combinations(ticket: Ticket) -> Iterator[Combination]:
    """Yield the combinations in ascending order."""
    places = len(ticket.legs)
    candidates: Iterator[Combination]
    if ticket.rule.is_ordered:
        candidates = itertools.permutations(ticket.numbers, places)
    elif ticket.repeatable:
        candidates = itertools.combinations_with_replacement(ticket.numbers, places)
    else:
        candidates = itertools.combinations(ticket.numbers, places)
    memberships, patterns = ticket.memberships(), ticket.patterns()
    for combination in candidates:
        if combination[0] == combination[-1] and places > 1 and combination[0] not in ticket.repeatable:
            continue
        if tuple([memberships[number] for number in combination]) in patterns:
            yield combination


@lru_cache(maxsize=256)
def every_combination(bet_type: BetType, runners: int) -> tuple[Combination, ...]:
    """Return all combinations of a type for a number of declared runners, in ascending order.

    For brackets they are always those of all eight, including each with itself.
    """
    rule = BET_RULES[bet_type]
    if rule.is_by_bracket:
        return tuple(itertools.combinations_with_replacement(range(1, BRACKETS + 1), rule.places))
    choose = itertools.permutations if rule.is_ordered else itertools.combinations
    return tuple(choose(range(1, runners + 1), rule.places))


def count(ticket: Ticket) -> int:
    """Count the combinations without listing them.

    Numbers in the same legs are exchangeable. So each pattern of memberships represents as many combinations
    as there are choices of distinct numbers with these memberships.
    """
    memberships, patterns = ticket.memberships(), ticket.patterns()
    sizes = Counter(memberships.values())
    choose = perm if ticket.rule.is_ordered else comb
    if not ticket.rule.is_ordered:
        patterns = frozenset(tuple(sorted(pattern)) for pattern in patterns)
    distinct = sum(prod(choose(sizes[held], times) for held, times in Counter(pattern).items()) for pattern in patterns)
    return distinct + sum((memberships.get(number, 0),) * 2 in patterns for number in ticket.repeatable)


def cost(number: int, unit_stake: int) -> int:
    """Return the cost of combinations in yen. Raises ``BadUserInput`` if the stake on each is not a multiple of 100."""
    if type(unit_stake) is not int or unit_stake <= 0 or unit_stake % UNIT:
        raise BadUserInput(f"The stake on each combination must be a positive multiple of {UNIT} yen.")
    total = number * unit_stake
    if total > MAX_COST:
        raise BadUserInput(f"The ticket would cost {total:,} yen. The maximum is {MAX_COST:,}.")
    return total

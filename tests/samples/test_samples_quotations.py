"""Odds of all combinations: equal to those that payouts are calculated from one by one."""

from collections.abc import Sequence
from datetime import date

import pytest

from graphql_api.samples.calendar import Calendar, Race
from graphql_api.samples.market import Market
from graphql_api.samples.payouts import Pools
from graphql_api.samples.quotations import _places, _Staked
from graphql_api.slips.tickets.combinations import every_combination
from graphql_api.slips.tickets.field import race_field
from graphql_api.slips.tickets.sales import places_paid
from graphql_api.slips.tickets.types import BetType

CALENDAR = Calendar(1)


@pytest.fixture(scope="module")
def races() -> Sequence[Race]:
    """Give races of small fields and of large ones."""
    return [race for race in CALENDAR.races(date(2025, 6, 28)) if len(race.runners) in (9, 10, 16)][:3]


@pytest.mark.parametrize("bet_type", BetType)
def test_shares_are_those_of_the_formula_for_single_combinations(races: Sequence[Race], bet_type: BetType) -> None:
    """Of every type and combination, in small fields and large ones, with scratched horses left out."""
    import numpy as np

    for race in races:
        runners = len(race.runners)
        shares = Market(CALENDAR._run(race), 1).shares()
        own = np.array([shares.get(number, 0.0) for number in range(1, runners + 1)])
        staked = _Staked(own, places_paid(runners), np.array(race_field(runners).bracket_of))
        found = staked.share(bet_type, _places(bet_type, runners))
        pools = Pools(shares, runners)
        for place, combination in enumerate(every_combination(bet_type, runners)):
            if bet_type is not BetType.BRACKET_QUINELLA and not set(combination) <= shares.keys():
                assert found[place] == 0
            elif place % 7 == 0:
                assert found[place] == pytest.approx(pools.share(bet_type, combination))


def test_odds_to_win_are_those_of_the_market(races: Sequence[Race]) -> None:
    """At each time of the day; none before sales open."""
    from datetime import timedelta

    for race in races:
        assert CALENDAR.pools(race, race.start - timedelta(hours=25)) is None
        for minutes in (600, 31, 1, -1):
            at = race.start - timedelta(minutes=minutes)
            pools = CALENDAR.pools(race, at)
            assert pools is not None
            win = [tenths / 10 or None for tenths in pools[BetType.WIN].least]
            assert win == [quote.odds for quote in CALENDAR.odds(race, at)]

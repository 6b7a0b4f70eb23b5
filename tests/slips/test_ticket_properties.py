"""Tickets drawn at random, held to plain definitions that list everything."""

import itertools
from fractions import Fraction
from math import comb, perm

import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from graphql_api.errors import BadUserInput
from graphql_api.slips.tickets.combinations import combinations, cost, count
from graphql_api.slips.tickets.field import RaceField, race_field
from graphql_api.slips.tickets.pay_rates import PAY_RATES
from graphql_api.slips.tickets.payouts import Payouts, payout, pool_payouts, special_payout
from graphql_api.slips.tickets.refunds import live_part, refund
from graphql_api.slips.tickets.results import Result, winning_combinations
from graphql_api.slips.tickets.sales import types_on_sale
from graphql_api.slips.tickets.selections import Selection, read_selection
from graphql_api.slips.tickets.settlement import settle
from graphql_api.slips.tickets.ticket import Ticket
from graphql_api.slips.tickets.types import BET_RULES, BetMethod, BetType, Combination

FIELDS = st.integers(2, 18).map(race_field)
STAKES = st.integers(1, 100).map(lambda units: 100 * units)


@st.composite
def selections(draw: st.DrawFn, field: RaceField) -> Selection:
    """Draw a selection of any type and method; not all are allowed."""
    kind = draw(st.sampled_from(BetType))
    rule = BET_RULES[kind]
    most = max(field.bracket_of) if rule.is_by_bracket else field.runners
    numbers = st.lists(st.integers(1, most), min_size=1, max_size=8, unique=True).map(tuple)
    method = draw(st.sampled_from([BetMethod.STRAIGHT, BetMethod.FORMATION] if rule.places == 1 else BetMethod))
    if method is BetMethod.STRAIGHT:
        own = st.lists(st.integers(1, most), min_size=rule.places, max_size=rule.places)
        return Selection(bet_type=kind, method=method, numbers=draw(own))
    if method is BetMethod.BOX:
        return Selection(bet_type=kind, method=method, numbers=draw(numbers))
    if method is BetMethod.FORMATION:
        legs = draw(st.lists(numbers, min_size=rule.places, max_size=rule.places))
        return Selection(bet_type=kind, method=method, legs=legs)
    axes = draw(st.lists(st.integers(1, most), min_size=1, max_size=rule.places - 1, unique=True))
    partners = [each for each in draw(numbers) if rule.is_by_bracket or each not in axes]
    multi = rule.is_ordered and draw(st.booleans())
    places = draw(st.permutations(range(1, rule.places + 1)))[: len(axes)] if rule.is_ordered and not multi else ()
    return Selection(bet_type=kind, method=method, axes=axes, partners=partners, positions=places, multi=multi)


def plain_list(selection: Selection, field: RaceField) -> list[Combination]:
    """List by definition: try every tuple of numbers, and ask the method about each."""
    rule = BET_RULES[selection.bet_type]
    numbers = range(1, (8 if rule.is_by_bracket else field.runners) + 1)
    found = {
        each if rule.is_ordered else tuple(sorted(each))
        for each in itertools.product(numbers, repeat=rule.places)
        if _chosen(selection, each) and _possible(each, selection, field)
    }
    return sorted(found)


def _chosen(selection: Selection, each: Combination) -> bool:
    match selection.method:
        case BetMethod.STRAIGHT:
            return each == tuple(selection.numbers)
        case BetMethod.BOX:
            return set(each) <= set(selection.numbers)
        case BetMethod.FORMATION:
            return all(number in leg for number, leg in zip(each, selection.legs, strict=True))
    places = selection.positions or range(1, len(selection.axes) + 1)
    orders = itertools.permutations(each) if selection.multi else [each]
    return any(_on_wheel(selection, order, places) for order in orders)


def _on_wheel(selection: Selection, each: Combination, places: object) -> bool:
    rest = list(each)
    for axis, place in sorted(zip(selection.axes, places, strict=True), key=lambda pair: -pair[1]):
        if rest.pop(place - 1) != axis:
            return False
    return set(rest) <= set(selection.partners)


def _possible(each: Combination, selection: Selection, field: RaceField) -> bool:
    if len(set(each)) == len(each):
        return True
    pair = BET_RULES[selection.bet_type].is_by_bracket and selection.method is not BetMethod.BOX
    return pair and field.brackets[each[0] - 1] > 1


def drawn_ticket(data: st.DataObject, field: RaceField) -> Ticket:
    """Draw a ticket that is allowed."""
    try:
        return read_selection(data.draw(selections(field)), field)
    except BadUserInput:
        reject()


@given(FIELDS, st.data())
def test_enumeration_is_formula_is_definition(field: RaceField, data: st.DataObject) -> None:
    """The list is sorted and complete, the count needs no list, and what is refused has no combination."""
    selection = data.draw(selections(field))
    plain = plain_list(selection, field)
    try:
        ticket = read_selection(selection, field)
    except BadUserInput:
        assert not plain or len(set(selection.numbers)) < len(selection.numbers)
        return
    assert list(combinations(ticket)) == plain
    assert count(ticket) == len(plain)


@given(FIELDS, st.data())
def test_covers_is_membership(field: RaceField, data: st.DataObject) -> None:
    """A ticket covers what its list holds, and nothing else."""
    ticket = drawn_ticket(data, field)
    listed = set(combinations(ticket))
    numbers = range(1, field.runners + 1)
    draw = (
        itertools.product
        if ticket.rule.is_ordered
        else lambda n, repeat: map(tuple, itertools.combinations_with_replacement(n, repeat))
    )
    for each in draw(numbers, repeat=ticket.rule.places):
        assert ticket.covers(each) == (each in listed)


@given(st.integers(3, 18), st.sampled_from([kind for kind in BetType if BET_RULES[kind].places > 1]))
def test_boxes_by_their_formulae(horses: int, kind: BetType) -> None:
    """A box of n counts as the organiser's table says."""
    rule = BET_RULES[kind]
    horses = min(horses, 8) if rule.is_by_bracket else horses
    box = Selection(bet_type=kind, method=BetMethod.BOX, numbers=range(1, horses + 1))
    expected = perm(horses, rule.places) if rule.is_ordered else comb(horses, rule.places)
    assert count(read_selection(box, race_field(18))) == expected


@given(st.integers(2, 17), st.integers(1, 3))
def test_wheels_by_their_formulae(partners: int, place: int) -> None:
    """Wheels with m partners count as the organiser's table says."""
    m, others = partners, range(2, partners + 2)

    def wheel(kind: BetType, axes: list[int], partners: range = others, **more: object) -> int:
        own = Selection(bet_type=kind, method=BetMethod.WHEEL, axes=axes, partners=partners, **more)
        return count(read_selection(own, race_field(18)))

    assert wheel(BetType.QUINELLA, [1]) == wheel(BetType.QUINELLA_PLACE, [1]) == m
    assert wheel(BetType.EXACTA, [1], positions=[min(place, 2)]) == m
    assert wheel(BetType.EXACTA, [1], multi=True) == 2 * m
    assert wheel(BetType.TRIO, [1]) == comb(m, 2)
    assert wheel(BetType.TRIFECTA, [1], positions=[place]) == m * (m - 1)
    assert wheel(BetType.TRIFECTA, [1], multi=True) == 3 * m * (m - 1)
    fewer = others[1:]
    assert wheel(BetType.TRIO, [1, 2], fewer) == m - 1
    places = [each for each in (1, 2, 3) if each != place]
    assert wheel(BetType.TRIFECTA, [1, 2], fewer, positions=places) == m - 1
    assert wheel(BetType.TRIFECTA, [1, 2], fewer, multi=True) == 6 * (m - 1)


SETS = st.frozensets(st.integers(1, 18), min_size=1)


@given(SETS, SETS, SETS)
def test_formations_by_their_formulae(a: frozenset[int], b: frozenset[int], c: frozenset[int]) -> None:
    """Formations count as inclusion and exclusion of what the legs share."""

    def formation(kind: BetType, *legs: frozenset[int]) -> int:
        try:
            own = Selection(bet_type=kind, method=BetMethod.FORMATION, legs=[sorted(leg) for leg in legs])
            return count(read_selection(own, race_field(18)))
        except BadUserInput:
            return 0

    both = len(a & b)
    assert formation(BetType.QUINELLA, a, b) == len(a) * len(b) - both - comb(both, 2)
    assert formation(BetType.EXACTA, a, b) == len(a) * len(b) - both
    pairs = len(a & b) * len(c) + len(a & c) * len(b) + len(b & c) * len(a)
    assert formation(BetType.TRIFECTA, a, b, c) == len(a) * len(b) * len(c) - pairs + 2 * len(a & b & c)
    second, third = a | b, a | b | c
    p, q, r = len(a), len(second - a), len(third - second)
    nested = comb(p, 3) + comb(p, 2) * (q + r) + p * comb(q, 2) + p * q * r
    assert formation(BetType.TRIO, a, second, third) == nested


@given(FIELDS, STAKES, st.data())
def test_every_cost_is_count_times_stake(field: RaceField, stake: int, data: st.DataObject) -> None:
    """A cost is explained by the combinations that are listed, each at the stake."""
    ticket = drawn_ticket(data, field)
    assert cost(count(ticket), stake) == sum(stake for _ in combinations(ticket))


@given(st.one_of(st.integers(), st.floats(), st.text(), st.booleans(), st.none()))
def test_no_other_stake_costs_anything(stake: object) -> None:
    """Only positive multiples of 100 are stakes, and only as whole numbers."""
    assume(type(stake) is not int or stake <= 0 or stake % 100)
    with pytest.raises(BadUserInput, match="positive multiple of 100"):
        cost(1, stake)  # type: ignore[arg-type]


@given(FIELDS, STAKES, st.data())
def test_refunds_are_what_cannot_be_run(field: RaceField, stake: int, data: st.DataObject) -> None:
    """Each combination is refunded or live: live if distinct starters stand for its numbers."""
    ticket = drawn_ticket(data, field)
    scratched = data.draw(st.frozensets(st.integers(1, field.runners)))
    starters = [horse for horse in range(1, field.runners + 1) if horse not in scratched]
    stand_for = [field.bracket_of[horse - 1] for horse in starters] if ticket.rule.is_by_bracket else starters
    live = [each for each in combinations(ticket) if all(stand_for.count(n) >= each.count(n) for n in each)]
    assert list(combinations(live_part(ticket, field, scratched))) == live
    found = refund(ticket, stake, field, scratched)
    assert (found.live, found.refunded) == (len(live), count(ticket) - len(live))
    assert found.yen == stake * found.refunded


@st.composite
def results(draw: st.DrawFn, field: RaceField) -> Result:
    """Draw an order with dead heats, in which not every starter must stand."""
    horses = draw(st.permutations(range(1, field.runners + 1)))
    scratched = frozenset(horses[: draw(st.integers(0, 2))])
    finishers = [horse for horse in horses if horse not in scratched][: draw(st.integers(0, 9))]
    order: list[list[int]] = []
    while finishers:
        tied = draw(st.integers(1, 3))
        order.append(finishers[:tied])
        finishers = finishers[tied:]
    return Result(field=field, order=order, scratched=scratched)


def plainly_wins(kind: BetType, combination: Combination, result: Result, paid: int) -> bool:
    """Tell a winner by the horses that finished ahead of the last one named."""
    place = {horse: at for at, tied in enumerate(result.order) for horse in tied}
    if not set(combination) <= place.keys():
        return False
    last = max(place[horse] for horse in combination)
    ahead = sum(at < last and horse not in combination for horse, at in place.items())
    if kind is BetType.PLACE:
        return ahead < paid
    if kind is BetType.QUINELLA_PLACE:
        return ahead <= 1
    in_order = not BET_RULES[kind].is_ordered or [place[each] for each in combination] == sorted(
        place[each] for each in combination
    )
    return in_order and ahead == 0


@given(FIELDS, st.data())
def test_winners_by_who_is_ahead(field: RaceField, data: st.DataObject) -> None:
    """Breaking ties in every way gives what counting the horses ahead gives."""
    result = data.draw(results(field))
    winning = winning_combinations(result)
    assert tuple(winning) == types_on_sale(field)
    paid = 2 if field.runners < 8 else 3
    for kind in winning.keys() - {BetType.BRACKET_QUINELLA}:
        rule = BET_RULES[kind]
        draw = itertools.permutations if rule.is_ordered else itertools.combinations
        every = draw(range(1, field.runners + 1), rule.places)
        assert winning[kind] == tuple(each for each in every if plainly_wins(kind, each, result, paid)), kind
    if BetType.BRACKET_QUINELLA in winning:
        at = dict(enumerate(field.bracket_of, 1))
        pairs = {tuple(sorted((at[a], at[b]))) for a, b in winning[BetType.QUINELLA]}
        assert winning[BetType.BRACKET_QUINELLA] == tuple(sorted(pairs))


@given(FIELDS, STAKES, st.data())
def test_settlement_is_invariant_under_relabelling(field: RaceField, stake: int, data: st.DataObject) -> None:
    """Other numbers for the same horses change no yen; brackets follow from numbers, so they are left out."""
    ticket = drawn_ticket(data, field)
    assume(not ticket.rule.is_by_bracket)
    result = data.draw(results(field))
    yen = data.draw(st.integers(10, 1000)) * 10
    label = dict(zip(range(1, field.runners + 1), data.draw(st.permutations(range(1, field.runners + 1))), strict=True))

    def relabelled(combination: Combination) -> Combination:
        named = tuple(label[each] for each in combination)
        return named if ticket.rule.is_ordered else tuple(sorted(named))

    other_ticket = Ticket(ticket.bet_type, tuple(frozenset(map(label.get, leg)) for leg in ticket.legs), ticket.multi)
    other_result = Result(
        field=field,
        order=[[label[each] for each in tied] for tied in result.order],
        scratched=frozenset(label[each] for each in result.scratched),
    )
    paid = dict.fromkeys(winning_combinations(result).get(ticket.bet_type, ()), yen)
    one = settle(ticket, stake, result, Payouts(paid))
    other = settle(other_ticket, stake, other_result, Payouts({relabelled(each): yen for each in paid}))
    assert other.won == tuple(sorted(map(relabelled, one.won)))
    assert (other.refund, other.yen) == (one.refund, one.yen)
    assert one.yen == len(one.won) * yen * stake // 100


AMOUNTS = st.integers(1, 10**8).map(lambda units: 100 * units)
RATES = st.sampled_from(sorted({rate for rates in PAY_RATES.values() for rate in rates.values()}))


@given(AMOUNTS, AMOUNTS, st.integers(1, 6), RATES, st.booleans())
def test_payouts_are_whole_units(winner: int, losers: int, winners: int, rate: int, plus_10: bool) -> None:
    """A payout is a multiple of 10, at least 100, and the formula in fractions cut to 10 yen otherwise."""
    paid = payout(winner, losers, winners, rate, plus_10=plus_10)
    exact = (winner + Fraction(losers, winners)) * Fraction(rate, 1000) / winner
    cut = int(exact * 10) * 10
    assert paid % 10 == 0
    assert paid >= 100
    assert paid in ({cut} if cut > 100 else {100, 110} if plus_10 else {100})


@given(
    st.dictionaries(st.tuples(st.integers(1, 5)), st.integers(0, 10**6).map(lambda n: n * 100), min_size=1),
    RATES,
    st.integers(1, 3),
)
def test_pools_add_10_only_within_the_stakes(stakes: dict[Combination, int], rate: int, winners: int) -> None:
    """What is added to payouts of 100 never makes a pool pay more than was staked; nothing else changes."""
    winning = [(number,) for number in range(1, winners + 1)]
    plain, plus = (pool_payouts(stakes, winning, rate, plus_10=plus_10) for plus_10 in (False, True))
    if plain.special is not None:
        assert plain == plus == Payouts(special=special_payout(rate))
        assert not any(stakes.get(each) for each in winning)
        return
    raised = {each for each in winning if plus.winners[each] != plain.winners[each]}
    assert all((plain.winners[each], plus.winners[each]) == (100, 110) for each in raised)
    total = sum(yen * stakes.get(each, 0) for each, yen in plus.winners.items())
    assert not raised or total <= 100 * sum(stakes.values())
    assert all(plain.winners[each] == 0 for each in winning if not stakes.get(each))

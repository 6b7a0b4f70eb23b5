"""The rules of tickets, each by an example that people know."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from graphql_api.errors import BadUserInput
from graphql_api.slips import tickets
from graphql_api.slips.tickets.combinations import MAX_COST, combinations, cost, count
from graphql_api.slips.tickets.field import deal_brackets, race_field
from graphql_api.slips.tickets.pay_rates import PAY_RATES, PLUS_10, Organiser
from graphql_api.slips.tickets.payouts import Payouts, payout, pool_payouts, special_payout
from graphql_api.slips.tickets.refunds import refund
from graphql_api.slips.tickets.results import Result, winning_combinations
from graphql_api.slips.tickets.selections import Selection, read_selection
from graphql_api.slips.tickets.settlement import settle
from graphql_api.slips.tickets.ticket import Ticket
from graphql_api.slips.tickets.types import BetMethod, BetType


def ticket(kind: str, method: str, runners: int = 18, **parts: Any) -> Ticket:
    """Read a selection."""
    return read_selection(Selection(bet_type=BetType[kind], method=BetMethod[method], **parts), race_field(runners))


@pytest.mark.parametrize(
    ("kind", "method", "parts", "rule"),
    [
        ("QUINELLA", "STRAIGHT", {"numbers": [1]}, "QUINELLA STRAIGHT: takes exactly 2 horses, not 1."),
        ("EXACTA", "STRAIGHT", {"numbers": [3, 3]}, "horse 3 is given more than once"),
        ("TRIO", "BOX", {"numbers": [1, 2]}, "takes at least 3 horses, not 2"),
        ("TRIO", "BOX", {"numbers": [1, 2, 2]}, "horse 2 is given more than once"),
        ("TRIO", "BOX", {"numbers": []}, "numbers must not be empty"),
        ("TRIO", "BOX", {"partners": [1], "numbers": [1, 2, 3]}, "takes numbers, not partners"),
        ("WIN", "BOX", {"numbers": [1]}, "a bet on one horse must be STRAIGHT or a FORMATION with one leg"),
        ("PLACE", "WHEEL", {"axes": [1], "partners": [2]}, "a bet on one horse must be STRAIGHT"),
        ("QUINELLA", "WHEEL", {"axes": [1], "partners": [1, 2]}, "horse 1 is an axis"),
        ("QUINELLA", "WHEEL", {"axes": [1, 2], "partners": [3]}, "takes 1 axis, not 2"),
        ("TRIO", "WHEEL", {"axes": [1, 2, 3], "partners": [4]}, "takes 1 or 2 axes, not 3"),
        ("TRIO", "WHEEL", {"axes": [1], "partners": [2]}, "takes at least 2 partners with 1 axis"),
        ("TRIO", "WHEEL", {"axes": [1, 1], "partners": [2]}, "horse 1 is given more than once"),
        ("TRIO", "WHEEL", {"axes": [1], "partners": [2, 3], "multi": True}, "multi is only for a WHEEL of EXACTA"),
        ("TRIO", "WHEEL", {"axes": [1], "partners": [2, 3], "positions": [1]}, "positions is only for a WHEEL of"),
        ("TRIFECTA", "BOX", {"numbers": [1, 2, 3], "multi": True}, "multi is only for a WHEEL of EXACTA"),
        ("EXACTA", "WHEEL", {"axes": [1], "partners": [2]}, "positions must name one place for each axis"),
        ("EXACTA", "WHEEL", {"axes": [1], "partners": [2], "positions": [3]}, "places from 1 to 2, not 3"),
        ("TRIFECTA", "WHEEL", {"axes": [1, 2], "partners": [3], "positions": [1]}, "one place for each axis"),
        ("TRIFECTA", "WHEEL", {"axes": [1, 2], "partners": [3], "positions": [1, 1]}, "place 1 is given more than"),
        ("TRIFECTA", "FORMATION", {"legs": [[1], [2]]}, "takes exactly 3 legs, not 2"),
        ("EXACTA", "FORMATION", {"legs": [[1], []]}, "no leg may be empty"),
        (
            "EXACTA",
            "FORMATION",
            {"legs": [[1], [1]]},
            "there is no combination: each combination needs different horses",
        ),
        ("EXACTA", "FORMATION", {"legs": [[1, 1], [2]]}, "horse 1 is given more than once"),
        ("WIN", "STRAIGHT", {"numbers": [19]}, "there is no horse 19 in a field of 18"),
        ("WIN", "STRAIGHT", {"numbers": [0]}, "horse numbers are whole numbers from 1, not 0"),
        ("WIN", "STRAIGHT", {"numbers": [True]}, "horse numbers are whole numbers from 1, not True"),
        ("BRACKET_QUINELLA", "STRAIGHT", {"numbers": [1, 9]}, "there is no horse in bracket 9"),
        ("BRACKET_QUINELLA", "BOX", {"numbers": [4, 4]}, "bracket 4 is given more than once"),
    ],
)
def test_each_broken_rule_is_told(kind: str, method: str, parts: dict[str, Any], rule: str) -> None:
    """The message names the type, the method and the rule."""
    with pytest.raises(BadUserInput) as caught:
        ticket(kind, method, **parts)
    assert rule in caught.value.message
    assert caught.value.message.startswith(f"{kind} {method}: ")


def test_a_bracket_twice_takes_two_horses() -> None:
    """Of nine runners only bracket 8 has two; a box has no pair even there, a wheel and a formation have it."""
    assert list(combinations(ticket("BRACKET_QUINELLA", "STRAIGHT", 9, numbers=[8, 8]))) == [(8, 8)]
    with pytest.raises(BadUserInput, match="or one with two horses"):
        ticket("BRACKET_QUINELLA", "STRAIGHT", 9, numbers=[7, 7])
    assert list(combinations(ticket("BRACKET_QUINELLA", "BOX", 9, numbers=[7, 8]))) == [(7, 8)]
    wheel = ticket("BRACKET_QUINELLA", "WHEEL", 9, axes=[8], partners=[7, 8])
    assert list(combinations(wheel)) == [(7, 8), (8, 8)]
    formation = ticket("BRACKET_QUINELLA", "FORMATION", 9, legs=[[7, 8], [7, 8]])
    assert list(combinations(formation)) == [(7, 8), (8, 8)]


def test_formations_that_the_organisers_explain() -> None:
    """1 / 1,2,3 / 1-6 and overlapping legs."""
    legs = [[1], [1, 2, 3], [1, 2, 3, 4, 5, 6]]
    assert count(ticket("TRIO", "FORMATION", legs=legs)) == 7
    assert count(ticket("TRIFECTA", "FORMATION", legs=legs)) == 8
    legs = [[1, 2], [2, 3], [3, 4]]
    assert count(ticket("TRIO", "FORMATION", legs=legs)) == count(ticket("TRIFECTA", "FORMATION", legs=legs)) == 4


def test_boxes_of_a_full_gate() -> None:
    """All combinations of 18 runners."""
    kinds = ("QUINELLA", "EXACTA", "TRIO", "TRIFECTA")
    assert [count(ticket(kind, "BOX", numbers=range(1, 19))) for kind in kinds] == [153, 306, 816, 4896]


def test_axes_stand_at_their_positions() -> None:
    """Two axes at the first and third place leave the second to the partners; with multi their places do not count."""
    wheel = ticket("TRIFECTA", "WHEEL", axes=[7, 3], partners=[1, 2], positions=[1, 3])
    assert list(combinations(wheel)) == [(7, 1, 3), (7, 2, 3)]
    assert count(ticket("TRIFECTA", "WHEEL", axes=[7, 3], partners=[1, 2], positions=[1, 3], multi=True)) == 12


def test_a_cost_is_an_int_of_graphql() -> None:
    """The highest cost is taken, and more is refused."""
    most = MAX_COST // 4896 // 100 * 100
    assert cost(4896, most) == 4896 * most
    with pytest.raises(BadUserInput, match="The maximum is 2,147,483,647"):
        cost(4896, most + 100)


def test_brackets_are_dealt_from_the_outside() -> None:
    """The outer brackets get a second and a third horse first."""
    assert deal_brackets(7) == (1, 1, 1, 1, 1, 1, 1, 0)
    assert deal_brackets(10) == (1, 1, 1, 1, 1, 1, 2, 2)
    assert deal_brackets(16) == (2,) * 8
    assert deal_brackets(17) == (2, 2, 2, 2, 2, 2, 2, 3)
    assert race_field(18).bracket_of == (1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 7, 8, 8, 8)


@pytest.mark.parametrize(
    ("runners", "brackets", "rule"),
    [
        (0, None, "'runners' must be a whole number from 1 to 24, not 0"),
        (25, None, "from 1 to 24, not 25"),
        (True, None, "not True"),
        (None, [1] * 9, "at most 8 brackets"),
        (None, [1, -1], "at most 8 brackets"),
        (None, [], "not 0"),
        (9, [1] * 8, "'brackets' holds 8 horses, but 'runners' is 9"),
    ],
)
def test_fields_that_cannot_be(runners: int | None, brackets: list[int] | None, rule: str) -> None:
    """A field is refused with the reason."""
    with pytest.raises(BadUserInput, match=rule):
        race_field(runners, brackets)


def test_a_scratched_horse_takes_its_bracket_along_only_alone() -> None:
    """Of nine runners, 1 stands alone in bracket 1, and 8 and 9 share bracket 8."""
    bets = ticket("BRACKET_QUINELLA", "FORMATION", 9, legs=[[1, 8], [2, 8]])
    assert list(combinations(bets)) == [(1, 2), (1, 8), (2, 8), (8, 8)]
    field = race_field(9)
    assert refund(bets, 100, field, {9}).yen == 100
    assert refund(bets, 100, field, {1}).yen == 200
    assert refund(bets, 100, field, {8, 9}).yen == 300
    assert refund(bets, 100, field, set()).yen == 0


def winning(order: list[list[int]], runners: int = 18, **more: Any) -> dict[str, list[tuple[int, ...]]]:
    """Name the winning combinations by type."""
    found = winning_combinations(Result(field=race_field(runners), order=order, **more))
    return {kind.name: list(combinations) for kind, combinations in found.items()}


def test_a_dead_heat_of_thirds() -> None:
    """Five pairs win QUINELLA_PLACE: the two thirds together do not."""
    wins = winning([[1], [2], [3, 4]])
    assert wins["QUINELLA_PLACE"] == [(1, 2), (1, 3), (1, 4), (2, 3), (2, 4)]
    assert wins["PLACE"] == [(1,), (2,), (3,), (4,)]
    assert wins["TRIO"] == [(1, 2, 3), (1, 2, 4)]
    assert wins["TRIFECTA"] == [(1, 2, 3), (1, 2, 4)]


def test_a_dead_heat_of_firsts() -> None:
    """Both win, in both orders."""
    wins = winning([[5, 2], [9]])
    assert wins["WIN"] == [(2,), (5,)]
    assert wins["EXACTA"] == [(2, 5), (5, 2)]
    assert wins["QUINELLA"] == [(2, 5)]
    assert wins["TRIFECTA"] == [(2, 5, 9), (5, 2, 9)]


def test_a_dead_heat_of_seconds_where_place_pays_two() -> None:
    """Either of the seconds takes the second place."""
    wins = winning([[1], [2, 3], [4]], runners=7)
    assert wins["PLACE"] == [(1,), (2,), (3,)]
    assert wins["QUINELLA"] == [(1, 2), (1, 3)]
    assert wins["QUINELLA_PLACE"] == [(1, 2), (1, 3), (2, 3)]


def test_two_of_one_bracket_win_the_pair() -> None:
    """First and second from bracket 8."""
    assert winning([[17], [18], [1]])["BRACKET_QUINELLA"] == [(8, 8)]


def test_places_paid_are_the_organisers() -> None:
    """Eight declared with one scratched before sales: the organiser says two places."""
    assert winning([[1], [2], [3]], runners=8, places_paid=2)["PLACE"] == [(1,), (2,)]


def test_fewer_finishers_than_places() -> None:
    """Where two finish, nothing wins that takes three."""
    wins = winning([[1], [2]])
    assert wins["EXACTA"] == [(1, 2)]
    assert wins["TRIO"] == wins["TRIFECTA"] == []


@pytest.mark.parametrize("order", [[[1], [1]], [[19]], [[2]]])
def test_an_order_that_no_race_has(order: list[list[int]]) -> None:
    """A horse twice, a horse that is none, or one that did not start."""
    with pytest.raises(ValueError, match="starters of the field"):
        Result(field=race_field(18), order=order, scratched=frozenset({2}))


def test_a_ticket_is_settled_to_the_yen() -> None:
    """A box with a scratched horse: its combinations are refunded, and one of the others wins."""
    box = ticket("TRIO", "BOX", numbers=[1, 2, 3, 4, 5])
    result = Result(field=race_field(18), order=[[3], [1], [2]], scratched=frozenset({5}))
    settled = settle(box, 300, result, Payouts({(1, 2, 3): 8_665_130}))
    assert settled.won == ((1, 2, 3),)
    assert settled.yen == 3 * 8_665_130
    assert (settled.refund.refunded, settled.refund.yen, settled.refund.live) == (6, 1800, 4)


def test_what_is_not_known_of_payouts_is_null() -> None:
    """Without the payouts, or without that of a combination that won, the yen are not known."""
    bet = ticket("WIN", "STRAIGHT", numbers=[3])
    result = Result(field=race_field(18), order=[[3], [1], [2]])
    assert settle(bet, 100, result, None).yen is None
    assert settle(bet, 100, result, Payouts({(1,): 200})).yen is None
    assert settle(ticket("WIN", "STRAIGHT", numbers=[1]), 100, result, Payouts({(3,): 200})).yen == 0


def test_the_special_payout_goes_to_every_live_combination() -> None:
    """A box that did not win gets 70 yen for each of its live combinations."""
    box = ticket("TRIFECTA", "BOX", numbers=[4, 5, 6, 7])
    result = Result(field=race_field(18), order=[[3], [1], [2]], scratched=frozenset({7}))
    settled = settle(box, 200, result, Payouts(special=70))
    assert (settled.won, settled.yen, settled.refund.yen) == ((), 6 * 140, 18 * 200)


def test_special_payouts_by_type() -> None:
    """JRA pays 80 for WIN and PLACE, and 70 for all others."""
    rates = PAY_RATES[Organiser.JRA]
    assert [special_payout(rates[kind]) for kind in BetType] == [80, 80, 70, 70, 70, 70, 70, 70]
    nobody = pool_payouts({(1,): 0, (2,): 500}, [(1,)], rates[BetType.WIN], plus_10=True)
    assert nobody == Payouts(special=80)


def test_every_organiser_has_a_rate_for_every_type() -> None:
    """The tables are whole, and JRA adds 10."""
    assert all(set(rates) == set(BetType) for rates in PAY_RATES.values())
    assert set(PAY_RATES) == set(Organiser)
    assert {Organiser.JRA} == PLUS_10


def test_10_yen_are_added_as_far_as_the_stakes_go() -> None:
    """90 % of the stakes on the winner can be paid 110 for 100, 95 % cannot."""
    assert payout(9_000_000, 1_000_000, 1, 800, plus_10=True) == 110
    assert payout(9_000_000, 1_000_000, 1, 800, plus_10=False) == 100
    assert payout(9_500_000, 500_000, 1, 800, plus_10=True) == 100


def test_10_yen_are_judged_by_the_whole_pool() -> None:
    """PLACE with a favourite that gets 100: the pool has the 10 yen more for 80 % of the stakes, not for 92 %."""
    for on_favourite, raised in ((80, 110), (92, 100)):
        stakes = {(1,): on_favourite * 10**6, (2,): 2 * 10**6, (3,): 10**6, (4,): (97 - on_favourite) * 10**6}
        paid = pool_payouts(stakes, [(1,), (2,), (3,)], 800, plus_10=True)
        plain = pool_payouts(stakes, [(1,), (2,), (3,)], 800, plus_10=False)
        assert (plain.winners[(1,)], paid.winners[(1,)]) == (100, raised)
        assert sum(yen * stakes[each] for each, yen in paid.winners.items()) <= 100 * sum(stakes.values())


def test_tickets_need_nothing_but_the_standard_library() -> None:
    """Importing the modules brings in neither GraphQL nor HTTP nor numpy."""
    modules = Path(tickets.__file__).parent.glob("[!_]*.py")
    names = ", ".join(f"{tickets.__name__}.{module.stem}" for module in modules)
    code = f"import sys, {names}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"strawberry", "graphql", "starlette", "numpy", "click", "orjson"} & set(loaded)

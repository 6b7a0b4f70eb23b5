"""Worked examples of tickets that lie beside the project on machines that have them."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from graphql_api.errors import BadUserInput
from graphql_api.slips.tickets.combinations import combinations, cost, count
from graphql_api.slips.tickets.field import RaceField, deal_brackets, race_field
from graphql_api.slips.tickets.payouts import payout
from graphql_api.slips.tickets.refunds import refund
from graphql_api.slips.tickets.results import Result, winning_combinations
from graphql_api.slips.tickets.sales import places_paid, types_on_sale
from graphql_api.slips.tickets.selections import Selection, read_selection
from graphql_api.slips.tickets.ticket import Ticket
from graphql_api.slips.tickets.types import BetMethod, BetType

FILE = Path(__file__).parents[3] / "shared" / "vectors" / "tickets.json"
Case = Mapping[str, Any]


def field_of(case: Case) -> RaceField:
    """Read the field of a case, however it is told."""
    if "bracketOf" in case:
        horses = Counter(case["bracketOf"])
        return race_field(case["runners"], [horses[bracket] for bracket in range(1, 9)])
    if "horsesInBracket" in case:
        return race_field(brackets=[case["horsesInBracket"].get(str(bracket), 0) for bracket in range(1, 9)])
    return race_field(case.get("runners"))


def ticket_of(case: Case) -> Ticket:
    """Read the selection of a case."""
    given = dict(case["selection"])
    if "horses" in given:
        given["numbers"] = given.pop("horses")
    return read_selection(
        Selection(bet_type=BetType[case["betType"]], method=BetMethod[case["method"]], **given), field_of(case)
    )


def check_count(case: Case) -> None:
    """Compare number, cost and list."""
    ticket, expected = ticket_of(case), case["expect"]
    listed = [list(each) for each in combinations(ticket)]
    assert (count(ticket), cost(count(ticket), case["unitStake"])) == (expected["combinations"], expected["cost"])
    assert len(listed) == expected["combinations"]
    assert listed == expected.get("list", listed)
    digest = hashlib.sha256(json.dumps(listed, separators=(",", ":")).encode()).hexdigest()
    assert digest == expected.get("sha256", digest)


def check_invalid(case: Case) -> None:
    """See that the selection or its stake is refused with the code that is expected."""
    with pytest.raises(BadUserInput) as caught:
        cost(count(ticket_of(case)), case["unitStake"])
    assert caught.value.code == case["expect"]["error"]


def check_sold(case: Case) -> None:
    """Compare the types on sale and the places that PLACE pays."""
    runners = case["runnersWhenSalesOpen"]
    assert [each.name for each in types_on_sale(race_field(runners))] == case["expect"]["betTypes"]
    assert places_paid(runners) == case["expect"]["placesPaid"]


def check_brackets(case: Case) -> None:
    """Compare how brackets are dealt."""
    assert list(deal_brackets(case["runners"])) == case["expect"]["horsesInBracket"]
    assert list(race_field(case["runners"]).bracket_of) == case["expect"]["bracketOf"]


def check_refund(case: Case) -> None:
    """Compare what is refunded."""
    ticket, expected = ticket_of(case), case["expect"]
    found = refund(ticket, case["unitStake"], field_of(case), case["scratched"])
    assert count(ticket) == expected["combinations"]
    assert (found.refunded, found.yen, found.live) == (
        expected["refundedCombinations"],
        expected["refund"],
        expected["live"],
    )


def check_settle(case: Case) -> None:
    """Compare the winning combinations of each type."""
    result = Result(field=field_of(case), order=case["officialOrder"], scratched=frozenset(case.get("scratched", ())))
    winning = {kind.name: [list(each) for each in wins] for kind, wins in winning_combinations(result).items()}
    assert winning == case["expect"]["winning"]


def check_payout(case: Case) -> None:
    """Compare the payout per 100 yen."""
    amounts = (case["stakesOnWinner"], case["stakesOnLosers"], case["winningCombinations"], case["payRatePermille"])
    assert payout(*amounts, plus_10=case["jraPlus10"]) == case["expect"]["payoutPer100"]


CHECKS: dict[str, Callable[[Case], None]] = {
    "count": check_count,
    "invalid": check_invalid,
    "sold": check_sold,
    "brackets": check_brackets,
    "refund": check_refund,
    "settle": check_settle,
    "payout": check_payout,
}


@pytest.mark.skipif(not FILE.exists(), reason="the worked examples lie only on machines that have ../shared/vectors")
@pytest.mark.parametrize("kind", CHECKS)
def test_worked_examples(kind: str) -> None:
    """Every worked example of a kind gives what it expects."""
    cases = [case for case in json.loads(FILE.read_text("utf-8"))["cases"] if case["kind"] == kind]
    assert cases
    for case in cases:
        CHECKS[kind](case)

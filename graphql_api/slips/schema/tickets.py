"""``ticketCount``: how many combinations a selection covers, what they cost, and which they are."""

from enum import Enum
from itertools import dropwhile, islice
from typing import Annotated, Any

import strawberry

from graphql_api.errors import BadUserInput
from graphql_api.execution.context import Context
from graphql_api.execution.private_names import enum_values
from graphql_api.execution.purity import PURE
from graphql_api.slips.tickets.combinations import combinations, cost, count
from graphql_api.slips.tickets.field import BRACKETS, FULL_GATE, MAX_RUNNERS, race_field
from graphql_api.slips.tickets.sales import is_on_sale
from graphql_api.slips.tickets.selections import Selection, read_selection
from graphql_api.slips.tickets.ticket import Ticket
from graphql_api.slips.tickets.types import BET_RULES, METHOD_DESCRIPTIONS, BetMethod, BetType

COUNT_WORK = 3_000
"""Work of reading and counting a ticket, in values of a list: at most 300 µs."""

CANDIDATE_WORK = 3
"""The same of looking at a candidate when combinations are listed."""


def _described(kind: type[Enum], descriptions: dict[Any, str]) -> None:
    """Declare an enum whose members are described."""
    strawberry.enum(kind, description=kind.__doc__)
    for value in enum_values(kind):
        value.description = descriptions[kind[value.name]]


_described(BetType, {kind: rule.description for kind, rule in BET_RULES.items()})
_described(BetMethod, dict(METHOD_DESCRIPTIONS))


@strawberry.input(
    description="A selection and the stake on each of its combinations. STRAIGHT and BOX take `numbers`, WHEEL `axes` "
    "and `partners`, FORMATION `legs`. Numbers are horse numbers, for BRACKET_QUINELLA bracket numbers."
)
class TicketInput:
    """What a client bets on."""

    type: BetType = strawberry.field(description="The type of the bet.")
    method: BetMethod = strawberry.field(default=BetMethod.STRAIGHT, description="How combinations are selected.")
    numbers: list[int] | None = strawberry.field(
        default=None, description="For STRAIGHT one number for each place, in finishing order where the order counts."
    )
    axes: list[int] | None = strawberry.field(
        default=None, description="軸: one number, or two for TRIO and TRIFECTA, that stand in every combination."
    )
    partners: list[int] | None = strawberry.field(default=None, description="相手: the numbers for the other places.")
    positions: list[int] | None = strawberry.field(
        default=None,
        description="The place of each axis in a WHEEL of EXACTA or TRIFECTA; needed unless `multi` is true.",
    )
    multi: bool = strawberry.field(
        default=False, description="マルチ: in a WHEEL of EXACTA or TRIFECTA, the axes may take any place."
    )
    legs: list[list[int]] | None = strawberry.field(
        default=None, description="For FORMATION the numbers of each place; one leg for WIN and PLACE."
    )
    unit_stake: int = strawberry.field(
        description="Yen on each combination, a positive multiple of 100; not the cost of the whole."
    )

    def selection(self) -> Selection:
        """Return the selection without its stake."""
        return Selection(
            bet_type=self.type,
            method=self.method,
            numbers=self.numbers or (),
            axes=self.axes or (),
            partners=self.partners or (),
            positions=self.positions or (),
            multi=self.multi,
            legs=self.legs or (),
        )


@strawberry.type(description="What a ticket covers and costs.")
class TicketCount:
    """A counted ticket."""

    ticket: strawberry.Private[Ticket]

    combinations: int = strawberry.field(description="How many distinct combinations it covers.")
    cost: int = strawberry.field(description="What it costs in yen: the stake on each combination times their number.")
    on_sale: bool | None = strawberry.field(
        description="Whether this type is sold for the field as declared; null where neither `runners` nor `brackets` "
        "was given."
    )

    @strawberry.field(
        name="list",
        description="The combinations, ascending: numbers ascending, or in finishing order where the order counts.",
        metadata=PURE,
    )
    def listed(
        self,
        info: strawberry.Info[Context, None],
        first: Annotated[int, strawberry.argument(description="At most so many; the server bounds the number.")] = 100,
        after: Annotated[
            list[int] | None,
            strawberry.argument(description="Only combinations behind this one: the last of the page before."),
        ] = None,
    ) -> list[list[int]]:
        """List a page."""
        most = info.context.settings.max_page
        if not 0 <= first <= most:
            raise BadUserInput(f"Argument 'first' must be from 0 to {most}, but is {first}.")
        numbers, places = len(self.ticket.numbers), len(self.ticket.legs)
        info.context.budget.work(CANDIDATE_WORK * numbers**places)
        behind = tuple(after or ())
        page = islice(dropwhile(lambda each: each <= behind, combinations(self.ticket)), first)
        return [list(each) for each in page]


@strawberry.type
class Query:
    """The root fields of tickets."""

    @strawberry.field(
        description="How many combinations a ticket covers and what it costs, by the rules of Japanese racing; no race "
        "is looked up. A selection that breaks a rule is refused with `BAD_USER_INPUT`, which tells the rule.",
        metadata=PURE,
    )
    def ticket_count(
        self,
        info: strawberry.Info[Context, None],
        ticket: Annotated[TicketInput, strawberry.argument(description="The ticket.")],
        runners: Annotated[
            int | None,
            strawberry.argument(
                description=f"Declared runners, at most {MAX_RUNNERS}; without them a full gate of {FULL_GATE}."
            ),
        ] = None,
        brackets: Annotated[
            list[int] | None,
            strawberry.argument(
                description=f"How many horses stand in each of the {BRACKETS} brackets; without it they are dealt to "
                "the runners by the rule."
            ),
        ] = None,
    ) -> TicketCount:
        """Count a ticket."""
        info.context.budget.work(COUNT_WORK)
        field = race_field(runners, brackets)
        read = read_selection(ticket.selection(), field)
        covered = count(read)
        known = runners is not None or brackets is not None
        return TicketCount(
            ticket=read,
            combinations=covered,
            cost=cost(covered, ticket.unit_stake),
            on_sale=is_on_sale(ticket.type, field) if known else None,
        )

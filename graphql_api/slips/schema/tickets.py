"""``ticketCount``: how many combinations a selection covers, what they cost, and which they are."""

from itertools import dropwhile, islice
from typing import Annotated

import strawberry

from graphql_api.errors import BadUserInput
from graphql_api.execution.context import Context
from graphql_api.execution.purity import PURE
from graphql_api.slips.schema.enums import BetMethod, BetType
from graphql_api.slips.tickets.combinations import combinations, cost, count
from graphql_api.slips.tickets.field import BRACKETS, FULL_GATE, MAX_RUNNERS, race_field
from graphql_api.slips.tickets.sales import is_on_sale
from graphql_api.slips.tickets.selections import Selection, read_selection
from graphql_api.slips.tickets.ticket import Ticket

COUNT_WORK = 3_000
"""Work of reading and counting a ticket, in values of a list: at most 300 µs."""

CANDIDATE_WORK = 3
"""Work of checking one candidate when combinations are listed, in the same unit."""


@strawberry.input(
    description=(
        "A selection, and the stake on each of its combinations. STRAIGHT and BOX use `numbers`, "
        "WHEEL uses `axes` and `partners`, FORMATION uses `legs`. Numbers are horse numbers; for "
        "BRACKET_QUINELLA they are bracket numbers."
    )
)
class TicketInput:
    """The input of a ticket."""

    type: BetType = strawberry.field(description="The type of the bet.")
    method: BetMethod = strawberry.field(default=BetMethod.STRAIGHT, description="How combinations are selected.")
    numbers: list[int] | None = strawberry.field(
        default=None,
        description="For STRAIGHT: one number for each place; for types with an order, in finishing order.",
    )
    axes: list[int] | None = strawberry.field(
        default=None,
        description="軸: the numbers contained in every combination. One number; for TRIO and TRIFECTA one or two.",
    )
    partners: list[int] | None = strawberry.field(default=None, description="相手: the numbers for the other places.")
    positions: list[int] | None = strawberry.field(
        default=None,
        description="The place of each axis in a WHEEL of EXACTA or TRIFECTA. Required unless `multi` is true.",
    )
    multi: bool = strawberry.field(
        default=False, description="マルチ: in a WHEEL of EXACTA or TRIFECTA, the axes may take any place."
    )
    legs: list[list[int]] | None = strawberry.field(
        default=None, description="For FORMATION: the numbers of each place. One leg for WIN and PLACE."
    )
    unit_stake: int = strawberry.field(
        description="Stake in yen on each combination (not the total), a positive multiple of 100."
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


@strawberry.type(description="Number of combinations and cost of a ticket.")
class TicketCount:
    """A counted ticket."""

    ticket: strawberry.Private[Ticket]

    combinations: int = strawberry.field(description="Number of distinct combinations.")
    cost: int = strawberry.field(description="Cost in yen: the stake on each combination × the number of combinations.")
    on_sale: bool | None = strawberry.field(
        description=(
            "Whether this type of bet is sold for this number of runners. Null if neither `runners` nor "
            "`brackets` was given."
        )
    )

    @strawberry.field(
        name="list",
        description=(
            "The combinations, in ascending order. The numbers in a combination are ascending; for types "
            "with an order, they are in finishing order."
        ),
        metadata=PURE,
    )
    def listed(
        self,
        info: strawberry.Info[Context, None],
        first: Annotated[
            int, strawberry.argument(description="Maximum number of items. The server has an upper limit.")
        ] = 100,
        after: Annotated[
            list[int] | None,
            strawberry.argument(
                description="Return only combinations after this one. Use the last combination of the previous page."
            ),
        ] = None,
    ) -> list[list[int]]:
        """List a page."""
        most = info.context.settings.max_page
        if not 0 <= first <= most:
            raise BadUserInput(f"Argument 'first' must be from 0 to {most}, not {first}.")
        numbers, places = len(self.ticket.numbers), len(self.ticket.legs)
        info.context.budget.work(CANDIDATE_WORK * numbers**places)
        behind = tuple(after or ())
        page = islice(dropwhile(lambda each: each <= behind, combinations(self.ticket)), first)
        return [list(each) for each in page]


@strawberry.type
class Query:
    """The root fields of tickets."""

    @strawberry.field(
        description=(
            "Number of combinations of a ticket and its cost, by the rules of Japanese racing. No race "
            "data is read. A selection that breaks a rule returns the error code `BAD_USER_INPUT` with a "
            "message about the rule."
        ),
        metadata=PURE,
    )
    def ticket_count(
        self,
        info: strawberry.Info[Context, None],
        ticket: Annotated[TicketInput, strawberry.argument(description="The ticket.")],
        runners: Annotated[
            int | None,
            strawberry.argument(
                description=f"Number of declared runners, at most {MAX_RUNNERS}. Default: {FULL_GATE} (フルゲート)."
            ),
        ] = None,
        brackets: Annotated[
            list[int] | None,
            strawberry.argument(
                description=f"Number of horses in each of the {BRACKETS} brackets. Default: computed from the "
                "number of runners by the official rule."
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

"""How many horses were declared, and their brackets, as far as the known horses tell.

Brackets are dealt to the horses as declared, by the rule. So the brackets of a few horses tell how many were declared,
and from this the rule gives the brackets of all others.
"""

from collections.abc import Mapping

from graphql_api.slips.tickets.field import MAX_RUNNERS, race_field


def declared_runners(brackets: Mapping[int, int | None], least: int) -> int | None:
    """Return how many horses were declared: the fewest, from ``least`` on, whose dealt brackets are those known.

    ``brackets`` maps the numbers of known horses to their brackets. None where no count agrees, or no bracket is known.
    """
    known = {number: bracket for number, bracket in brackets.items() if bracket is not None}
    if not known:
        return None
    counts = range(max(least, *known, 1), MAX_RUNNERS + 1)
    return next((count for count in counts if _agrees(dealt_brackets(count), known)), None)


def dealt_brackets(runners: int) -> tuple[int, ...]:
    """Return the bracket of each of so many horses, in the order of their numbers."""
    return race_field(runners).bracket_of


def _agrees(dealt: tuple[int, ...], known: Mapping[int, int]) -> bool:
    return all(dealt[number - 1] == bracket for number, bracket in known.items())

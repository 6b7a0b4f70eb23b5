"""The number of declared horses and their brackets, computed from the known horses.

Brackets of declared horses follow from a rule. So the brackets of a few horses determine the number of declared horses,
which determines all other brackets.
"""

from collections.abc import Mapping

from graphql_api.slips.tickets.field import MAX_RUNNERS, race_field


def declared_runners(brackets: Mapping[int, int | None], least: int) -> int | None:
    """Return the number of declared horses: the lowest from ``least`` on that agrees with the known brackets.

    ``brackets`` maps the numbers of known horses to their brackets. None if no number agrees, or no bracket is known.
    """
    known = {number: bracket for number, bracket in brackets.items() if bracket is not None}
    if not known:
        return None
    counts = range(max(least, *known, 1), MAX_RUNNERS + 1)
    return next((count for count in counts if _agrees(dealt_brackets(count), known)), None)


def dealt_brackets(runners: int) -> tuple[int, ...]:
    """Return the bracket of each of ``runners`` horses, in the order of their numbers."""
    return race_field(runners).bracket_of


def _agrees(dealt: tuple[int, ...], known: Mapping[int, int]) -> bool:
    return all(dealt[number - 1] == bracket for number, bracket in known.items())

"""The declared runners of a race and the brackets (枠) that they start from."""

from collections.abc import Iterable
from dataclasses import dataclass

from graphql_api.errors import BadUserInput

BRACKETS = 8
"""Number of brackets of every race in Japan."""

FULL_GATE = 18
"""The largest field in Japan, which is assumed if the field is not known."""

MAX_RUNNERS = 24
"""The largest field with bets on sale in Japan, that of an overseas race."""


@dataclass(frozen=True, slots=True)
class RaceField:
    """The field as declared, horses that were scratched later included.

    ``brackets`` is the number of horses in each of the eight brackets. Use ``race_field`` to make one.
    """

    runners: int
    brackets: tuple[int, ...]

    @property
    def bracket_of(self) -> tuple[int, ...]:
        """Return the bracket of each horse, in the order of horse numbers."""
        return tuple(number for number, horses in enumerate(self.brackets, 1) for _ in range(horses))


def deal_brackets(runners: int) -> tuple[int, ...]:
    """Return the number of horses in each bracket by the rule: outer brackets get a second and a third horse first.

    Up to eight horses have a bracket each, from the first on.
    """
    each, rest = divmod(runners, BRACKETS)
    if not each:
        return tuple(int(bracket < rest) for bracket in range(BRACKETS))
    return tuple(each + (bracket >= BRACKETS - rest) for bracket in range(BRACKETS))


def race_field(runners: int | None = None, brackets: Iterable[int] | None = None) -> RaceField:
    """Return the field that a client describes. Raises ``BadUserInput``.

    Without ``brackets`` they follow from ``runners``. Without both the field is full.
    """
    if brackets is None:
        runners = FULL_GATE if runners is None else runners
        _check_runners(runners)
        return RaceField(runners, deal_brackets(runners))
    horses = tuple(brackets)
    if len(horses) > BRACKETS or not all(_is_count(each) for each in horses):
        raise BadUserInput(f"'brackets' must hold the number of horses in each of at most {BRACKETS} brackets.")
    total = sum(horses)
    if runners is not None and runners != total:
        raise BadUserInput(f"'brackets' holds {total} horses, but 'runners' is {runners}.")
    _check_runners(total)
    return RaceField(total, horses + (0,) * (BRACKETS - len(horses)))


def _check_runners(runners: int) -> None:
    if not _is_count(runners) or not 1 <= runners <= MAX_RUNNERS:
        raise BadUserInput(f"'runners' must be a whole number from 1 to {MAX_RUNNERS}, not {runners!r}.")


def _is_count(number: object) -> bool:
    return type(number) is int and number >= 0

"""The official result of a race, and the combinations that win by it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

from graphql_api.slips.tickets.field import RaceField
from graphql_api.slips.tickets.sales import is_on_sale, places_paid
from graphql_api.slips.tickets.types import BET_RULES, BetType, Combination

PODIUM = 3
"""Places that decide on bets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The official order (着順): the horse numbers of each place, several in a dead heat (同着).

    A demoted horse (降着) stands where it was demoted to. Horses that did not finish or were disqualified are in no
    place; those that did not start are ``scratched``. ``places_paid`` is what the organiser said that PLACE pays; None
    is by the declared runners.
    """

    field: RaceField
    order: Sequence[Sequence[int]]
    scratched: frozenset[int] = frozenset()
    places_paid: int | None = None

    def __post_init__(self) -> None:
        """Refuse an order that no race can have with ``ValueError``."""
        horses = [horse for place in self.order for horse in place]
        if len(set(horses)) < len(horses) or not set(horses) <= set(range(1, self.field.runners + 1)) - self.scratched:
            raise ValueError("The order must name starters of the field, each once.")


def winning_combinations(result: Result) -> dict[BetType, tuple[Combination, ...]]:
    """Return the winning combinations of each type that was on sale, ascending.

    A combination wins if some order that breaks the ties makes it win.
    """
    podiums = list(_podiums([place for place in result.order if place], PODIUM))
    paid = places_paid(result.field.runners) if result.places_paid is None else result.places_paid
    brackets = dict(enumerate(result.field.bracket_of, 1))
    winning: dict[BetType, set[Combination]] = {kind: set() for kind in BetType if is_on_sale(kind, result.field)}
    for podium in podiums:
        for kind, wins in winning.items():
            wins.update(_wins(kind, podium, paid, brackets))
    return {kind: tuple(sorted(wins)) for kind, wins in winning.items()}


def _podiums(order: Sequence[Sequence[int]], places: int) -> Iterator[Combination]:
    """Break the ties in every way, as far as the first places; fewer horses than places give shorter tuples."""
    if not places or not order:
        yield ()
        return
    for head in permutations(order[0], min(places, len(order[0]))):
        for tail in _podiums(order[1:], places - len(head)):
            yield head + tail


def _wins(kind: BetType, podium: Combination, paid: int, brackets: Mapping[int, int]) -> Iterable[Combination]:
    """Name what one order of the first horses makes win."""
    if kind is BetType.PLACE:
        return ((horse,) for horse in podium[:paid])
    if kind is BetType.QUINELLA_PLACE:
        return combinations(sorted(podium), 2)
    rule = BET_RULES[kind]
    first = podium[: rule.places]
    if len(first) < rule.places:
        return ()
    if rule.is_by_bracket:
        first = tuple(brackets[horse] for horse in first)
    return (first if rule.is_ordered else tuple(sorted(first)),)

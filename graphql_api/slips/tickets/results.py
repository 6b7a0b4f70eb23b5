"""The official result of a race, and the winning combinations."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

from graphql_api.slips.tickets.field import RaceField
from graphql_api.slips.tickets.sales import is_on_sale, places_paid
from graphql_api.slips.tickets.types import BET_RULES, BetType, Combination

PODIUM = 3
"""Number of places that decide bets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The official order (着順): the horse numbers of each place, several in a dead heat (同着).

    A demoted horse (降着) has its new place. Horses that did not finish or were disqualified have no
    place. Horses that did not start are ``scratched``. ``places_paid`` is the organiser's number for PLACE. None
    means by the declared runners.
    """

    field: RaceField
    order: Sequence[Sequence[int]]
    scratched: frozenset[int] = frozenset()
    places_paid: int | None = None

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for an impossible order."""
        horses = [horse for place in self.order for horse in place]
        if len(set(horses)) < len(horses) or not set(horses) <= set(range(1, self.field.runners + 1)) - self.scratched:
            raise ValueError("The order must name starters of the field, each once.")


def winning_combinations(result: Result) -> dict[BetType, tuple[Combination, ...]]:
    """Return the winning combinations of each type that was on sale, in ascending order.

    A combination wins if it wins for some order that breaks the ties.
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
    """Yield the first places for every order that breaks the ties. With fewer horses than places tuples are shorter."""
    if not places or not order:
        yield ()
        return
    for head in permutations(order[0], min(places, len(order[0]))):
        for tail in _podiums(order[1:], places - len(head)):
            yield head + tail


def _wins(kind: BetType, podium: Combination, paid: int, brackets: Mapping[int, int]) -> Iterable[Combination]:
    """Return the winning combination for one order of the first horses."""
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

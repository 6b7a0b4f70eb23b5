"""A ticket: the common form of all methods of selecting, with the combinations that it covers."""

from dataclasses import dataclass
from itertools import permutations, product

from graphql_api.slips.tickets.types import BET_RULES, BetRule, BetType, Combination


@dataclass(frozen=True, slots=True)
class Ticket:
    """A set of distinct combinations, stored as the numbers that may take each place.

    With ``multi``, or if the order of the bet does not count, the ``legs`` may have any order. ``repeatable``
    are the brackets that may occur twice in a combination (ゾロ目). Use ``selections.read_selection`` to make one.
    """

    bet_type: BetType
    legs: tuple[frozenset[int], ...]
    multi: bool = False
    repeatable: frozenset[int] = frozenset()

    @property
    def rule(self) -> BetRule:
        """Return the facts of the type."""
        return BET_RULES[self.bet_type]

    @property
    def numbers(self) -> list[int]:
        """Return all numbers of the ticket in ascending order."""
        return sorted(frozenset().union(*self.legs))

    def memberships(self) -> dict[int, int]:
        """Return the legs that contain each number, as the bits of an integer."""
        return {
            number: sum(1 << place for place, leg in enumerate(self.legs) if number in leg) for number in self.numbers
        }

    def patterns(self) -> frozenset[tuple[int, ...]]:
        """Return the sequences of memberships that a covered combination can have.

        There are at most seven memberships, so at most 343 patterns; a box has one.
        """
        held = set(self.memberships().values())
        patterns = product(*([each for each in held if each >> place & 1] for place in range(len(self.legs))))
        if self.rule.is_ordered and not self.multi:
            return frozenset(patterns)
        return frozenset(order for pattern in patterns for order in permutations(pattern))

    def covers(self, combination: Combination) -> bool:
        """Return whether the ticket contains a combination."""
        memberships = self.memberships()
        is_allowed = len(set(combination)) == len(combination) or combination[0] in self.repeatable
        return is_allowed and tuple(memberships.get(number, 0) for number in combination) in self.patterns()

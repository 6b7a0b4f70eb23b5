"""Where a limit's mark is, guessed for DynamoDB: a right guess takes one call, a wrong one two."""

WEIGHT = 0.2
"""What the newest outcome counts, of all before it."""

BEGIN = 0.3


class Guess:
    """Whether others have moved a mark ahead of now since this process saw it behind now.

    How often they had, of late, tells how busy they are. Times are in nanoseconds since 1970.
    """

    __slots__ = ("_chance",)

    def __init__(self) -> None:
        """Begin without knowing."""
        self._chance = BEGIN

    def mark(self, seen: int, now: int) -> int:
        """Return the mark to reckon with."""
        return now + 1 if seen <= now and self._chance > 0.5 else seen

    def learn(self, seen: int, found: int, now: int) -> None:
        """Note where the mark was found."""
        if seen <= now:  # else it was certain: marks never go back
            self._chance += WEIGHT * ((found > now) - self._chance)

"""Requests that need no check of limits and records: what they cost is charged later, as one sum.

To answer from memory takes some twenty microseconds, and a check of the limits half as long.
"""


class PrepaidRequests:
    """A number of requests that one caller may make, each at the least cost, valid until a time of a monotonic clock.

    ``owner`` is that caller. ``left`` is how many it may still make. What changes the limits or the key collects them.
    """

    __slots__ = ("_issued", "left", "owner", "until")

    def __init__(self) -> None:
        """Begin with none."""
        self._issued = self.left = 0
        self.until = 0.0
        self.owner: object = None

    @property
    def used(self) -> int:
        """Return how many were made, and are not charged yet."""
        return self._issued - self.left

    def issue(self, number: int, until: float, owner: object) -> None:
        """Allow so many; those before were collected."""
        self._issued = self.left = number
        self.until = until
        self.owner = owner

    def collect(self) -> int:
        """Return how many are to be charged, and end the others."""
        used = self.used
        self._issued = self.left = 0
        return used

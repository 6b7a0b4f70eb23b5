"""Who makes a request, and pays for it: a key, or a visitor without one."""

from typing import Protocol

Headers = tuple[tuple[bytes, bytes], ...]

KEPT_COST = 100
"""Cost of every request, and all that an answer from memory or a 304 costs."""


class Caller(Protocol):
    """One caller in the memory of a process. Costs are in values of answers."""

    @property
    def key_id(self) -> str:
        """Return the id of the key, empty for a visitor."""

    def is_ready(self) -> bool:
        """Say whether a request can be taken now, without waiting for anything."""

    def take(self) -> None:
        """Take a request, and the cost that each has."""

    async def admit(self) -> None:
        """Take a request as soon as that can be. Raises ``RateLimited``, ``Unauthenticated``, ``StoreUnavailable``."""

    async def reserve(self, cost: int) -> None:
        """Take cost; of what is dearer than a whole limit, the rest is owed. Raises as ``admit``."""

    def spend_cost(self, cost: int) -> None:
        """Take cost that was used already, whatever the limit says."""

    def count(self, size: int, *, failed: bool) -> None:
        """Count an answer of ``size`` bytes."""

    async def finish(self) -> None:
        """Do what is due behind an answer. Raises nothing."""

    def headers(self) -> Headers:
        """Return the headers that tell the limits."""

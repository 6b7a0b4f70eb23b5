"""Who makes a request, and pays for it: a key, or a visitor without one."""

from typing import Protocol

Headers = tuple[tuple[bytes, bytes], ...]

KEPT_COST = 100
"""Cost of every request, and all that an answer from memory or a 304 costs."""

TOLD_SECONDS = 0.1
"""How long a told ``RateLimit`` may be repeated: to write it takes as long as to find a kept answer."""


class Caller(Protocol):
    """One caller in the memory of a process. Costs are in values of answers."""

    @property
    def key_id(self) -> str:
        """Return the id of the key, empty for a visitor."""

    def try_take(self) -> bool:
        """Take a request and the cost that each has, if that can be told at once; say whether it was taken."""

    def give_back(self) -> None:
        """Give back what was just taken so."""

    def may_wait(self) -> bool:
        """Return whether to admit a request takes a call to the store: better when its cost is known, in one call."""

    async def admit(self, cost: int = KEPT_COST) -> None:
        """Charge for a request with its cost. What is dearer than a whole limit, the caller owes.

        Raises ``RateLimited``, ``Unauthenticated``, ``StoreUnavailable``.
        """

    async def reserve(self, cost: int) -> None:
        """Charge for more cost of an admitted request. Raises as ``admit``."""

    def spend_cost(self, cost: int) -> None:
        """Take cost that was used already, whatever the limit says."""

    def count(self, size: int, errors: int) -> None:
        """Count an answer of ``size`` bytes; ``errors`` is 1 where it failed."""

    async def finish(self) -> None:
        """Do what is due behind an answer. Raises nothing."""

    def headers(self) -> Headers:
        """Return the headers that tell the limits."""

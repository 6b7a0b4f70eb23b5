"""Who makes a request, and pays for it: a key, or a visitor without one."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from graphql_api.access.credential import Credential

Headers = tuple[tuple[bytes, bytes], ...]

KEPT_COST = 100
"""Cost of every request, and all that an answer from memory or a 304 costs."""

HEADER_SECONDS = 0.1
"""How long a value of ``RateLimit`` may be repeated: to format it takes as long as to find a kept answer."""


class Caller(Protocol):
    """One caller in the memory of a process. Costs are in values of answers."""

    @property
    def key_id(self) -> str:
        """Return the id of the key, empty for a visitor, and for a key that is not found yet."""

    @property
    def credential(self) -> "Credential | None":
        """Return the key, None where there is no ``key_id``."""

    def try_take(self) -> bool:
        """Charge a request with the cost that each has, if memory allows it; return whether it was charged."""

    def give_back(self) -> None:
        """Undo the last ``try_take``."""

    def may_wait(self) -> bool:
        """Return whether to admit a request takes a call to the store: better when its cost is known, in one call."""

    async def admit(self, cost: int = KEPT_COST) -> None:
        """Charge for a request with its cost. What is dearer than a whole limit, the caller owes.

        Raises ``RateLimited``, ``Unauthenticated``, ``StoreUnavailable``.
        """

    async def reserve(self, cost: int) -> None:
        """Charge for more cost of an admitted request. Raises as ``admit``."""

    def spend_cost(self, cost: int) -> None:
        """Charge cost that was used already, whatever the limit says."""

    def count(self, size: int, errors: int) -> None:
        """Count an answer of ``size`` bytes; ``errors`` is 1 where it failed."""

    async def finish(self) -> None:
        """Do what is due behind an answer. Raises nothing."""

    def headers(self) -> Headers:
        """Return the headers that tell the limits."""

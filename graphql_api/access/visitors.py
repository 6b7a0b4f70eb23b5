"""Clients without a key, by address: counted in the memory of each process, and never in the store."""

from collections.abc import Mapping

from cachetools import LRUCache

from graphql_api.access.callers import HEADER_SECONDS, KEPT_COST, Headers
from graphql_api.access.clock import SECOND, SYSTEM, Clock
from graphql_api.access.errors import RateLimited
from graphql_api.access.rate_headers import policy, rate_limit, refusal, remaining
from graphql_api.access.rates import Rate
from graphql_api.access.records import COST, REQUESTS
from graphql_api.store.rate_limits import Draw

MAX_ADDRESSES = 10_000
LOOK_UPS = "look_ups"
MAX_LOOK_UPS = 60
"""Keys a minute that one address may name and that are not there: each of them costs a call to the store."""

Rates = Mapping[str, Rate]


class Visitor:
    """Implements ``Caller`` for one address: the marks of its limits are all that is known of it."""

    __slots__ = (
        "_cost",
        "_headers",
        "_headers_at",
        "_least",
        "_marks",
        "_policy",
        "_rates",
        "_requests",
        "_wall",
        "address",
    )
    key_id = ""
    credential = None

    def __init__(self, address: str, rates: Rates, clock: Clock) -> None:
        """Count ``address``, or the IPv6 network that stands for one, by ``rates``."""
        self.address = address
        self._rates = rates
        self._least = {REQUESTS: rates[REQUESTS].unit, COST: KEPT_COST * rates[COST].unit}
        self._marks = dict.fromkeys(rates, 0)
        self._wall = clock.wall
        self._requests, self._cost = self._least[REQUESTS], self._least[COST]
        self._policy = policy({name: rates[name] for name in self._least})
        self._headers: Headers = ()
        self._headers_at = 0

    def try_take(self) -> bool:
        """Move the marks, if there is room."""
        now, marks, rates = self._wall(), self._marks, self._rates
        requests = max(marks[REQUESTS], now) + self._requests
        cost = max(marks[COST], now) + self._cost
        if requests - now > rates[REQUESTS].burst or cost - now > rates[COST].burst:
            return False
        marks[REQUESTS], marks[COST] = requests, cost
        return True

    def give_back(self) -> None:
        """Move the marks back."""
        self._marks[REQUESTS] -= self._requests
        self._marks[COST] -= self._cost

    def may_wait(self) -> bool:
        """Return False: no visitor takes a call to the store."""
        return False

    async def admit(self, cost: int = KEPT_COST) -> None:
        """Move the marks, or refuse."""
        if not self.try_take():
            raise self._refusal(self._least)
        if cost > KEPT_COST:
            await self.reserve(cost - KEPT_COST)

    async def reserve(self, cost: int) -> None:
        """Move the mark of cost, or refuse."""
        rate = self._rates[COST]
        self._take({COST: min(cost, rate.limit - KEPT_COST) * rate.unit})
        self.spend_cost(max(0, cost - rate.limit + KEPT_COST))

    def spend_cost(self, cost: int) -> None:
        """Move the mark of cost, whatever the limit says."""
        self._move({COST: cost * self._rates[COST].unit})

    def count(self, size: int, errors: int) -> None:
        """Do nothing: usage is kept of keys only."""

    async def finish(self) -> None:
        """Do nothing: nothing is written."""

    def headers(self) -> Headers:
        """Return the headers of a moment ago, or format new ones."""
        now = self._wall()
        if now - self._headers_at >= HEADER_SECONDS * SECOND:
            self._headers = (
                (b"ratelimit-policy", self._policy.encode()),
                (b"ratelimit", rate_limit(self._left()).encode()),
            )
            self._headers_at = now
        return self._headers

    def may_look_up(self) -> None:
        """Raise ``RateLimited`` where too many keys that this address named were not there."""
        needs = {LOOK_UPS: self._rates[LOOK_UPS].unit}
        if not self._has_room(needs):
            raise self._refusal(needs)

    def miss(self) -> None:
        """Count a key that is not there."""
        self._move({LOOK_UPS: self._rates[LOOK_UPS].unit})

    def _take(self, amounts: Mapping[str, int]) -> None:
        if not self._has_room(amounts):
            raise self._refusal(amounts)
        self._move(amounts)

    def _has_room(self, amounts: Mapping[str, int]) -> bool:
        now, marks, rates = self._wall(), self._marks, self._rates
        return all(max(marks[name] - now, 0) + amount <= rates[name].burst for name, amount in amounts.items())

    def _move(self, amounts: Mapping[str, int]) -> None:
        now = self._wall()
        for name, amount in amounts.items():
            self._marks[name] = max(self._marks[name], now) + amount

    def _refusal(self, amounts: Mapping[str, int]) -> RateLimited:
        draws = {name: Draw(amount, amount, self._rates[name].burst) for name, amount in amounts.items()}
        return refusal(draws, self._marks, self._wall(), {"ratelimit-policy": self._policy})

    def _left(self) -> dict[str, tuple[int, int]]:
        now = self._wall()
        return {name: remaining(self._rates[name], self._marks[name], 0, now) for name in self._least}


class Visitors:
    """All addresses that came of late."""

    def __init__(self, requests: int, cost: int, clock: Clock = SYSTEM) -> None:
        """Allow each address so much a minute."""
        self._rates = {REQUESTS: Rate.of(requests), COST: Rate.of(cost), LOOK_UPS: Rate.of(MAX_LOOK_UPS)}
        self._clock = clock
        self._known: LRUCache[str, Visitor] = LRUCache(MAX_ADDRESSES)

    def get(self, address: str) -> Visitor:
        """Return what is known of an address."""
        found = self._known.get(address)
        if found is None:
            found = self._known[address] = Visitor(address, self._rates, self._clock)
        return found

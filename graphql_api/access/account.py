"""One key in the memory of a process: its record, what is held of its limits, and its usage."""

import asyncio
import math
from collections.abc import Mapping

from graphql_api.access.callers import HEADER_SECONDS, KEPT_COST, Headers
from graphql_api.access.clock import Clock
from graphql_api.access.guesses import Guess
from graphql_api.access.prepaid import PrepaidRequests
from graphql_api.access.rate_headers import policy, rate_limit, remaining
from graphql_api.access.rates import MINUTE, USUAL_COST, Purse, Rate
from graphql_api.access.records import COST, LIMITS, REQUESTS, KeyRecord
from graphql_api.access.usage import Amount, Usage
from graphql_api.store.protocol import Drawn, Item
from graphql_api.store.rate_limits import Draw

CHECK_SECONDS = 25.0
"""How long a record counts as known; with the time of a request, a change takes effect within 30 seconds."""


class Account:
    """The state of one key, shared by all its requests in this process."""

    def __init__(self, item: Item, defaults: Mapping[str, int], clock: Clock) -> None:
        """Begin with a record that was read now; ``defaults`` are limits of the settings."""
        self._clock = clock
        self._defaults = defaults
        self.usage = Usage()
        self.lock = asyncio.Lock()
        self.prepaid = PrepaidRequests()
        self._headers: Headers = ()
        self._headers_at = -math.inf
        self._version = 0
        self._guesses = {name: Guess() for name in LIMITS}
        self.update(item)
        self._requests, self._cost = Purse(self.rates[REQUESTS].unit), Purse(USUAL_COST * self.rates[COST].unit)
        self.purses = {REQUESTS: self._requests, COST: self._cost}

    def update(self, item: Item) -> None:
        """Replace the record and the marks by those of the store."""
        if item.version != self._version:
            if self._version:
                self._pay()
            self._version = item.version
            self.record = KeyRecord.read(item.body)
            own = {REQUESTS: self.record.requests, COST: self.record.cost}
            self.rates = {name: Rate.of(own[name] or self._defaults[name]) for name in LIMITS}
            self._least = self.rates[REQUESTS].unit, KEPT_COST * self.rates[COST].unit
            self._policy = policy(self.rates).encode()
        self.marks = {name: item.numbers.get(name, 0) for name in LIMITS}
        self.checked = self._clock.monotonic()

    def guessed_marks(self, now: int) -> dict[str, int]:
        """Return the marks that the store is likely to have at ``now`` of the wall clock."""
        return {name: self._guesses[name].mark(mark, now) for name, mark in self.marks.items()}

    def learn(self, drawn: Drawn, draws: Mapping[str, Draw], now: int) -> None:
        """Compare the marks that were known with those that a draw found, before ``update`` replaces them."""
        for name, guess in self._guesses.items():
            found = drawn.item.numbers.get(name, 0) - drawn.taken[name] - draws[name].owed
            guess.learn(self.marks[name], found, now)

    def is_fresh(self) -> bool:
        """Return whether the record was read not long ago."""
        return self._clock.monotonic() - self.checked < CHECK_SECONDS

    def is_ready(self) -> bool:
        """Return whether a request can be taken now, from memory alone."""
        self._pay()
        now = self._clock.monotonic()
        requests, cost = self._least
        return (
            now - self.checked < CHECK_SECONDS
            and self._requests.drop_void(now) >= requests
            and self._cost.drop_void(now) >= cost
        )

    def take(self) -> None:
        """Charge one request, and the cost that each has."""
        requests, cost = self._least
        self._requests.spend(requests)
        self._cost.spend(cost)
        self.usage.cost += KEPT_COST

    def prepay(self, until: float, owner: object) -> None:
        """Let ``owner`` make as many requests without another check as are held.

        They are good until a moment of the monotonic clock, or until something ends before.
        """
        requests, cost = self._least
        number = min(self._requests.total // requests, self._cost.total // cost)
        ends = self._requests.void_at, self._cost.void_at, self.checked + CHECK_SECONDS
        self.prepaid.issue(number, min(until, *ends), owner)

    def _pay(self) -> None:
        """Charge the prepaid requests that were used, and end the others."""
        used = self.prepaid.collect()
        if used:
            requests, cost = self._least
            self._requests.spend(used * requests)
            self._cost.spend(used * cost)
            self.usage.cost += used * KEPT_COST

    def take_usage(self) -> list[Amount]:
        """Return the usage that is not in the store yet, and forget it."""
        self._pay()
        return self.usage.taken(self.record.id)

    def needs(self, cost: int) -> dict[str, int]:
        """Return what has to be held for a request of this cost; what no limit could hold is owed later."""
        rate = self.rates[COST]
        return {**self.least, COST: max(self._least[1], min(cost * rate.unit, MINUTE))}

    def cost_needed(self, cost: int) -> dict[str, int]:
        """Return what has to be held for a request to cost so much more; what no limit could hold is owed later."""
        rate = self.rates[COST]
        return {COST: min(cost, rate.limit - KEPT_COST) * rate.unit}

    @property
    def least(self) -> dict[str, int]:
        """Return what a request takes of each limit, in nanoseconds."""
        return dict(zip(LIMITS, self._least, strict=True))

    def covers(self, needs: Mapping[str, int]) -> bool:
        """Return whether so much is held."""
        self._pay()
        now = self._clock.monotonic()
        return all(self.purses[name].drop_void(now) >= need for name, need in needs.items())

    def draws(self, needs: Mapping[str, int], now: float) -> dict[str, Draw]:
        """Return what to take from the limits so that ``needs`` are held, and what was used of late besides."""
        draws = {}
        for name, purse in self.purses.items():
            rate = self.rates[name]
            least = max(0, needs.get(name, 0) - purse.drop_void(now))
            draws[name] = Draw(least, max(least, purse.wanted(rate, now)), rate.burst, purse.owed)
        return draws

    def credit(self, taken: Mapping[str, int], draws: Mapping[str, Draw], now: float) -> None:
        """Add what was taken from ``now`` on, and forget what was owed when it was."""
        for name, purse in self.purses.items():
            purse.owed -= draws[name].owed
            purse.add_part(taken[name], now)
        self._headers_at = -math.inf

    def spend_cost(self, cost: int) -> None:
        """Spend more cost; what is not held is owed."""
        self._pay()
        self.usage.cost += cost
        self._cost.spend(cost * self.rates[COST].unit)

    def left(self) -> dict[str, tuple[int, int]]:
        """Return what is left of each limit, and the seconds until all of it is."""
        now, used = self._clock.wall(), self.prepaid.used
        held = {name: self.purses[name].total - used * least for name, least in self.least.items()}
        return {
            name: remaining(rate, self.marks[name] + self.purses[name].owed, held[name], now)
            for name, rate in self.rates.items()
        }

    def headers(self) -> Headers:
        """Return the headers that tell the limits, as they were a moment ago."""
        now = self._clock.monotonic()
        if now - self._headers_at >= HEADER_SECONDS:
            self._headers = (b"ratelimit-policy", self._policy), (b"ratelimit", rate_limit(self.left()).encode())
            self._headers_at = now
        return self._headers

"""The headers that tell a caller its limits: ``RateLimit``, ``RateLimit-Policy`` (draft 10), and when to come again."""

import math
import random
from collections.abc import Mapping

from graphql_api.access.errors import RateLimited, rate_limited
from graphql_api.access.rates import Rate
from graphql_api.store.rate_limits import Draw

SECOND = 10**9
JITTER = 0.1
"""Part of the time to wait that is added at random, and a second: so callers that were refused come back spread out."""


def policy(rates: Mapping[str, Rate]) -> str:
    """Return the value of ``RateLimit-Policy``."""
    return ", ".join(f'"{name}";q={rate.limit};w=60' for name, rate in rates.items())


def remaining(rate: Rate, mark: int, held: int, now: int) -> tuple[int, int]:
    """Return how much is left of a limit, and the seconds until all of it is; ``held`` is taken, but not spent."""
    room = max(0, now + rate.burst - mark)
    return min(rate.limit, (room + held) // rate.unit), max(0, math.ceil((mark - now) / SECOND))


def rate_limit(left: Mapping[str, tuple[int, int]]) -> str:
    """Return the value of ``RateLimit``."""
    return ", ".join(f'"{name}";r={amount};t={seconds}' for name, (amount, seconds) in left.items())


def refusal(draws: Mapping[str, Draw], marks: Mapping[str, int], now: int, headers: Mapping[str, str]) -> RateLimited:
    """Return the error for draws that are not granted: which limit takes longest, and for how long."""
    waits = {
        name: max(marks.get(name, 0), now) + draw.owed + draw.least - draw.burst - now for name, draw in draws.items()
    }
    name = max(waits, key=waits.__getitem__)
    seconds = max(1, math.ceil(waits[name] / SECOND))
    return rate_limited(name, seconds + random.randint(0, 1 + int(seconds * JITTER)), headers)  # noqa: S311 - jitter

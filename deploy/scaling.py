"""Calculates docs/scaling.md: hit rates of caches without shared memory, and the cost of a month.

``python deploy/scaling.py``
"""

import random
import sys
from bisect import bisect
from collections import OrderedDict
from dataclasses import dataclass
from itertools import accumulate

JOCKEYS = 2_701  # ids that the source lists
ENTRIES, TTL = 100, 3_600.0  # the defaults of JOCKEY_CACHE_ENTRIES and JOCKEY_CACHE_TTL
REQUESTS = 60_000

# USD in ap-northeast-1; assumptions, see docs/scaling.md.
LAMBDA_REQUEST, LAMBDA_GB_SECOND, PROVISIONED_GB_SECOND = 0.20 / 1e6, 0.0000133334, 0.0000033334
TRANSFER_GB, S3_GET, LOG_GB = 0.114, 0.00037 / 1e3, 0.76
CDN_REQUEST, CDN_FREE_REQUESTS, CDN_FREE_GB = 0.012 / 1e4, 10_000_000, 1_024
FIXED = 8 * 0.10 + 30 * 0.30 + 3.00  # alarms, metrics of one's own, the dashboard
WRITE, READ, QUEUE_CALL, ATHENA_TB = 0.715 / 1e6, 0.1425 / 1e6, 0.40 / 1e6, 5.0
TOKEN_IN, TOKEN_OUT = 1.00 / 1e6, 5.00 / 1e6  # of a small model of Bedrock
RACE_DAYS = 110 / 12
GB, MONTH = 2.0, 730 * 3_600.0  # memory; seconds


def popularity(exponent: float) -> list[float]:
    """Give the cumulative weights of ids whose n-th is asked for in proportion to n to the power of -exponent."""
    return list(accumulate(rank**-exponent for rank in range(1, JOCKEYS + 1)))


def hit_rate(instances: int, rate: float, exponent: float, entries: int = ENTRIES) -> float:
    """Simulate LRU caches with a time to live, each request going to any of the instances; counts the second half."""
    draw = random.Random(0)  # noqa: S311
    weights = popularity(exponent)
    caches: list[OrderedDict[int, float]] = [OrderedDict() for _ in range(instances)]
    hits, now = 0, 0.0
    for number in range(REQUESTS):
        now += draw.expovariate(rate)
        jockey = bisect(weights, draw.random() * weights[-1])
        cache = draw.choice(caches)
        fresh = cache.get(jockey, 0.0) > now
        hits += fresh and number >= REQUESTS // 2
        if not fresh:
            cache[jockey] = now + TTL
        cache.move_to_end(jockey)
        if len(cache) > entries:
            cache.popitem(last=False)
    return hits / (REQUESTS - REQUESTS // 2)


@dataclass(frozen=True)
class Month:
    """The assumptions for a month of requests."""

    requests: float
    seconds: float = 0.025  # billed each, hits and misses together
    kilobytes: float = 20.0  # sent each, compressed
    misses: float = 0.5
    warm: int = 2  # provisioned instances
    cdn_hits: float = 0.0

    def costs(self) -> dict[str, float]:
        """Return USD by part."""
        reached = self.requests * (1 - self.cdn_hits)
        gigabytes = self.requests * self.kilobytes / 1e6
        by_cdn = self.cdn_hits > 0
        return {
            "Lambda": reached * (LAMBDA_REQUEST + self.seconds * GB * LAMBDA_GB_SECOND),
            "provisioned": self.warm * GB * MONTH * PROVISIONED_GB_SECOND,
            "S3": reached * self.misses * S3_GET,
            "logs": reached * 1.2e-6 * LOG_GB,  # 1.2 kB: a line, its metrics, Lambda's report
            "transfer": max(0.0, gigabytes - (CDN_FREE_GB if by_cdn else 100)) * TRANSFER_GB,
            "CDN requests": max(0.0, self.requests - CDN_FREE_REQUESTS) * CDN_REQUEST if by_cdn else 0.0,
            "monitoring": FIXED,
        }


@dataclass(frozen=True)
class SliceMonth:
    """The use of a slice in a month of 10 million requests, as assumed."""

    assumed: str
    writes: float = 0.0  # request units of DynamoDB
    reads: float = 0.0
    queue_calls: float = 0.0
    gigabyte_seconds: float = 0.0  # of functions other than the API
    tokens: tuple[float, float] = 0.0, 0.0
    terabytes: float = 0.0  # read by Athena

    def costs(self) -> dict[str, float]:
        """Return USD by part."""
        return {
            "table": self.writes * WRITE + self.reads * READ,
            "queue": self.queue_calls * QUEUE_CALL,
            "functions": self.gigabyte_seconds * LAMBDA_GB_SECOND,
            "model": self.tokens[0] * TOKEN_IN + self.tokens[1] * TOKEN_OUT,
            "Athena": self.terabytes * ATHENA_TB,
        }


IDLE_POLLS = 5 * 3 * 60 * 730  # of an empty queue: Lambda's five pollers, each for 20 seconds
SLICES = {
    "access": SliceMonth("10 million requests, 7 % of which read or write the table", writes=0.7e6),
    "races": SliceMonth("read from the archive's files"),
    "slips": SliceMonth("100 thousand slips of 2 kB, each written 4 times and read 10 times", writes=8e5, reads=1e6),
    "consultations": SliceMonth(
        "10 thousand messages with 2,000 tokens of input and 300 of output each",
        writes=4e4,
        reads=2e4,
        tokens=(2e7, 3e6),
    ),
    "comments": SliceMonth(
        "1,000 comments with 3,000 tokens of input and 600 of output, 10 s each",
        writes=1e4,
        reads=2e5,
        queue_calls=IDLE_POLLS + 5e3,
        gigabyte_seconds=1e4,
        tokens=(3e6, 6e5),
    ),
    "odds": SliceMonth(
        "one run of 0.3 s per minute; writes of 0.04 USD per race day, as measured",
        writes=RACE_DAYS * 0.04 / WRITE,
        reads=730 * 60 + 1e6,
        gigabyte_seconds=730 * 60 * 0.3,
    ),
    "forecasts": SliceMonth("one job of 15 minutes with 3 GB per race day", gigabyte_seconds=RACE_DAYS * 900 * 3),
    "archive": SliceMonth("10 thousand Athena queries, 50 MB each", terabytes=0.5),
    "notifications": SliceMonth("1,000 messages, within the free tier of SNS", queue_calls=5e3),
}


def main() -> None:
    """Write the tables in Markdown."""
    out = sys.stdout.write
    fleet = (1, 2, 5, 10, 50, 100)
    out("| exponent | requests/s | " + " | ".join(f"{n}" for n in fleet) + " |\n|---|---|" + "---|" * len(fleet) + "\n")
    for exponent in (0.8, 1.0, 1.2):
        for rate in (1.0, 100.0):
            rates = (f"{hit_rate(count, rate, exponent):.0%}" for count in fleet)
            out(f"| {exponent} | {rate:g} | {' | '.join(rates)} |\n")
    held = (100, 300, 1_000, JOCKEYS)
    out("\n| exponent | " + " | ".join(f"{n:,}" for n in held) + " |\n|---|" + "---|" * len(held) + "\n")
    for exponent in (0.8, 1.0, 1.2):
        out(f"| {exponent} | " + " | ".join(f"{hit_rate(2, 100.0, exponent, n):.0%}" for n in held) + " |\n")
    months = {
        "10 thousand": Month(1e4, warm=0),
        "10 million": Month(1e7),
        "10 million, CDN 80 %": Month(1e7, cdn_hits=0.8),
        "1 billion": Month(1e9, warm=20),
        "1 billion, CDN 80 %": Month(1e9, warm=5, cdn_hits=0.8),
        "300 thousand, as the design assumes": Month(3e5, seconds=3, kilobytes=100, warm=0),
        "300 thousand, as assumed here": Month(3e5, warm=0),
    }
    names = list(Month(1).costs())
    out("\n| per month | " + " | ".join(names) + " | USD |\n|---|" + "---|" * (len(names) + 1) + "\n")
    for name, month in months.items():
        costs = month.costs()
        out(f"| {name} | " + " | ".join(f"{costs[each]:,.2f}" for each in names) + f" | {sum(costs.values()):,.2f} |\n")
    parts = list(SLICES["access"].costs())
    out("\n| slice | assumed | " + " | ".join(parts) + " | USD |\n|---|---|" + "---|" * (len(parts) + 1) + "\n")
    for name, used in SLICES.items():
        costs = used.costs()
        told = " | ".join(f"{costs[each]:,.2f}" for each in parts)
        out(f"| `{name}` | {used.assumed} | {told} | {sum(costs.values()):,.2f} |\n")


if __name__ == "__main__":
    main()

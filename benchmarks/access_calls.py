"""How many updates of DynamoDB a request takes whose key several processes use.

``python -m benchmarks.access_calls`` counts them; ``benchmarks.access`` writes them to its results. The clock is
simulated, so that nothing depends on the machine. dynalite, which the tests use as well, stands for DynamoDB. A process
is an object with memory of its own; requests come at random moments, each to one of the processes at random.
"""

import asyncio
import os
import random
import shutil
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, cast
from unittest.mock import patch

import boto3
from botocore.client import BaseClient

from graphql_api.access.callers import KEPT_COST
from graphql_api.access.clock import SECOND, Clock
from graphql_api.access.errors import RateLimited
from graphql_api.access.management import Keys
from graphql_api.access.records import key_of
from graphql_api.access.service import Access
from graphql_api.access.slice import AccessSettings
from graphql_api.store.dynamodb import DynamoDbStore
from graphql_api.store.protocol import ItemStore
from graphql_api.store.service import Store

DYNALITE = Path(__file__).parents[1] / "tests" / "dynalite" / "node_modules" / "dynalite"
LISTEN = "const s = require(process.argv[1])({createTableMs: 0}); s.listen(0, () => console.log(s.address().port))"
REGION = "us-east-1"
PATIENCE = 5.0, 20.0
PROCESSES = (2, 4, 16)
REQUESTS = 1_000
RATES, DEAR_RATES = (0.1, 2.0, 16.0), (0.05, 0.2, 0.4)
LOADS = {"small": (KEPT_COST, RATES), "usual": (4_000, RATES), "dear": (200_000, DEAR_RATES)}
"""What a request costs, and how many there are a second: at most 80 % of the default limits."""

BEGUN = 1_700_000_000 * SECOND


class Moved:
    """A clock that stands still until it is moved."""

    seconds = 0.0

    def clock(self) -> Clock:
        """Return the clocks of access."""
        return Clock(lambda: self.seconds, lambda: BEGUN + int(self.seconds * SECOND))


@contextmanager
def dynalite() -> Iterator[None]:
    """Run dynalite, and name it to the SDK."""
    command = ["node", "-e", LISTEN, str(DYNALITE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - ours
        port = int(cast("IO[str]", server.stdout).readline())
        url = f"http://127.0.0.1:{port}"
        own = {"AWS_ENDPOINT_URL_DYNAMODB": url, "AWS_ACCESS_KEY_ID": "example", "AWS_SECRET_ACCESS_KEY": "example"}
        with patch.dict(os.environ, own | {"AWS_DEFAULT_REGION": REGION, "NO_PROXY": "127.0.0.1"}):
            yield
        server.terminate()


@contextmanager
def counting(key_id: str) -> Iterator[Counter[str]]:
    """Count the updates of a key's item."""
    made: Counter[str] = Counter()
    call: Any = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001 - the one way of all calls

    def counted(self: BaseClient, name: str, arguments: dict[str, Any]) -> Any:
        if name == "UpdateItem" and arguments["Key"]["PK"]["S"] == key_of(key_id).pk:
            made[name] += 1
        return call(self, name, arguments)

    with patch.object(BaseClient, "_make_api_call", counted):
        yield made


def new_table() -> str:
    """Make a table."""
    name, client = f"store-{uuid.uuid4().hex}", boto3.client("dynamodb")
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in ("PK", "SK")],
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
    )
    return name


async def requested(store: ItemStore, processes: int, cost: int, rate: float) -> tuple[float, float]:
    """Make requests; return the updates a request, and the part of requests that took two."""
    moved, chance = Moved(), random.Random(1)  # noqa: S311 - the same moments each time
    record, text = Keys(store).create("benchmark")
    settings = AccessSettings(access="required")
    instances = [Access(settings, Store(store, seconds=30.0), moved.clock()) for _ in range(processes)]
    taken = []
    with counting(record.id) as made:
        for _ in range(REQUESTS):
            moved.seconds += chance.expovariate(rate)
            before = made.total()
            with suppress(RateLimited):
                caller = chance.choice(instances).identify({text.encode()}, "127.0.0.1", "rest")
                if not caller.try_take():
                    await caller.admit(cost)
                elif cost > KEPT_COST:
                    await caller.reserve(cost - KEPT_COST)
            taken.append(made.total() - before)
    return sum(taken) / REQUESTS, sum(each > 1 for each in taken) / REQUESTS


def calls() -> list[str]:
    """Count for all loads."""
    if not DYNALITE.exists() or shutil.which("node") is None:
        return ["Calls were not counted: dynalite is not installed (`make tests/dynalite/node_modules`)."]
    lines = ["| cost | requests/s | processes | UpdateItem a request | requests with two |", "|---|---|---|---|---|"]
    with dynalite():
        store = DynamoDbStore(new_table(), REGION, timeouts=PATIENCE)
        for name, (cost, rates) in LOADS.items():
            for rate in rates:
                for processes in PROCESSES:
                    mean, two = asyncio.run(requested(store, processes, cost, rate))
                    lines.append(f"| {name} ({cost:,}) | {rate:g} | {processes} | {mean:.2f} | {two:.0%} |")
        store.close()
    return lines


if __name__ == "__main__":
    sys.stdout.write("\n".join(calls()) + "\n")

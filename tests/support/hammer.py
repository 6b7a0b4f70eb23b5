"""A process that has as many requests of one key admitted as it can; each of its threads is as a server."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from graphql_api.access.service import Access
from graphql_api.access.slice import AccessSettings
from graphql_api.errors import ServiceError
from graphql_api.store.service import Store
from graphql_api.store.sqlite import SqliteStore


async def admit(path: Path, text: str, seconds: float) -> list[tuple[float, float]]:
    """Return between which moments requests were admitted, over so many seconds."""
    store = Store(SqliteStore(path, busy_ms=30_000), seconds=60)  # the machine may be busy with other things
    access = Access(AccessSettings(access="required", access_failure="closed"), store)
    admitted, until = [], time.time() + seconds
    while (begun := time.time()) < until:
        try:
            caller = access.identify({text.encode()}, "127.0.0.1", "rest")
            await caller.admit()
            admitted.append((begun, time.time()))
        except ServiceError:
            await asyncio.sleep(0.005)
    store.close()
    return admitted


def hammer(path: Path, text: str, threads: int, seconds: float, start: Any, out: Any) -> None:
    """Run ``threads`` at once, as soon as all processes are there."""
    start.wait(200)
    with ThreadPoolExecutor(threads) as pool:
        found = [pool.submit(lambda: asyncio.run(admit(path, text, seconds))) for _ in range(threads)]
        out.put([admission for each in found for admission in each.result()])

"""The contract in simulations: several processes that share a store, by a clock that only the test moves."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphql_api.access.callers import KEPT_COST
from graphql_api.access.clock import Clock
from graphql_api.access.errors import RateLimited
from graphql_api.access.management import Keys
from graphql_api.access.rates import LEASE_SECONDS
from graphql_api.access.service import Access
from graphql_api.access.slice import AccessSettings
from graphql_api.store.service import Store
from graphql_api.store.sqlite import SqliteStore
from keyed import Clock as Moved

REQUESTS, COST = 60, 30_000
STEPS = st.lists(
    st.tuples(
        st.integers(0, 3),  # the process that is asked
        st.sampled_from([0.0, 0.0, 0.0, 0.01, 0.3, 1.0, 2.5, 20.0]),  # seconds since the step before
        st.integers(1, 30),  # requests at once
        st.sampled_from([0, 0, 100, 700, 5_000, 20_000, 70_000]),  # what each is reckoned to cost
        st.booleans(),  # whether it is admitted with its cost, or before that is known
    ),
    max_size=40,
)

Step = tuple[int, float, int, int, bool]
Admitted = tuple[float, int]
"""When something was admitted, and how much."""


def excess(admitted: Sequence[Admitted], limit: int) -> float:
    """Return by how much the contract is broken in the worst of all intervals."""
    rate, before, worst, lowest = limit / 60, 0, float("-inf"), float("inf")
    for moment, amount in admitted:
        lowest = min(lowest, before - rate * moment)
        before += amount
        worst = max(worst, before - rate * moment - lowest)
    return worst - limit - rate * LEASE_SECONDS


def test_the_excess_is_found() -> None:
    """In any interval, not only from the first request on."""
    assert excess([(0.0, 60)], 60) == -LEASE_SECONDS
    assert excess([(0.0, 1), (50.0, 63)], 60) == 1
    assert excess([(0.0, 40), (10.0, 40), (20.0, 40)], 60) == pytest.approx(120 - 60 - 20 - LEASE_SECONDS)


async def simulate(folder: Path, steps: Sequence[Step]) -> tuple[list[Admitted], list[Admitted]]:
    """Ask processes of one store as ``steps`` say; return the requests and the cost that were admitted."""
    moved = Moved()
    clock = Clock(moved.monotonic, moved.wall)
    store = SqliteStore(folder / "store.sqlite3", clock.now)
    text = Keys(store).create("a", requests=REQUESTS, cost=COST)[1].encode()
    processes = [Access(AccessSettings(access="required"), Store(store, seconds=30), clock) for _ in range(4)]
    requests: list[Admitted] = []
    costs: list[Admitted] = []
    for process, seconds, count, cost, together in steps:
        moved.seconds += seconds
        for _ in range(count):
            with suppress(RateLimited):
                caller = processes[process].identify({text}, "127.0.0.1", "rest")
                first = max(KEPT_COST, cost if together else 0)
                await caller.admit(first)
                requests.append((moved.seconds, 1))
                costs.append((moved.seconds, min(first, COST)))  # the rest of what is dearer is owed
                if cost > first:
                    await caller.reserve(cost - KEPT_COST)
                    costs.append((moved.seconds, min(cost, COST) - KEPT_COST))
    for each in processes:
        each.store.close()
    return requests, costs


def run(steps: Sequence[Step]) -> tuple[list[Admitted], list[Admitted]]:
    """Simulate with a store of its own."""
    with TemporaryDirectory() as folder:
        return asyncio.run(simulate(Path(folder), steps))


@settings(max_examples=60)
@given(STEPS)
def test_no_interval_has_more_than_the_contract_allows(steps: list[Step]) -> None:
    """Of requests and of cost, whatever each process holds, has used, or has let become void."""
    requests, costs = run(steps)
    assert excess(requests, REQUESTS) <= 1e-6
    assert excess(costs, COST) <= 1e-6
    assert all(earlier[0] <= later[0] for earlier, later in pairwise(requests))


def test_nearly_all_of_the_limit_can_be_used() -> None:
    """By one process or four in turn, at any pace that is not below the rate."""
    for processes, pace in ((1, 0.1), (4, 0.1), (4, 0.9)):
        steps = [(number % processes, pace, 1, 0, False) for number in range(int(300 / pace))]
        requests, _ = run(steps)
        assert len(requests) >= 0.95 * min(len(steps), REQUESTS + REQUESTS / 60 * 300)

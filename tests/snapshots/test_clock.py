"""The clock by which data age: it counts the time that a sandbox sleeps, and no clock that is set back misleads it."""

import asyncio

from fakes import FakeClock
from graphql_api.jockeys.repository import Jockeys
from graphql_api.snapshots.clock import lasting_clock
from graphql_api.snapshots.trace import Trace
from repository_bench import TTL, A, Bench


def test_it_begins_at_zero_and_runs() -> None:
    """Awake, it counts seconds, as both its clocks do."""
    monotonic, wall = FakeClock(), FakeClock()
    clock = lasting_clock(monotonic, wall)
    assert clock() == 0
    monotonic.turn(5)
    wall.turn(5)
    assert clock() == 5


def test_sleep_counts() -> None:
    """Time in which the monotonic clock stood still is not lost."""
    wall = FakeClock()
    clock = lasting_clock(FakeClock(), wall)
    wall.turn(3600)
    assert clock() == 3600


def test_a_wall_clock_that_is_set_back_does_not_stop_it() -> None:
    """When the wall clock jumps back, it goes on with the monotonic one."""
    monotonic, wall = FakeClock(), FakeClock()
    clock = lasting_clock(monotonic, wall)
    wall.turn(-86_400)
    monotonic.turn(7)
    assert clock() == 7


def test_data_age_in_a_frozen_sandbox() -> None:
    """What was held when a sandbox froze for longer than the TTL is checked against the storage when it thaws."""
    wall = FakeClock()
    bench = Bench()
    repository = Jockeys(bench.storage, bench.settings, clock=lasting_clock(FakeClock(), wall), load=bench.load)
    trace = Trace()
    asyncio.run(repository.get(A, trace))
    wall.turn(TTL)
    asyncio.run(repository.get(A, trace))
    assert trace.outcomes == {"miss": 1, "revalidated": 1}

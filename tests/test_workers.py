"""Threads for blocking work."""

import os
import sys
import threading

import pytest

from graphql_api.workers import Workers


def niceness() -> int:
    """Return how far the system puts this thread behind others."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no priorities of threads")
@pytest.mark.parametrize("behind", [False, True])
def test_long_work_lets_others_first(behind: bool) -> None:
    """The thread of work that runs behind others has a lower priority, and no other thread has."""
    own = niceness()
    workers = Workers(1, behind=behind)
    found = workers.begin(niceness).result(60)
    workers.close()
    assert niceness() == own
    assert (found > own) == behind or own == 19

"""Settings of a server process for Python's garbage collector, the C library's allocator and the system."""

import ctypes
import gc
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

COLLECT_FROM = 20_000
"""Number of new objects between two collections. Python's default is 700."""

KEPT_BYTES = 2**28
"""Free memory that the process keeps, in bytes: more than the largest responses need."""

MAPPED_FROM = 2**25
"""Size in bytes from which a block is mapped separately and returned to the system. It is glibc's maximum."""

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -2, -3, -8  # glibc's malloc.h


def open_files(wanted: int) -> int:
    """Allow the process to open ``wanted`` files, or as many as the system allows. Return the number."""
    if sys.platform == "win32":  # it has no such limit
        return wanted
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return allowed


@contextmanager
def without_collections() -> Iterator[None]:
    """Turn off garbage collection while permanent objects are made. It would take a tenth of a cold start."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def keep_what_was_made() -> None:
    """Exclude new objects from garbage collection too, if the process was tuned before."""
    if gc.get_freeze_count():
        gc.freeze()


NICENESS = 10
"""Niceness (0 to 19) of a thread with long work: it gets a ninth of the time of another thread."""


def let_others_first() -> None:
    """Give this thread a lower priority than others, since long work would delay the event loop.

    Only Linux supports this.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with suppress(OSError):  # a sandbox may forbid it
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + NICENESS)


SWITCH_SECONDS = 0.001
"""Switch interval of Python's threads in seconds. Python's default is 0.005."""


def tune_process() -> None:
    """Exclude current objects from garbage collection, and keep free memory. Call it at the end of the start.

    Requests leave few cycles. To search for them after every few requests would take a tenth of their time.
    glibc returns large free blocks to the system at once, and to allocate them again, page by
    page, takes as long as writing a large response into them.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.freeze()
    gc.set_threshold(COLLECT_FROM, 20, 50)
    if sys.platform == "linux":
        with suppress(AttributeError):  # a C library without it, such as musl
            mallopt = ctypes.CDLL(None).mallopt
            # To set any of them ends glibc's own adjusting of the first, so none is set where that is refused.
            if mallopt(_MMAP_THRESHOLD, MAPPED_FROM):
                mallopt(_TRIM_THRESHOLD, KEPT_BYTES)
                mallopt(_TOP_PAD, KEPT_BYTES >> 4)
                mallopt(_ARENA_MAX, 1)  # one for all threads, since these settings are for the first only

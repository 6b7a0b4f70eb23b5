"""What a process that answers requests tells Python's garbage collector, the C library's allocator and the system."""

import ctypes
import gc
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

COLLECT_FROM = 20_000
"""Objects between two collections, in the place of Python's 700."""

KEPT_BYTES = 2**28
"""Free memory that stays with the process: more than the largest answers take."""

MAPPED_FROM = 2**25
"""Bytes from which a block is mapped by itself, to go back to the system when it is free: glibc takes no more."""

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -2, -3, -8  # glibc's malloc.h


def open_files(wanted: int) -> int:
    """Let the process open ``wanted`` files, or as many as the system allows; return how many that are."""
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
    """Collect no garbage while much is made that stays: each collection looks at all of it, a tenth of a cold start."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def keep_what_was_made() -> None:
    """Take what was made since as there to stay, too, where the process was tuned before."""
    if gc.get_freeze_count():
        gc.freeze()


NICENESS = 10
"""How much a thread with long work is below the others, of 19: the system gives it a ninth of the time of another."""


def let_others_first() -> None:
    """Let the system prefer all other threads to this one: else one that has long work delays the event loop by turns.

    Only Linux has priorities of threads.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with suppress(OSError):  # a sandbox may forbid it
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + NICENESS)


SWITCH_SECONDS = 0.001
"""Seconds that a thread with long work runs Python while the event loop waits to, in the place of Python's 0.005."""


def tune_process() -> None:
    """Take what is there by now as there to stay, and memory once had as worth keeping. Call it when all is made.

    Answers leave hardly any cycles: to look for them after every few requests takes a tenth of the time of small ones.
    glibc gives blocks of some size back to the system as soon as they are free, and to have them given again, page by
    page, takes as long as writing a large answer into them.
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

"""The first connection of a function, made while it starts."""

from collections.abc import Sequence
from contextlib import suppress
from threading import Thread

from graphql_api.errors import ServiceError
from graphql_api.slices import Slice, load
from graphql_api.storage.protocol import Storage

CONNECT_SECONDS = 2.5
"""What the start of a process waits for the storage, of the 10 seconds that Lambda gives it."""


def connect(storage: Storage, slices: Sequence[Slice] = ()) -> None:
    """Pay for the first connection before the first request comes: SDK, configuration, TLS; and for slices' imports.

    It raises nothing of the storage's and does not wait for long: what failed or hangs is for the first request to
    meet.
    """

    def attempt() -> None:
        with suppress(ServiceError):
            storage.check()

    thread = Thread(target=attempt, name="connect", daemon=True)
    thread.start()
    for each in slices:  # while the network is waited for
        for module in each.preload:
            load(module)
    thread.join(CONNECT_SECONDS)

"""The threads of all loads of a process. Some are reserved for work that must not wait for loads."""

from typing import Self

from graphql_api.services import Services
from graphql_api.snapshots.shared_work import SharedWork
from graphql_api.workers import Workers

ASIDE = 4
"""One of this many threads is for other work: pages of keys, checks of versions and of readiness, indexes."""

SUSPECTS = 4
"""One of this many threads may read keys whose last read failed slowly."""


class LoadThreads:
    """Two limited pools: ``loads``, and ``shared``, in which concurrent callers share the same work.

    ``max_suspects`` is the maximum number of loads of suspects.
    """

    def __init__(self, threads: int) -> None:
        """Divide the threads. They start when there is work."""
        aside = max(1, threads // ASIDE)
        self.loads = Workers(max(1, threads - aside))
        self.aside = Workers(aside)
        self.shared = SharedWork(self.aside)
        self.max_suspects = max(1, threads // SUSPECTS)

    @classmethod
    def open(cls, services: Services) -> Self:
        """Divide the number of threads of the settings."""
        return cls(services.settings.load_threads)

    def close(self) -> None:
        """Refuse further work by ``UpstreamUnavailable``. Running work ends by its timeouts."""
        self.loads.close()
        self.aside.close()

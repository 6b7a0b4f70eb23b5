"""The threads of all loads of a process, with some set aside for what must not wait for loads."""

from typing import Self

from graphql_api.services import Services
from graphql_api.snapshots.shared_work import SharedWork
from graphql_api.workers import Workers

ASIDE = 4
"""One in so many threads is for all but loads: pages of keys, checks of versions and of readiness, indexes."""

SUSPECTS = 4
"""One in so many threads may read keys whose last read was slow to fail; the others are for all else."""


class LoadThreads:
    """Two bounded pools: ``loads``, and what is set aside, where all who ask for the same work at once share it.

    ``max_suspects`` bounds the loads of suspects.
    """

    def __init__(self, threads: int) -> None:
        """Divide so many threads; they start as work comes."""
        aside = max(1, threads // ASIDE)
        self.loads = Workers(max(1, threads - aside))
        self.aside = Workers(aside)
        self.shared = SharedWork(self.aside)
        self.max_suspects = max(1, threads // SUSPECTS)

    @classmethod
    def open(cls, services: Services) -> Self:
        """Divide the threads that the settings allow."""
        return cls(services.settings.load_threads)

    def close(self) -> None:
        """Refuse further work (``UpstreamUnavailable``); what has begun ends by its timeouts."""
        self.loads.close()
        self.aside.close()

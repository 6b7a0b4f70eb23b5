"""What the process knows of the store's failing: it is left alone for a moment, and reported once a minute."""

from graphql_api.access.clock import SYSTEM, Clock
from graphql_api.errors import ServiceError
from graphql_api.logs import EventLogger

PAUSE = 2.0
"""Seconds after a failure in which the store is not asked: so few requests wait for one that hangs."""

REPORT_EVERY = 60.0

log = EventLogger(__name__)


class Outage:
    """Counts failures; ``failures`` is their number since the process began."""

    def __init__(self, clock: Clock = SYSTEM) -> None:
        """Begin without any."""
        self._clock = clock
        self._quiet_until = float("-inf")
        self._reported_at = float("-inf")
        self._unreported = 0
        self.failures = 0

    @property
    def is_on(self) -> bool:
        """Return whether the store failed a moment ago."""
        return self._clock.monotonic() < self._quiet_until

    def report(self, error: ServiceError) -> None:
        """Note a failure, and log it unless one was logged within the minute."""
        now = self._clock.monotonic()
        self._quiet_until = now + PAUSE
        self.failures += 1
        self._unreported += 1
        if now - self._reported_at >= REPORT_EVERY:
            log.error("store_failing", code=error.code, failures=self._unreported, **error.log_fields)
            self._reported_at, self._unreported = now, 0

"""The result of one run of updates."""

from dataclasses import dataclass, field

from graphql_api.jobs.runner import JobResult
from graphql_api.odds.model import Board


@dataclass(slots=True, kw_only=True)
class Outcome:
    """Counts of races: those that were ``due``, and of these those with ``older`` odds, ``without`` odds, ``failed``.

    ``reason`` is why there was no work. ``failures`` counts the runs in a row without any success,
    this one included. ``age`` is the age in seconds of the newest odds of open races. None if no race is open.
    ``boards`` are those that were stored. ``fired`` counts alerts on them, ``unwatched`` the races whose watches could
    not be read.
    """

    reason: str | None = None
    due: int = 0
    older: int = 0
    without: int = 0
    failed: int = 0
    compacted: int = 0
    failures: int = 0
    age: float | None = None
    boards: list[Board] = field(default_factory=list)
    fired: int = 0
    unwatched: int = 0

    def result(self) -> JobResult:
        """Return it as the result of the job."""
        if self.reason is not None:
            return JobResult({"reason": self.reason})
        counts = {
            "due": self.due,
            "stored": len(self.boards),
            "older": self.older,
            "without": self.without,
            "failed": self.failed,
            "compacted": self.compacted,
            "alerts": self.fired,
            "unwatched": self.unwatched,
            "failuresInRow": self.failures,
        }
        metrics = {
            "OddsStored": len(self.boards),
            "OddsOlder": self.older,
            "OddsFailed": self.failed,
            "OddsFailuresInRow": self.failures,
            "OddsAlerts": self.fired,
            "OddsUnwatched": self.unwatched,
            **({} if self.age is None else {"OddsAgeSeconds": self.age}),
        }
        return JobResult(counts, metrics)

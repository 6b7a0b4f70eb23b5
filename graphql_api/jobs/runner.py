"""Finds jobs by name and runs them: what schedules, the queue and ``graphql-api jobs run`` have in common."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql_api.jobs.model import JobRecord
from graphql_api.services import Services
from graphql_api.slices import Slice, load
from graphql_api.snapshots.trace import Trace


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a run of a job did.

    ``told`` is JSON for whoever started it, kept with the record of a queued job; ``metrics`` are counts and
    milliseconds by their names in CloudWatch, and ``trace`` has the durations of its stages.
    """

    told: Mapping[str, Any]
    metrics: Mapping[str, float] = field(default_factory=dict)
    trace: Trace = field(default_factory=Trace)


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a job: the seconds that it may take, and its input.

    ``name`` names an attempt at a queued job, and is of its own for each; it is empty for a job that a schedule or an
    operator runs.
    """

    seconds: float
    input: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""


Job = Callable[[Services, JobRun], Awaitable[JobResult]]
"""What a slice names. From the queue it may be run more than once with one input: its effects have to bear that."""


class UnknownJob(LookupError):
    """No slice has a job of this name."""


class Jobs:
    """The jobs of some slices, imported when they are run."""

    def __init__(self, slices: Sequence[Slice]) -> None:
        """Register the jobs of ``slices``. Raises ``ValueError`` if two jobs have the same name."""
        self._jobs: dict[str, str] = {}
        self._waits = {name: waits for each in slices for name, waits in each.waits.items()}
        self._dead_letters = [each.dead_letters for each in slices if each.dead_letters]
        for each in slices:
            for name, where in each.jobs.items():
                if name in self._jobs:
                    raise ValueError(f"Two slices have a job of the name {name}.")
                self._jobs[name] = where

    @property
    def names(self) -> list[str]:
        """Return the names of all jobs."""
        return sorted(self._jobs)

    def waits(self, name: str) -> Sequence[float] | None:
        """Return the seconds before each further attempt at a job; None for the usual ones."""
        return self._waits.get(name)

    async def run(self, name: str, services: Services, run: JobRun) -> JobResult:
        """Run a job. Raises ``UnknownJob``, and what the job raises."""
        if name not in self._jobs:
            raise UnknownJob(f"There is no job {name!r}. Jobs: {', '.join(self.names) or 'none'}.")
        job: Job = load(self._jobs[name])
        return await job(services, run)

    async def tell_dead_letter(self, services: Services, record: JobRecord) -> None:
        """Tell the slices that a job has failed for good. Raises what they raise."""
        for where in self._dead_letters:
            await load(where)(services, record)

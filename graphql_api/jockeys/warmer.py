"""Warms the cache of a process: revalidates cached jockeys and loads the most requested, within a time limit."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from graphql_api.config import Settings
from graphql_api.errors import NotFound, ServiceError
from graphql_api.jobs.runner import JobResult, JobRun
from graphql_api.jockeys.repository import Jockeys
from graphql_api.jockeys.settings import JockeysSettings
from graphql_api.logs import EventLogger
from graphql_api.services import Services
from graphql_api.snapshots.trace import Outcome, Trace

MAX_AT_ONCE = 8
"""Maximum number of jockeys refreshed at the same time. Decoding more would need too much memory."""

FULL = 0.9
"""Maximum part of the cache that warming may fill, so that the last loaded jockeys do not evict the first."""

log = EventLogger(__name__)

METRICS: Mapping[Outcome, str] = {
    "miss": "WarmerLoaded",
    "revalidated": "WarmerRevalidated",
    "stale": "WarmerFailed",
    "failed": "WarmerFailed",
}
"""Outcomes that have metrics, by their names."""


@dataclass(slots=True)
class Warming:
    """The result of one run: ``trace`` has the outcomes and costs of ``planned`` jockeys. ``seconds`` is the wall time.

    ``failures`` are the errors, without ``NotFound``.
    """

    planned: int
    trace: Trace = field(default_factory=Trace)
    failures: list[Exception] = field(default_factory=list)
    nbytes: int = 0
    seconds: float = 0.0

    @property
    def left(self) -> int:
        """Number of jockeys that were not refreshed, for lack of time or memory."""
        return self.planned - sum(self.trace.outcomes.values())


async def warm_job(services: Services, run: JobRun) -> JobResult:
    """Run the warmer as a job, within the limits of the run and of the settings."""
    jockeys, settings = services.get(Jockeys), services.settings
    return result_of(await warm(jockeys, settings, min(run.seconds, settings.of(JockeysSettings).warm_seconds)))


def result_of(run: Warming) -> JobResult:
    """Return the result of a run for the job, with its metrics."""
    counts = Counter({"WarmerRuns": 1, "WarmerDuration": round(run.seconds * 1000, 2), "WarmerLeft": run.left})
    for outcome, name in METRICS.items():
        counts[name] += run.trace.outcomes.get(outcome, 0)
    return JobResult({"warmed": {"planned": run.planned, "left": run.left, **run.trace.outcomes}}, counts, run.trace)


async def warm(jockeys: Jockeys, settings: Settings, seconds: float) -> Warming:
    """Refresh the most requested jockeys within ``seconds``. Their errors are not raised.

    Each process counts only its own requests. The setting ``warm_ids`` is for a process with few
    requests. At most half of the threads are used, so that requests do not wait for a storage that hangs.
    """
    begun = time.perf_counter()
    ids = list(dict.fromkeys([*jockeys.hottest_keys(), *settings.of(JockeysSettings).warm_ids]))[
        : settings.cache_entries
    ]
    run, queue = Warming(len(ids)), iter(ids)

    async def work() -> None:
        for jockey_id in queue:
            if run.nbytes > FULL * settings.cache_bytes:
                break
            await _refresh(jockeys, jockey_id, run)

    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.gather(*(work() for _ in range(max(1, min(MAX_AT_ONCE, settings.load_threads // 2)))))
    run.seconds = time.perf_counter() - begun
    _log(run)
    return run


async def _refresh(jockeys: Jockeys, jockey_id: str, run: Warming) -> None:
    try:
        run.nbytes += (await jockeys.refresh(jockey_id, run.trace)).value.nbytes
    except NotFound:
        pass
    except Exception as error:  # noqa: BLE001 - whatever it is, the others still are to be warmed
        run.failures.append(error)


def _log(run: Warming) -> None:
    """Write the run's log line. It is a warning with the first failure if something failed."""
    fields = {"planned": run.planned, "left": run.left, "cache": run.trace.outcomes, "ms": round(run.seconds * 1000, 2)}
    if not run.failures:
        log.info("warmed", **fields)
        return
    example = run.failures[0]
    about = example.log_fields if isinstance(example, ServiceError) else {}
    log.warning("warmed", **about, **fields, failures=len(run.failures), exc_info=example)

"""Keeps a process warm: revalidates what it holds and loads what it is asked most, within a budget of time."""

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
"""Jockeys refreshed at once: more would be decoded at once, too, and take memory that requests need."""

FULL = 0.9
"""Part of the cache's bytes that warming may fill; more, and the last jockeys loaded would drive out the first."""

log = EventLogger(__name__)

METRICS: Mapping[Outcome, str] = {
    "miss": "WarmerLoaded",
    "revalidated": "WarmerRevalidated",
    "stale": "WarmerFailed",
    "failed": "WarmerFailed",
}
"""Outcomes by the names of their metrics; the others have none."""


@dataclass(slots=True)
class Warming:
    """What one run did: of ``planned`` jockeys, ``trace`` has the outcomes and costs; ``seconds`` is its wall time.

    ``failures`` are the errors, of which ``NotFound`` is none.
    """

    planned: int
    trace: Trace = field(default_factory=Trace)
    failures: list[Exception] = field(default_factory=list)
    nbytes: int = 0
    seconds: float = 0.0

    @property
    def left(self) -> int:
        """Jockeys that were not reached, for want of time or memory."""
        return self.planned - sum(self.trace.outcomes.values())


async def warm_job(services: Services, run: JobRun) -> JobResult:
    """Run the warmer as a job, for at most what the run and the settings allow."""
    jockeys, settings = services.get(Jockeys), services.settings
    return result_of(await warm(jockeys, settings, min(run.seconds, settings.of(JockeysSettings).warm_seconds)))


def result_of(run: Warming) -> JobResult:
    """Return what a run tells whoever started it, and its metrics."""
    counts = Counter({"WarmerRuns": 1, "WarmerDuration": round(run.seconds * 1000, 2), "WarmerLeft": run.left})
    for outcome, name in METRICS.items():
        counts[name] += run.trace.outcomes.get(outcome, 0)
    return JobResult({"warmed": {"planned": run.planned, "left": run.left, **run.trace.outcomes}}, counts, run.trace)


async def warm(jockeys: Jockeys, settings: Settings, seconds: float) -> Warming:
    """Refresh the jockeys worth holding, those asked most first, for at most ``seconds``; raises nothing of theirs.

    Each process knows of itself alone how often jockeys are asked; the setting ``warm_ids`` is for one that knows
    little. Half of the threads at most work on it, so that the next request need not wait for a storage that hangs.
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
    """Write the run's line, a warning where anything failed, with the first failure for an example."""
    fields = {"planned": run.planned, "left": run.left, "cache": run.trace.outcomes, "ms": round(run.seconds * 1000, 2)}
    if not run.failures:
        log.info("warmed", **fields)
        return
    example = run.failures[0]
    about = example.log_fields if isinstance(example, ServiceError) else {}
    log.warning("warmed", **about, **fields, failures=len(run.failures), exc_info=example)

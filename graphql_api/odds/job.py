"""The job ``update-odds``, which schedules and ``graphql-api odds update`` run."""

import asyncio
import time
from collections.abc import Sequence
from datetime import date
from math import isinf

from graphql_api.execution.budget import Budget, answered
from graphql_api.execution.context import Context
from graphql_api.jobs.runner import JobResult, JobRun
from graphql_api.logs import EventLogger
from graphql_api.odds.outcome import Outcome
from graphql_api.odds.settings import is_updating
from graphql_api.odds.updates import RUN_SECONDS, OddsUpdates
from graphql_api.odds.watches.rounds import WatchRounds
from graphql_api.races.lookup import races_on
from graphql_api.races.model import Race
from graphql_api.services import Services

SPARE = 2.0
"""Seconds of a run that are reserved for its end."""

log = EventLogger(__name__)


async def update_job(services: Services, run: JobRun) -> JobResult:
    """Update the races that are due."""
    return (await update(services, run.seconds)).result()


async def update(services: Services, seconds: float, *, everything: bool = False) -> Outcome:
    """Update the races that are due, or all of today. Do nothing if the settings turn updates off."""
    if not is_updating(services.settings):
        return Outcome(reason="off")

    async def find_races(day: date) -> Sequence[Race]:
        settings = services.settings
        limit = RUN_SECONDS if isinf(seconds) else seconds
        budget = Budget(values=settings.max_cost, seconds=limit)
        with Context(services, settings=settings, budget=budget) as context, answered():
            return await races_on(context, day)

    begun = time.monotonic()
    outcome = await services.get(OddsUpdates).run(find_races, seconds, everything=everything)
    if outcome.boards:
        await _fire(services, outcome, seconds - (time.monotonic() - begun))
    return outcome


async def _fire(services: Services, outcome: Outcome, seconds: float) -> None:
    """Fire the alerts on new odds. What is not done in time is done with the next ones; the odds are stored anyway."""
    try:
        told = await asyncio.wait_for(
            services.get(WatchRounds).run(outcome.boards), max(1.0, min(seconds, RUN_SECONDS) - SPARE)
        )
    except TimeoutError:
        outcome.unwatched = len(outcome.boards)
        log.warning("odds_watches_late", races=outcome.unwatched)
    else:
        outcome.fired, outcome.unwatched = told.fired, told.failed

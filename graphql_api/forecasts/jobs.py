"""The scheduled jobs: ``forecast-days`` forecasts coming race days, ``forecast-models`` evaluates and retrains."""

from asyncio import gather, to_thread
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from time import monotonic

from graphql_api.errors import IndexRequired, NotFound
from graphql_api.execution.budget import Budget, answered
from graphql_api.execution.context import Context
from graphql_api.forecasts.cards import Card
from graphql_api.forecasts.making import coming_forecasts
from graphql_api.forecasts.pipeline import Advance, Pipeline, Progress
from graphql_api.forecasts.published import DayForecast
from graphql_api.forecasts.publishing import published_day
from graphql_api.forecasts.retraining import retrain
from graphql_api.forecasts.settings import ForecastsSettings
from graphql_api.japan_time import day_in_japan
from graphql_api.jobs.runner import JobResult, JobRun
from graphql_api.races.lookup import races_on
from graphql_api.races.model import Race, RaceStatus
from graphql_api.services import Services

EXPECTED_DAYS = 2
"""Days, counted from today in Japan, whose races must have a forecast after a run."""


async def forecast_days(services: Services, run: JobRun) -> JobResult:  # noqa: ARG001 - of the protocol
    """Forecast the coming race days. A day whose first race has started keeps its forecasts.

    Raises ``NotFound`` without a model, ``IndexRequired``, ``EngineMissing``, and as ``Storage``.
    """
    return await forecast_coming(services, datetime.now(UTC))


async def forecast_coming(services: Services, now: datetime) -> JobResult:
    """Do the work of ``forecast_days`` at a given time."""
    pipeline = Pipeline(services.storage, services.settings.of(ForecastsSettings))
    card = pipeline.card()
    made = await coming_forecasts(pipeline, services, card, now)
    today = day_in_japan(now)
    days = {each.day for each in made} | {today + timedelta(days=ahead) for ahead in range(EXPECTED_DAYS)}
    races = dict(zip(sorted(days), await gather(*(_races(services, day) for day in sorted(days))), strict=True))
    ready = [each for day in made if (each := _before(day, races[day.day], pipeline, now))]
    written = await to_thread(pipeline.publish, ready)
    soon = [day for day in sorted(days) if day < today + timedelta(days=EXPECTED_DAYS)]
    missing = [day for day in soon if _is_expected(card, races[day]) and published_day(services.storage, day) is None]
    count = sum(len(each.races) for each in ready)
    told = {
        "model": card.version,
        "days": [each.day.isoformat() for each in ready],
        "races": count,
        "written": written,
        "missing": [day.isoformat() for day in missing],
    }
    counts = {"ForecastDaysWritten": written, "ForecastRaces": count, "ForecastDaysMissing": len(missing)}
    return JobResult(told, {"ForecastRuns": 1, **counts})


async def judge_and_train(services: Services, run: JobRun) -> JobResult:
    """Evaluate published forecasts, and retrain if there are enough new race days. An interrupted run continues later.

    Raises as ``retrain``.
    """
    settings = services.settings.of(ForecastsSettings)
    ends = monotonic() + run.seconds
    pipeline = Pipeline(services.storage, settings, progress=_until(ends))
    try:
        done = await to_thread(retrain, pipeline, settings.forecasts_retrain_days)
    except _TimeIsUp:
        return JobResult({"finished": False}, {"ForecastTrainingUnfinished": 1})
    metrics = {"ForecastTrainings": int(done.is_trained), "ForecastRefusals": int(bool(done.refusal))}
    drift = {} if done.drift is None else {"ForecastDriftPercent": 100 * done.drift}
    return JobResult({"finished": True, **done.told}, {**metrics, **drift})


class _TimeIsUp(Exception):
    """The run has no time left. The next run uses what is stored."""


def _until(ends: float) -> Progress:
    """Return a ``Progress`` that raises ``_TimeIsUp`` at the first part after a given time."""

    @contextmanager
    def show(_name: str, _parts: int | None) -> Iterator[Advance]:
        def advance() -> None:
            if monotonic() > ends:
                raise _TimeIsUp

        advance()
        yield advance

    return show


async def _races(services: Services, day: date) -> Sequence[Race]:
    try:
        with Context(services, settings=services.settings, budget=Budget()) as context, answered():
            return await races_on(context, day)
    except (NotFound, IndexRequired):
        return ()


def _before(day: DayForecast, races: Sequence[Race], pipeline: Pipeline, now: datetime) -> DayForecast | None:
    """Return the forecasts of races that have not started. None if there are none, or the day keeps others."""
    begun = {race.ids.bridge for race in races if race.post_time is not None and race.post_time <= now}
    if begun and (known := published_day(pipeline.storage, day.day)) is not None and known.made_before:
        return None
    kept = tuple(each for each in day.races if each.race_id not in begun)
    return replace(day, races=kept) if kept else None


def _is_expected(card: Card, races: Sequence[Race]) -> bool:
    """Return whether a day has upcoming races that the model can forecast."""
    return any(race.status is RaceStatus.UPCOMING and race.racecourse in card.racecourses for race in races)

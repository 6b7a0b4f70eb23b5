"""Forecasts of race days: past days out of sample, coming days from the known entries."""

from asyncio import to_thread
from datetime import date, datetime, timedelta

from graphql_api.errors import IndexRequired
from graphql_api.forecasts.cards import Card
from graphql_api.forecasts.pipeline import Pipeline
from graphql_api.forecasts.published import DayForecast
from graphql_api.forecasts.upcoming import entries_on
from graphql_api.japan_time import day_in_japan
from graphql_api.services import Services

COMING_DAYS = 3
"""Days, counted from today in Japan, whose races are forecast."""


def past_forecasts(pipeline: Pipeline, card: Card, now: datetime) -> list[DayForecast]:
    """Return the out-of-sample forecasts of the past days within the span. Raises as ``Pipeline.predict``."""
    moment = now.replace(microsecond=0)
    return [
        day
        for predictions in pipeline.predict(card)
        for day in pipeline.days(card, predictions, moment, card.trained_until)
    ]


async def coming_forecasts(pipeline: Pipeline, services: Services, card: Card, now: datetime) -> list[DayForecast]:
    """Return the forecasts of the coming days within the span. Empty if no entries are known.

    Races at racecourses that are not in the training data get none.

    Raises as ``entries_on`` and ``Pipeline.predict_coming``.
    """
    today = day_in_japan(now)
    days = [today + timedelta(days=ahead) for ahead in range(COMING_DAYS)]
    wanted = [day for day in days if _is_within(day, pipeline.span) and day > card.trained_until]
    try:
        told = await entries_on(services, wanted)
    except IndexRequired:
        return []
    entries = [entry for entry in told if entry["racecourse"] in card.racecourses]
    if not entries:
        return []
    predictions, last = await to_thread(pipeline.predict_coming, card, entries)
    return pipeline.days(card, predictions, now.replace(microsecond=0), last)


def _is_within(day: date, span: tuple[date | None, date | None]) -> bool:
    return (span[0] is None or day >= span[0]) and (span[1] is None or day <= span[1])

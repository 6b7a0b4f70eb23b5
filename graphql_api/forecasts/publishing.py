"""The step ``publish``: predictions are written as one object for each race day, for the API."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from graphql_api.errors import DataCorrupt, NotFound
from graphql_api.forecasts.cards import Card
from graphql_api.forecasts.predicting import Predictions, races_of
from graphql_api.forecasts.published import DayForecast, RaceForecast, Reason, RunnerForecast, day_key
from graphql_api.forecasts.stored import MAX_BYTES, dump_day, load_day
from graphql_api.races.ids import COURSE_CODES, RacePlace, race_ids
from graphql_api.storage.protocol import Storage

Span = tuple[date | None, date | None]


def publish_day(storage: Storage, forecast: DayForecast, *, replace_later: bool = False) -> bool:
    """Publish the forecasts of a day, and return whether they were written.

    A forecast that was made before its races is replaced only by another such one. One that was made later is
    not changed, unless ``replace_later`` is given. Raises as ``Storage``.
    """
    known = published_day(storage, forecast.day)
    if known is not None:
        is_equal = replace(known, made_at=forecast.made_at) == forecast
        if is_equal and known.made_before >= forecast.made_before:
            return False
        if not forecast.made_before and (known.made_before or not replace_later):
            return False
    storage.write(day_key(forecast.day), dump_day(forecast))
    return True


def days_of(
    predictions: Predictions, card: Card, now: datetime, last_known: date, span: Span = (None, None)
) -> list[DayForecast]:
    """Return the forecasts of the days within ``span``. ``last_known`` is the last day with rides."""
    columns = predictions.columns
    races: dict[date, list[RaceForecast]] = {}
    for rows in races_of(columns):
        day: date = columns["date"][rows.start].astype(object)
        if (span[0] is None or day >= span[0]) and (span[1] is None or day <= span[1]):
            races.setdefault(day, []).append(_race(columns, rows, day, card))
    return [
        DayForecast(
            day=day,
            model_version=card.version,
            feature_set=card.feature_set,
            trained_until=predictions.trained_until,
            known_until=min(last_known, day - timedelta(days=1)),
            made_at=now,
            races=tuple(sorted(found, key=lambda race: race.race_id)),
        )
        for day, found in sorted(races.items())
    ]


def publish(
    storage: Storage,
    forecasts: Iterable[DayForecast],
    *,
    replace_later: bool = False,
    advance: Callable[[], object] = lambda: None,
) -> int:
    """Publish the forecasts of some days, and return the number of written ones."""
    written = 0
    for forecast in forecasts:
        written += publish_day(storage, forecast, replace_later=replace_later)
        advance()
    return written


def published_day(storage: Storage, day: date) -> DayForecast | None:
    """Return the published forecasts of a day. None if there are none that can be read."""
    try:
        stored = storage.read(day_key(day), max_bytes=MAX_BYTES)
        return None if stored is None else load_day(stored.data)
    except (NotFound, DataCorrupt):
        return None


def _race(columns: Mapping[str, np.ndarray], rows: slice, day: date, card: Card) -> RaceForecast:
    course, number = COURSE_CODES[str(columns["racecourse"][rows.start])], int(columns["race_number"][rows.start])
    race_id = race_ids(RacePlace(day, course, number)).bridge
    return RaceForecast(race_id, tuple(_runner(columns, row, card) for row in range(rows.start, rows.stop)))


def _runner(columns: Mapping[str, np.ndarray], row: int, card: Card) -> RunnerForecast:
    market = float(columns["market"][row])
    reasons = zip(columns["feature"][row], columns["value"][row], columns["contribution"][row], strict=True)
    return RunnerForecast(
        horse_number=int(columns["number"][row]),
        horse_name=str(columns["horse"][row]),
        win_probability=round(float(columns["win"][row]), 9),
        top3_probability=round(float(columns["top3"][row]), 6),
        rank=int(columns["rank"][row]),
        market_probability=None if np.isnan(market) else round(market, 6),
        reasons=tuple(_reason(card, *reason) for reason in reasons),
    )


def _reason(card: Card, feature: Any, value: Any, contribution: Any) -> Reason:
    known = None if np.isnan(value) else float(f"{value:.6g}")
    return Reason(card.features[int(feature)], known, round(float(contribution), 4))

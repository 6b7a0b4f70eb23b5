"""Published forecasts and models as JSON: written, and read within bounds."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from math import isfinite
from typing import Any

import orjson

from graphql_api.errors import DataCorrupt
from graphql_api.forecasts.published import (
    MODELS_KEY,
    DayForecast,
    Evaluation,
    FeatureSet,
    ModelStage,
    PublishedModel,
    RaceForecast,
    Reason,
    RunnerForecast,
)

SCHEMA = 1

MAX_BYTES = 8 * 2**20
MAX_RACES, MAX_RUNNERS, MAX_REASONS, MAX_MODELS, MAX_TEXT = 400, 40, 20, 100, 200
"""Limits of reading. A race day in Japan has at most about 70 races."""

SUM_TOLERANCE = 1e-6


def dump_day(forecast: DayForecast) -> bytes:
    """Return a day's forecasts as JSON. Raises ``ValueError`` if they are not out of sample, or exceed a limit."""
    _check_day(forecast)
    features = sorted({reason.feature for race in forecast.races for each in race.runners for reason in each.reasons})
    places = {feature: place for place, feature in enumerate(features)}
    races = {race.race_id: [_dumped_runner(each, places) for each in race.runners] for race in forecast.races}
    head = {each.name: getattr(forecast, each.name) for each in fields(forecast) if each.name != "races"}
    return orjson.dumps({"schema": SCHEMA, **head, "features": features, "races": races})


def load_day(data: bytes) -> DayForecast:
    """Read a day's forecasts. Raises ``DataCorrupt`` if they are invalid or used data of the day."""
    try:
        content = _content(data)
        names = [_text(each) for each in content["features"]]
        forecast = DayForecast(
            day=date.fromisoformat(content["day"]),
            model_version=_text(content["model_version"]),
            feature_set=FeatureSet(content["feature_set"]),
            trained_until=date.fromisoformat(content["trained_until"]),
            known_until=date.fromisoformat(content["known_until"]),
            made_at=_moment(content["made_at"]),
            races=tuple(
                RaceForecast(_text(race_id), tuple(_runner(row, names) for row in rows))
                for race_id, rows in content["races"].items()
            ),
        )
        _check_day(forecast)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise DataCorrupt("The forecasts cannot be read.", reason=str(error)) from error
    return forecast


def dump_models(models: Sequence[PublishedModel]) -> bytes:
    """Return the list of models as JSON, in the given order."""
    return orjson.dumps({"schema": SCHEMA, "models": [asdict(each) for each in models]})


def load_models(data: bytes) -> tuple[PublishedModel, ...]:
    """Read the list of models. Raises ``DataCorrupt`` if it is invalid."""
    try:
        return tuple(map(_model, _bounded(_content(data)["models"], MAX_MODELS)))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataCorrupt("The list of models cannot be read.", key=MODELS_KEY, reason=str(error)) from error


def _dumped_runner(runner: RunnerForecast, places: Mapping[str, int]) -> Sequence[Any]:
    reasons = [[places[each.feature], each.value, each.contribution] for each in runner.reasons]
    chances = runner.win_probability, runner.top3_probability, runner.rank, runner.market_probability
    return [runner.horse_number, runner.horse_name, *chances, reasons]


def _runner(row: Any, names: Sequence[str]) -> RunnerForecast:
    number, name, win, top3, rank, market, reasons = row
    return RunnerForecast(
        horse_number=_count(number),
        horse_name=_text(name),
        win_probability=_number(win),
        top3_probability=_number(top3),
        rank=_count(rank),
        market_probability=None if market is None else _number(market),
        reasons=tuple(_reason(names[_count(each[0])], *each[1:]) for each in reasons),
    )


def _reason(feature: str, value: Any, contribution: Any) -> Reason:
    return Reason(feature, None if value is None else _number(value), _number(contribution))


def _check_day(forecast: DayForecast) -> None:
    """Refuse forecasts that used data of the day or exceed a limit, and probabilities whose sum is not 1.

    Raises ``ValueError``.
    """
    if not forecast.out_of_sample:
        raise ValueError("the forecast is not out of sample")
    for race in _bounded(forecast.races, MAX_RACES):
        if not 0 < len(race.runners) <= MAX_RUNNERS or any(len(each.reasons) > MAX_REASONS for each in race.runners):
            raise ValueError(f"race {race.race_id} has too many runners or reasons, or none")
        chances = [each.win_probability for each in race.runners]
        if not all(0 < chance <= 1 for chance in chances) or abs(sum(chances) - 1) > SUM_TOLERANCE:
            raise ValueError(f"the win probabilities of race {race.race_id} do not sum to 1")
        if not all(0 <= each.top3_probability <= 1 + SUM_TOLERANCE for each in race.runners):
            raise ValueError(f"race {race.race_id} has a probability that is none")


def _model(content: Any) -> PublishedModel:
    return PublishedModel(
        version=_text(content["version"]),
        stage=ModelStage(content["stage"]),
        objective=_text(content["objective"]),
        feature_set=FeatureSet(content["feature_set"]),
        trained_from=date.fromisoformat(content["trained_from"]),
        trained_until=date.fromisoformat(content["trained_until"]),
        races=_count(content["races"]),
        runners=_count(content["runners"]),
        data_digest=_text(content["data_digest"]),
        evaluation=read_evaluation(content["evaluation"]),
    )


def read_evaluation(content: Any) -> Evaluation:
    """Read an evaluation from JSON. Raises ``KeyError``, ``TypeError`` or ``ValueError`` if it is invalid."""
    values: dict[str, Any] = {
        each.name: _number(content[each.name]) for each in fields(Evaluation) if each.type is float
    }
    values.update({name: date.fromisoformat(content[name]) for name in ("since", "until")})
    return Evaluation(races=_count(content["races"]), **values)


def _content(data: bytes) -> Any:
    if len(data) > MAX_BYTES:
        raise ValueError("too large")
    content = orjson.loads(data)
    if content["schema"] != SCHEMA:
        raise ValueError("another format")
    return content


def _bounded(listed: Sequence[Any], most: int) -> Sequence[Any]:
    if len(listed) > most:
        raise ValueError("too many entries")
    return listed


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise ValueError("a text is expected")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("a count is expected")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not isfinite(value):
        raise ValueError("a number is expected")
    return float(value)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time with its zone is expected")
    return moment

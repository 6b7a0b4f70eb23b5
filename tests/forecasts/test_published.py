"""What is published can be read again, and nothing else can."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from graphql_api.errors import DataCorrupt
from graphql_api.forecasts.published import (
    DayForecast,
    Evaluation,
    FeatureSet,
    ModelStage,
    PublishedModel,
    RaceForecast,
    Reason,
    RunnerForecast,
    day_key,
)
from graphql_api.forecasts.stored import dump_day, dump_models, load_day, load_models
from graphql_api.storage.protocol import writable_key

DAY = date(2025, 6, 1)
RUNNERS = tuple(
    RunnerForecast(
        horse_number=number,
        horse_name=f"サンプル{number}",
        win_probability=chance,
        top3_probability=1.0,
        rank=number,
        market_probability=market,
        reasons=(Reason("horse_days_off", 21.0, 0.4), Reason("horse_speed_last", None, -0.1)),
    )
    for number, (chance, market) in enumerate([(0.5, 0.6), (0.3, None), (0.2, 0.4)], 1)
)
FORECAST = DayForecast(
    day=DAY,
    model_version="0123456789abcdef",
    feature_set=FeatureSet.EVENING,
    trained_until=date(2025, 4, 30),
    known_until=date(2025, 5, 31),
    made_at=datetime(2025, 5, 31, 9, 0, tzinfo=UTC),
    races=(RaceForecast("20250601_05_11", RUNNERS),),
)
MODEL = PublishedModel(
    version="0123456789abcdef",
    stage=ModelStage.CURRENT,
    objective="softmax",
    feature_set=FeatureSet.EVENING,
    trained_from=date(2023, 7, 1),
    trained_until=date(2025, 4, 30),
    races=5000,
    runners=60000,
    data_digest="ab" * 16,
    evaluation=Evaluation(
        since=date(2024, 7, 1),
        until=date(2025, 4, 30),
        races=2000,
        log_loss=2.1,
        market_log_loss=1.9,
        uniform_log_loss=2.5,
        difference=0.2,
        difference_low=0.18,
        difference_high=0.22,
        calibration_error=0.004,
        top1=0.3,
        ndcg3=0.48,
    ),
)


def test_a_day_is_read_as_it_was_written() -> None:
    """All fields come back, with the values that follow from them."""
    read = load_day(dump_day(FORECAST))
    assert read == FORECAST
    assert read.out_of_sample
    assert read.made_before
    assert read.race("20250601_05_11") is read.races[0]
    assert read.race("20250601_05_12") is None
    assert read.races[0].runners[0].fair_odds == 2.0
    assert writable_key(day_key(DAY)) == "forecasts/2025-06-01.json"


def test_models_are_read_as_they_were_written() -> None:
    """Stage, data and evaluation come back; the interval says whether the market is beaten."""
    (read,) = load_models(dump_models([MODEL]))
    assert read == MODEL
    assert read.evaluation.beats_uniform
    assert not read.evaluation.beats_market
    assert replace(read.evaluation, difference_high=-0.01).beats_market


def test_made_before_is_told_by_the_day_in_japan() -> None:
    """Noon of the race day in Japan still counts, the next midnight does not."""
    assert replace(FORECAST, made_at=datetime(2025, 6, 1, 14, 59, tzinfo=UTC)).made_before
    assert not replace(FORECAST, made_at=datetime(2025, 6, 1, 15, 0, tzinfo=UTC)).made_before


@pytest.mark.parametrize(
    "changed",
    [
        {"known_until": DAY},
        {"trained_until": DAY},
        {"known_until": date(2025, 4, 1)},
        {"races": (RaceForecast("20250601_05_11", RUNNERS[:2]),)},
        {"races": (RaceForecast("20250601_05_11", ()),)},
        {"races": tuple(RaceForecast(str(each), RUNNERS) for each in range(401))},
    ],
)
def test_forecasts_that_knew_the_day_are_not_written(changed: dict[str, Any]) -> None:
    """Neither are those that are no probabilities, or too many."""
    with pytest.raises(ValueError, match=r"race|sum|sample|many"):
        dump_day(replace(FORECAST, **changed))


def changed_day(**changes: Any) -> bytes:
    """Return a day's object with other values."""
    return orjson.dumps({**orjson.loads(dump_day(FORECAST)), **changes})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"{" * 1000,
        changed_day(schema=2),
        changed_day(day="2025-13-01"),
        changed_day(known_until="2025-06-01"),
        changed_day(made_at="2025-05-31T09:00:00"),
        changed_day(feature_set="all"),
        changed_day(model_version="x" * 201),
        changed_day(races={"a": [[1, "b", float(1), 1, 1, None, [[9, None, 0]]]]}),
        changed_day(races={"a": [[1, "b", "1", 1, 1, None, []]]}),
        changed_day(races={"a": [[-1, "b", 1.0, 1, 1, None, []]]}),
        changed_day(races=[]),
        b" " * (8 * 2**20 + 1),
    ],
)
def test_what_is_no_day_is_refused(data: bytes) -> None:
    """A damaged object, one of another format, and one that knew the day are errors of the data."""
    with pytest.raises(DataCorrupt):
        load_day(data)


@pytest.mark.parametrize("data", [b"{}", b"1", b'{"schema":1,"models":[{}]}', b'{"schema":1,"models":5}'])
def test_what_is_no_list_of_models_is_refused(data: bytes) -> None:
    """A damaged list is an error of the data."""
    with pytest.raises(DataCorrupt):
        load_models(data)

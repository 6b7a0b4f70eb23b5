"""A race of three runners in an archive, and a published forecast of it, made by hand."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

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
    day_key,
)
from graphql_api.forecasts.stored import dump_day, dump_models
from graphql_api.storage.folder import FolderStorage
from races.files import index, mount, write

DAY, RACE = date(2024, 9, 29), "20240929_06_11"
VERSION = "0123456789abcdef"
CHANCES = (0.5, 0.3, 0.2)

MODEL = PublishedModel(
    version=VERSION,
    stage=ModelStage.CURRENT,
    objective="softmax",
    feature_set=FeatureSet.EVENING,
    trained_from=date(2023, 7, 1),
    trained_until=date(2024, 8, 31),
    races=5000,
    runners=60000,
    data_digest="ab" * 16,
    evaluation=Evaluation(
        since=date(2024, 3, 1),
        until=date(2024, 8, 31),
        races=2000,
        log_loss=2.1,
        market_log_loss=1.9,
        uniform_log_loss=2.5,
        difference=0.2,
        difference_low=0.15,
        difference_high=0.25,
        calibration_error=0.004,
        top1=0.3,
        ndcg3=0.48,
    ),
)


def runners(chances: Sequence[float] = CHANCES) -> tuple[RunnerForecast, ...]:
    """Return a forecast for each horse of the race."""
    return tuple(
        RunnerForecast(
            horse_number=number,
            horse_name=f"ホース{number}",
            win_probability=chance,
            top3_probability=1.0,
            rank=number,
            reasons=(Reason("horse_days_off", 21.0, 0.4), Reason("a_feature_of_old", None, -0.1)),
        )
        for number, chance in enumerate(chances, 1)
    )


def forecast(**changes: Any) -> DayForecast:
    """Return the forecast of the day, made on the evening before."""
    given: Mapping[str, Any] = {
        "day": DAY,
        "model_version": VERSION,
        "feature_set": FeatureSet.EVENING,
        "trained_until": date(2024, 8, 31),
        "known_until": date(2024, 9, 28),
        "made_at": datetime(2024, 9, 28, 9, 30, tzinfo=UTC),
        "races": (RaceForecast(RACE, runners()),),
        **changes,
    }
    return DayForecast(**given)


def write_race(folder: Path, **odds: str) -> FolderStorage:
    """Write three riders of the race, the second of whom won, and their index; ``odds`` replace those to win."""
    mounts = {
        "00001": mount(1, "2", 単勝=odds.get("first", "2.0")),
        "00002": mount(2, "1", 単勝=odds.get("second", "4.0")),
        "00003": mount(3, "3", 単勝=odds.get("third", "4.0")),
    }
    write(folder, {jockey_id: [own] for jockey_id, own in mounts.items()})
    index(folder)
    return FolderStorage(folder)


def publish(storage: FolderStorage, day: DayForecast, models: Sequence[PublishedModel] = (MODEL,)) -> None:
    """Publish a day and the list of models."""
    storage.write(day_key(day.day), dump_day(day))
    storage.write(MODELS_KEY, dump_models(models))

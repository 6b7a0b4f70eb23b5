"""Published objects: the forecasts of one race day, and the list of models.

Both are JSON and can be read without the libraries that made them. The API reads them and never computes a forecast.
A day's forecast is valid only if no data of that day or later was used: ``stored.py`` refuses any other.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from graphql_api.japan_time import day_in_japan

FOLDER = "forecasts"
MODELS_KEY = f"{FOLDER}/models.json"
"""The key of the list of models."""


class FeatureSet(Enum):
    """The features that a model may use."""

    EVENING = "evening"
    RACE_DAY = "race_day"
    MARKET = "market"


class ModelStage(Enum):
    """Stage of a model."""

    CURRENT = "current"
    CANDIDATE = "candidate"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Reason:
    """One feature of a runner: its value (None if unknown), and its contribution to the forecast in log-odds."""

    feature: str
    value: float | None
    contribution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerForecast:
    """The forecast for one runner.

    ``rank`` is 1 for the highest win probability. ``market_probability`` follows from the final odds of a past race.
    None if they were not known. ``reasons`` are ordered by the size of their contribution.
    """

    horse_number: int
    horse_name: str
    win_probability: float
    top3_probability: float
    rank: int
    market_probability: float | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def fair_odds(self) -> float:
        """Return the odds at which a bet would neither win nor lose, if the forecast were exact."""
        return 1 / self.win_probability


@dataclass(frozen=True, slots=True)
class RaceForecast:
    """The forecast for one race. ``race_id`` has the form ``YYYYMMDD_course_RR``. Runners are ordered by number."""

    race_id: str
    runners: tuple[RunnerForecast, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayForecast:
    """The forecasts of one race day.

    ``trained_until`` is the last race day of the training data, ``known_until`` the last day of which any data
    was used. Both are before ``day``. ``made_at`` is when it was computed, which may be after the race.
    """

    day: date
    model_version: str
    feature_set: FeatureSet
    trained_until: date
    known_until: date
    made_at: datetime
    races: tuple[RaceForecast, ...]

    @property
    def out_of_sample(self) -> bool:
        """Return whether neither the model nor its features used data of the day or later."""
        return self.trained_until <= self.known_until < self.day

    @property
    def made_before(self) -> bool:
        """Return whether it was computed on an earlier day in Japan, or on the race day itself."""
        return day_in_japan(self.made_at) <= self.day

    def race(self, race_id: str) -> RaceForecast | None:
        """Return the forecast for a race by its id. None if there is none."""
        return next((race for race in self.races if race.race_id == race_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Comparison of forecasts with results and with the market, on races outside of the training data.

    Log losses are means over races. ``difference`` is the model's minus the market's, with the bounds of its 95 %
    interval: below 0 the model is better. ``calibration_error`` is the expected calibration error.
    """

    since: date
    until: date
    races: int
    log_loss: float
    market_log_loss: float
    uniform_log_loss: float
    difference: float
    difference_low: float
    difference_high: float
    calibration_error: float
    top1: float
    ndcg3: float

    @property
    def beats_market(self) -> bool:
        """Return whether the model is better than the market with its complete interval."""
        return self.difference_high < 0

    @property
    def beats_uniform(self) -> bool:
        """Return whether the model is better than equal probabilities of all runners."""
        return self.log_loss < self.uniform_log_loss


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedModel:
    """A model of the registry. ``races`` and ``runners`` count its training data."""

    version: str
    stage: ModelStage
    objective: str
    feature_set: FeatureSet
    trained_from: date
    trained_until: date
    races: int
    runners: int
    data_digest: str
    evaluation: Evaluation


def day_key(day: date) -> str:
    """Return the key of a day's forecasts."""
    return f"{FOLDER}/{day.isoformat()}.json"

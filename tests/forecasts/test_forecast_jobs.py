"""The jobs of schedules: coming days are forecast before their races and kept, models are judged and trained anew."""

import asyncio
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from forecasts import world
from graphql_api.errors import EngineMissing, NotFound
from graphql_api.forecasts.jobs import forecast_coming, judge_and_train
from graphql_api.forecasts.making import past_forecasts
from graphql_api.forecasts.parameters import Parameters
from graphql_api.forecasts.pipeline import Pipeline
from graphql_api.forecasts.published import DayForecast, day_key
from graphql_api.forecasts.publishing import published_day
from graphql_api.forecasts.retraining import MAX_DRIFT, retrain
from graphql_api.forecasts.settings import is_updating
from graphql_api.forecasts.slice import SLICE
from graphql_api.installed import SLICES, read_settings
from graphql_api.japan_time import JST
from graphql_api.jobs.beside import expressions
from graphql_api.jobs.expressions import parse
from graphql_api.jobs.runner import JobRun, Jobs
from graphql_api.races.ids import COURSE_CODES, RacePlace, race_ids
from graphql_api.races.mock import FictionalRacing
from graphql_api.samples.calendar import Calendar, Race
from graphql_api.samples.places import meetings
from graphql_api.services import Services
from graphql_api.storage.folder import FolderStorage
from lambda_runtime import function

ROOT = Path(__file__).parents[2]
PARAMETERS = Parameters(rounds=10, warmup_months=2, test_months=2, num_leaves=7, min_data_in_leaf=20)
RIDES = world.rides(weeks=30, races=6, runners=8)
LAST = max(RIDES["date"])
SATURDAY = date(2025, 6, 28)
CALENDAR = Calendar(seed=1)


def at(hour: int, minute: int = 0, day: date = SATURDAY) -> datetime:
    """Return a time of Japan."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=JST)


def until(day: date) -> dict[str, list[object]]:
    """Return the rides of the world until a day."""
    rows = [place for place, own in enumerate(RIDES["date"]) if own <= day]
    return {name: [values[place] for place in rows] for name, values in RIDES.items()}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an archive with a model that was trained on all of it."""
    folder = tmp_path_factory.mktemp("trained")
    pipeline = Pipeline(world.write_archive(folder, RIDES), parameters=PARAMETERS)
    pipeline.evaluate(pipeline.train())
    return folder


@pytest.fixture
def storage(trained: Path, tmp_path: Path) -> FolderStorage:
    """Give the storage of a copy of it."""
    for path in trained.rglob("*"):
        if path.is_file():
            target = tmp_path / path.relative_to(trained)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return FolderStorage(tmp_path)


@pytest.fixture
def services(storage: FolderStorage, tmp_path: Path) -> Iterator[Services]:
    """Give services with cards of the fictional calendar, whose clock a test sets by ``run``."""
    settings = read_settings({"JOCKEY_RACES_PROVIDER": "mock", "JOCKEY_RACES_TTL": "0"}, data=str(tmp_path))
    racing = FictionalRacing(CALENDAR, lambda: at(18, 30, SATURDAY - timedelta(days=1)))
    services = Services(settings, storage, {FictionalRacing: racing})
    yield services
    services.close()


def run(services: Services, now: datetime) -> dict[str, object]:
    """Run the job of coming days at a moment, for which the calendar shows its cards."""
    services.get(FictionalRacing).now = lambda: now
    return dict(asyncio.run(forecast_coming(services, now)).told)


def stored(services: Services, day: date = SATURDAY) -> DayForecast:
    """Return what is published of a day."""
    found = published_day(services.storage, day)
    assert found
    return found


def test_the_evening_and_the_morning_forecast_a_day_and_its_first_race_closes_it(services: Services) -> None:
    """Runs before the first race may replace the forecasts, if they differ; a later one leaves them as they are."""
    evening = run(services, at(18, 30, SATURDAY - timedelta(days=1)))
    assert {"2025-06-28", "2025-06-29"} <= set(evening["days"])
    assert evening["missing"] == []
    first = stored(services)
    assert first.made_before
    assert first.known_until < SATURDAY
    morning = run(services, at(8, 30))
    assert "2025-06-28" in morning["days"]
    races = [race for race in CALENDAR.races(SATURDAY) if race.id]
    known = {_bridge(race) for race in races if race.meeting.course in ("東京", "中山")}  # the model has seen no others
    assert {race.race_id for race in first.races} == known
    late = run(services, at(12))
    assert "2025-06-28" not in late["days"]
    assert stored(services) == first


def test_a_run_that_comes_late_forecasts_only_races_to_come(services: Services) -> None:
    """Where nothing was published before, races that have begun get no forecast."""
    run(services, at(12))
    posts = {_bridge(race): race.start for race in CALENDAR.races(SATURDAY) if race.id}
    found = stored(services)
    assert found.races
    assert all(posts[race.race_id] > at(12) for race in found.races)


def _bridge(race: Race) -> str:
    return race_ids(RacePlace(SATURDAY, COURSE_CODES[race.meeting.course], race.number)).bridge


def test_a_race_day_without_a_forecast_is_counted(services: Services) -> None:
    """It is the metric of an alarm. Here the model knows the day already, so it may not forecast it."""
    saturdays = (world.FIRST_DAY + timedelta(weeks=week) for week in range(30))
    day = next(each for each in saturdays if any(meeting.course == "東京" for meeting in meetings(each)))
    evening = at(18, 30, day - timedelta(days=1))
    services.get(FictionalRacing).now = lambda: evening
    result = asyncio.run(forecast_coming(services, evening))
    assert result.told["missing"] == [day.isoformat()]
    assert result.metrics["ForecastDaysMissing"] == 1


def test_without_a_model_the_job_says_so(tmp_path: Path) -> None:
    """The message names the command."""
    world.write_archive(tmp_path, until(LAST - timedelta(weeks=20)))
    settings = read_settings({}, data=str(tmp_path))
    services = Services(settings, FolderStorage(tmp_path))
    with pytest.raises(NotFound, match="forecast train"):
        asyncio.run(Jobs([SLICE]).run("forecast-days", services, JobRun(60)))
    services.close()


def test_without_lightgbm_the_job_says_so(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the extra that brings it; nothing is published."""
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(EngineMissing, match="'forecast'"):
        run(services, at(8, 30))
    assert published_day(services.storage, SATURDAY) is None


def test_a_model_is_trained_anew_when_enough_days_are_new(tmp_path: Path) -> None:
    """Not before, unless nothing is there; what was published before its races is judged beside the market."""
    storage = world.write_archive(tmp_path, until(LAST - timedelta(weeks=5)))
    first = retrain(Pipeline(storage, parameters=PARAMETERS), 28)
    assert first.is_trained
    assert first.told["judged"] == {"races": 0}
    assert not retrain(Pipeline(storage, parameters=PARAMETERS), 28).is_trained
    world.write_archive(tmp_path, until(LAST - timedelta(weeks=2)))
    second = retrain(Pipeline(storage, parameters=PARAMETERS), 28)
    assert (second.is_trained, second.told["model"]) == (False, first.told["model"])
    world.write_archive(tmp_path, RIDES)
    third = retrain(Pipeline(storage, parameters=PARAMETERS), 28)
    assert third.is_trained
    assert third.told["model"] != first.told["model"]


def test_drift_alone_trains_a_model_anew(tmp_path: Path) -> None:
    """Where the new races are of another kind: their distances are twice those that the model knows."""
    before = until(LAST - timedelta(weeks=13))
    storage = world.write_archive(tmp_path, before)
    first = retrain(Pipeline(storage, parameters=PARAMETERS), 1000)
    assert (first.is_trained, first.drift) == (True, None)
    known = len(before["date"])
    moved = {**RIDES, "distance": [*before["distance"], *(2 * each for each in RIDES["distance"][known:])]}
    world.write_archive(tmp_path, moved)
    second = retrain(Pipeline(storage, parameters=PARAMETERS), 1000)
    assert second.drift is not None
    assert second.is_trained == (second.drift > MAX_DRIFT)
    assert 0 < second.drift <= 1


def test_published_forecasts_are_judged_by_the_results(storage: FolderStorage) -> None:
    """Only those that were made before their races."""
    pipeline = Pipeline(storage, parameters=PARAMETERS)
    card = pipeline.card()
    for day in past_forecasts(pipeline, card, at(9)):
        storage.delete(day_key(day.day))
    assert retrain(Pipeline(storage, parameters=PARAMETERS), 28).told["judged"] == {"races": 0}
    for day in past_forecasts(pipeline, card, at(9, day=LAST)):
        pipeline.publish([day])
    judged = retrain(Pipeline(storage, parameters=PARAMETERS), 28).told["judged"]
    assert judged["until"] == LAST.isoformat()
    assert judged["races"] == 6
    assert judged["market"] < judged["uniform"]


def test_training_that_runs_out_of_time_goes_on_in_the_next_run(tmp_path: Path) -> None:
    """The first run ends without a model and says so; nothing is half written."""
    world.write_archive(tmp_path, until(LAST - timedelta(weeks=5)))
    settings = read_settings({}, data=str(tmp_path))
    services = Services(settings, FolderStorage(tmp_path))
    result = asyncio.run(judge_and_train(services, JobRun(-1.0)))
    services.close()
    assert result.told == {"finished": False}
    assert result.metrics == {"ForecastTrainingUnfinished": 1}


def test_the_plain_server_runs_them_only_if_asked(tmp_path: Path) -> None:
    """By a setting; on race mornings, on the evenings before, and on Mondays."""

    def scheduled(**environ: str) -> dict[str, str]:
        services = Services(read_settings(environ, data=str(tmp_path)), FolderStorage(tmp_path))
        return expressions(SLICES, services, is_begun=False)

    assert not {"forecast-days", "forecast-models"} & set(scheduled())
    found = scheduled(JOCKEY_FORECASTS_UPDATES="true")
    assert {"forecast-days", "forecast-models"} <= set(found)
    assert is_updating(read_settings({"JOCKEY_FORECASTS_UPDATES": "true"}))
    days, models = parse(found["forecast-days"]), parse(found["forecast-models"])
    assert all(days(at(hour, 30)) for hour in (8, 18))
    assert models(at(5, 20, date(2025, 6, 30)))
    assert not models(at(5, 20, date(2025, 6, 29)))


def test_a_function_runs_the_job_that_a_schedule_names(storage: FolderStorage, tmp_path: Path) -> None:
    """Under the runtime client; it writes a line of metrics, and answers as the job."""
    log = tmp_path / "log"
    log.mkdir()
    environ = {"PYTHONPATH": str(ROOT), "JOCKEY_DATA": str(tmp_path), "JOCKEY_RACES_PROVIDER": "mock"}
    with function("jobs_handler.handler", log, environ) as running:
        told = running.invoke({"source": "graphql_api.jobs", "job": "forecast-days"})
        lines = running.logs()
    assert told["model"] == Pipeline(storage, parameters=PARAMETERS).card().version
    assert told["missing"] == []
    assert "ForecastRuns" in lines

"""Races to come: entries of the archive or of a provider, forecast before they are run, by what was known then."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from forecasts import world
from graphql_api.errors import BadUserInput
from graphql_api.forecasts.dataset import entry_dataset
from graphql_api.forecasts.making import coming_forecasts, past_forecasts
from graphql_api.forecasts.parameters import Parameters
from graphql_api.forecasts.pipeline import Pipeline
from graphql_api.forecasts.published import FeatureSet, day_key
from graphql_api.forecasts.rides import COLUMNS
from graphql_api.forecasts.stored import load_day
from graphql_api.forecasts.upcoming import entries_on
from graphql_api.forecasts.vocabulary import feature_names
from graphql_api.installed import read_settings
from graphql_api.japan_time import JST
from graphql_api.races.mock import FictionalRacing
from graphql_api.samples.calendar import Calendar
from graphql_api.services import Services
from graphql_api.storage.folder import FolderStorage

PARAMETERS = Parameters(rounds=20, warmup_months=2, test_months=4, num_leaves=7, min_data_in_leaf=20)
NAMES = feature_names(FeatureSet.RACE_DAY)
RIDES = world.rides(weeks=30, races=6, runners=8)
PER_DAY = 48
LAST = max(RIDES["date"])


def entries(columns: dict[str, list[Any]], day: date) -> dict[str, list[Any]]:
    """Return the rides of a day as rows without a result."""
    results = ("finish_position", "finish_time", "margin", "last3f", "running_style_ordinal", "prize_money")
    rows = [place for place, own in enumerate(columns["date"]) if own == day]
    made = {name: [values[place] for place in rows] for name, values in columns.items()}
    made |= {name: [None] * len(rows) for name in results}
    return {**made, "finish_status": ["UNKNOWN"] * len(rows)}


def services(folder: Path, given: Any = None, **environ: str) -> Services:
    """Return the services over a folder, some of which may be given."""
    settings = read_settings(environ, data=str(folder))
    return Services(settings, FolderStorage(folder), given)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an archive whose last day has entries only."""
    past = {name: values[:-PER_DAY] for name, values in RIDES.items()}
    waiting = entries(RIDES, LAST)
    world.write_archive(tmp_path, {name: past[name] + waiting[name] for name in COLUMNS})
    return tmp_path


def test_entries_have_the_features_that_the_day_has_later(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What is computed of entries before the races equals, to the bit, what is computed with their results."""
    own = services(folder)
    waiting = asyncio.run(entries_on(own, [LAST]))
    assert len(waiting) == PER_DAY
    pipeline = Pipeline(own.storage, parameters=PARAMETERS)
    before, last = entry_dataset(pipeline.artefacts, waiting, NAMES, 2**30)
    assert last == LAST - timedelta(weeks=1)
    run = tmp_path_factory.mktemp("run")
    world.write_archive(run, RIDES)
    pipeline = Pipeline(FolderStorage(run), parameters=replace(PARAMETERS, feature_set=FeatureSet.RACE_DAY))
    after = pipeline.rows.between(LAST, LAST)
    assert after.facts["horse_name"].tolist() == before.facts["horse_name"].tolist()
    assert after.features.tobytes() == before.features.tobytes()
    own.close()


def test_coming_races_are_published_before_they_are_run(folder: Path) -> None:
    """On the evening before, the day is forecast by the model of all the data; it stays when the results are known."""
    own = services(folder)
    pipeline = Pipeline(own.storage, parameters=PARAMETERS)
    card = pipeline.train()
    pipeline.evaluate(card)
    evening = datetime(LAST.year, LAST.month, LAST.day, 21, tzinfo=JST) - timedelta(days=1)
    found = asyncio.run(coming_forecasts(pipeline, own, card, evening))
    (forecast,) = found
    assert (forecast.day, forecast.trained_until) == (LAST, LAST - timedelta(weeks=1))
    assert forecast.known_until == LAST - timedelta(weeks=1)
    assert forecast.made_before
    assert len(forecast.races) == 6
    assert pipeline.publish(found) == 1
    assert asyncio.run(coming_forecasts(pipeline, own, card, evening)) == found
    own.close()
    world.write_archive(folder, RIDES)
    later = Pipeline(FolderStorage(folder), parameters=PARAMETERS)
    card = later.train()
    now = datetime.now(UTC)
    past = past_forecasts(later, card, now)
    assert LAST in {day.day for day in past}
    later.publish(past, replace_later=True)
    stored = later.storage.read(day_key(LAST))
    assert stored
    assert load_day(stored.data) == forecast


def test_a_model_does_not_forecast_days_that_it_has_seen(folder: Path) -> None:
    """Entries of a day until which the model was trained, or of an earlier one, are refused."""
    own = services(folder)
    pipeline = Pipeline(own.storage, parameters=PARAMETERS)
    card = replace(pipeline.train(), trained_until=LAST)
    waiting = asyncio.run(entries_on(own, [LAST]))
    with pytest.raises(BadUserInput, match="it cannot forecast"):
        pipeline.predict_coming(card, waiting)
    with pytest.raises(BadUserInput, match="no races"):
        pipeline.predict_coming(card, [])
    own.close()


def test_a_provider_tells_the_entries_of_coming_days(folder: Path) -> None:
    """Runners of cards become rows; scratched ones are left out, and rows of past races do not become entries."""
    racing = FictionalRacing(Calendar(seed=1), lambda: datetime(2025, 6, 27, 18, tzinfo=JST))
    own = services(folder, {FictionalRacing: racing}, JOCKEY_RACES_PROVIDER="mock")
    day = date(2025, 6, 28)
    found = asyncio.run(entries_on(own, [day]))
    announced = racing.calendar.races(day)
    runners = {(race.id, runner.horse) for race in announced for runner in race.runners if not runner.scratched}
    assert {(entry["race_id"], entry["horse_name"]) for entry in found} == {each for each in runners if each[0]}
    assert {entry["finish_status"] for entry in found} == {"UNKNOWN"}
    assert asyncio.run(entries_on(own, [LAST - timedelta(weeks=1)])) == []
    own.close()

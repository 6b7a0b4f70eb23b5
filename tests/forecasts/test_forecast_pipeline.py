"""The steps from the archive to what is published: equal bytes for equal inputs, whatever interrupts a run."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fakes import PATIENCE
from forecasts import world
from graphql_api.errors import BadUserInput, Conflict, DataCorrupt, IndexRequired, NotFound
from graphql_api.forecasts.cards import Card, read_card
from graphql_api.forecasts.dataset import Dataset
from graphql_api.forecasts.parameters import Objective, Parameters
from graphql_api.forecasts.pipeline import Pipeline
from graphql_api.forecasts.published import MODELS_KEY, FeatureSet, ModelStage, day_key
from graphql_api.forecasts.registry import NotPromoted, Registry
from graphql_api.forecasts.reporting import html_report, markdown_card
from graphql_api.forecasts.settings import ForecastsSettings
from graphql_api.forecasts.stored import load_day, load_models
from graphql_api.forecasts.training import train, walk_again
from graphql_api.storage.folder import FolderStorage

PARAMETERS = Parameters(rounds=30, warmup_months=3, test_months=4, num_leaves=7, min_data_in_leaf=30)
RIDES = world.rides(weeks=36, races=8, runners=8)
NOW = datetime(2024, 12, 1, 3, 0, tzinfo=UTC)


@dataclass
class Made:
    """A finished run: its folder, its steps, its model, and what it found."""

    folder: Path
    pipeline: Pipeline
    card: Card
    evaluation: Any


def run(folder: Path, storage: Any = None, **changes: Any) -> Made:
    """Run all steps over the rides in a folder."""
    pipeline = Pipeline(storage or FolderStorage(folder), parameters=replace(PARAMETERS, **changes))
    card = pipeline.train()
    evaluation = pipeline.evaluate(card)
    assert pipeline.promote(card) == ""
    days = [day for each in pipeline.predict(card) for day in pipeline.days(card, each, NOW, card.trained_until)]
    pipeline.publish(days)
    return Made(folder, pipeline, card, evaluation)


def contents(folder: Path) -> dict[str, bytes]:
    """Return all that a run left, by name."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(".lock")
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Give a run over the small world."""
    folder = tmp_path_factory.mktemp("world")
    world.write_archive(folder, RIDES)
    return run(folder)


def test_the_model_is_better_than_uniform_and_not_than_the_market(made: Made) -> None:
    """The market of this world knows more than the past does, and the report says so in plain words."""
    summary = made.evaluation["summary"]
    assert summary["log_loss"] < summary["uniform_log_loss"] - 0.1
    assert summary["log_loss"] > summary["market_log_loss"]
    page, card = html_report(made.card, made.evaluation), markdown_card(made.card, made.evaluation)
    for text in (page, card):
        assert "The model does not beat the market" in text
        assert "市場に勝" in text
    assert page.count("<svg") == 3
    assert "http" not in page
    assert len(page) < 100_000


def test_models_only_see_earlier_months(made: Made) -> None:
    """Each month's model was trained until a day before it, and its temperature is of earlier months."""
    assert len(made.card.months) == 4
    for month in made.card.months:
        assert f"{month.trained_until:%Y-%m}" < month.month
    assert made.card.months[0].temperature == 1.0


def test_what_is_published_knew_nothing_of_its_day(made: Made) -> None:
    """Each day of the walk has an object, whose chances sum to 1, with reasons of features that the model has."""
    storage = made.pipeline.storage
    days = [path.stem for path in sorted((made.folder / "forecasts").glob("2*.json"))]
    assert len(days) > 10
    stored = storage.read(day_key(date.fromisoformat(days[-1])))
    assert stored
    forecast = load_day(stored.data)
    assert forecast.out_of_sample
    assert not forecast.made_before
    assert f"{forecast.trained_until:%Y-%m}" < days[-1][:7]
    assert len(forecast.races) == 8
    for race in forecast.races:
        assert sum(runner.win_probability for runner in race.runners) == pytest.approx(1, abs=1e-6)
        assert sorted(runner.rank for runner in race.runners) == list(range(1, 9))
        first = min(race.runners, key=lambda runner: runner.rank)
        assert first.win_probability == max(runner.win_probability for runner in race.runners)
        assert {reason.feature for reason in first.reasons} <= set(made.card.features)
        sizes = [abs(reason.contribution) for reason in first.reasons]
        assert sizes == sorted(sizes, reverse=True)
        assert len(sizes) == 5
    listed = storage.read(MODELS_KEY)
    assert listed
    (model,) = load_models(listed.data)
    assert (model.version, model.stage) == (made.card.version, ModelStage.CURRENT)
    assert not model.evaluation.beats_market


def test_a_second_run_writes_nothing(made: Made) -> None:
    """All results are found by the digests of what they are made from."""
    before = {path: path.stat().st_mtime_ns for path in made.folder.rglob("*.*") if path.name != "models.json"}
    run(made.folder)
    after = {path: path.stat().st_mtime_ns for path in made.folder.rglob("*.*") if path.name != "models.json"}
    assert {path for path in after if after[path] != before.get(path)} <= set(made.folder.rglob("*.lock"))


@pytest.mark.parametrize("threads", [2, 4])
def test_threads_do_not_change_a_byte(made: Made, tmp_path: Path, threads: int) -> None:
    """Features, models, predictions and reports are equal for any number of threads."""
    world.write_archive(tmp_path, RIDES)
    pipeline = Pipeline(FolderStorage(tmp_path), ForecastsSettings(forecasts_threads=threads), PARAMETERS)
    card = pipeline.train()
    assert card == replace(made.card)
    pipeline.evaluate(card)
    pipeline.predict(card)
    expected = contents(made.folder)
    found = contents(tmp_path)
    assert {name for name in found if found[name] != expected[name]} <= {"forecasting/aliases.json"}


class Breaking(FolderStorage):
    """A folder that fails after some writes, as a process that is killed between two of them."""

    def __init__(self, root: Path, writes: int) -> None:
        """Fail at the write after ``writes``."""
        super().__init__(root)
        self.left = writes

    def write(self, key: str, data: bytes) -> None:
        """Write, or fail."""
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        super().write(key, data)


@pytest.mark.parametrize("writes", [1, 5, 9])
def test_an_interrupted_run_continues(made: Made, tmp_path: Path, writes: int) -> None:
    """After an interruption between any two writes the next run leaves what an undisturbed one leaves, to the byte."""
    world.write_archive(tmp_path, RIDES)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, Breaking(tmp_path, writes))
    run(tmp_path)
    expected = contents(made.folder)
    assert contents(tmp_path) == {name: data for name, data in expected.items() if "/report-" not in name}


def test_a_killed_command_continues(tmp_path: Path) -> None:
    """A command that is killed in its midst (SIGKILL) leaves no part of an object, and the next one completes it."""
    weeks = world.rides(weeks=40, races=6, runners=8)
    for name in ("killed", "undisturbed"):
        (tmp_path / name).mkdir()
        world.write_archive(tmp_path / name, weeks)
    command = [sys.executable, "-m", "graphql_api", "forecast", "train", "--data"]
    killed = tmp_path / "killed" / "forecasting"
    process = subprocess.Popen([*command, str(killed.parent)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 6 * PATIENCE
    while process.poll() is None and not list(killed.glob("booster-*.txt")):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for name in ("killed", "undisturbed"):
        subprocess.run([*command, str(tmp_path / name)], check=True, capture_output=True)
    found = contents(tmp_path / "killed")
    assert {name: data for name, data in found.items() if not name.endswith(".tmp")} == contents(
        tmp_path / "undisturbed"
    )


def test_new_rides_leave_the_models_of_earlier_months(made: Made, tmp_path: Path) -> None:
    """A later race day gives another version, whose months before it are forecast by the same models."""
    longer = world.rides(weeks=37, races=8, runners=8)
    assert {name: values[: 36 * 64] for name, values in longer.items()} == RIDES
    world.write_archive(tmp_path, longer)
    card = Pipeline(FolderStorage(tmp_path), parameters=PARAMETERS).train()
    assert card.version != made.card.version
    assert [month.booster for month in card.months] == [month.booster for month in made.card.months]


def leaky(made: Made, gain: float = 1.0) -> tuple[Card, Dataset]:
    """Plant a feature that knows the finish, and train with it."""
    data = made.pipeline._known(made.card)
    features = data.features.copy()
    noise = np.random.default_rng(1).normal(0, 1.5, len(data))
    features[:, 0] = gain * data.facts["finish_position"] + noise
    planted = replace(data, features=features)
    return train(made.pipeline.artefacts, planted, 0, PARAMETERS, 1), planted


def test_a_planted_leak_fails_the_gate(made: Made) -> None:
    """A model without odds that is better than the market is refused, and the current one stays."""
    card, data = leaky(made)
    from graphql_api.forecasts.evaluating import evaluate

    registry = Registry(made.pipeline.artefacts)
    evaluate(made.pipeline.artefacts, data, card, walk_again(made.pipeline.artefacts, data, card, 1))
    with pytest.raises(NotPromoted, match="leak"):
        registry.promote(card)
    assert registry.stages(FeatureSet.EVENING).current == made.card.version


def test_a_worse_model_is_not_promoted(made: Made) -> None:
    """A model that learned next to nothing is worse than the current one on the same races."""
    pipeline = Pipeline(made.pipeline.storage, parameters=replace(PARAMETERS, rounds=1))
    card = pipeline.train()
    pipeline.evaluate(card)
    assert "higher than that of the current model" in pipeline.promote(card)
    stages = pipeline.registry.stages(FeatureSet.EVENING)
    assert (stages.current, stages.candidate) == (made.card.version, card.version)
    assert pipeline.card("candidate") == card
    assert pipeline.card().version == made.card.version


def test_results_of_forgotten_versions_are_deleted(tmp_path: Path) -> None:
    """After a promotion, old results go that belong to no version of the registry; the others stay."""
    world.write_archive(tmp_path, RIDES)
    first = Pipeline(FolderStorage(tmp_path), parameters=replace(PARAMETERS, rounds=3)).train()
    second = run(tmp_path)
    folder = tmp_path / "forecasting"
    for path in folder.iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))
    third = run(tmp_path, rounds=31)
    names = {path.name for path in folder.iterdir()}
    assert f"model-{first.version}.json" not in names
    assert first.booster not in names
    for kept in (second.card, third.card):
        assert {f"model-{kept.version}.json", f"evaluation-{kept.version}.json", kept.booster} <= names


def test_objectives_are_interchangeable(made: Made, tmp_path: Path) -> None:
    """The binary objective gives chances that sum to 1, too, and about the same loss."""
    world.write_archive(tmp_path, RIDES)
    found = run(tmp_path, objective=Objective.BINARY).evaluation["summary"]
    assert found["log_loss"] == pytest.approx(made.evaluation["summary"]["log_loss"], abs=0.1)


def test_forecasts_made_before_a_race_are_kept(made: Made) -> None:
    """Nothing that was made after a race takes the place of what was made before it; the other way round it does."""
    pipeline, card = made.pipeline, made.card
    predictions = pipeline.predict(card)[-1]
    *_, late = pipeline.days(card, predictions, NOW, card.trained_until)
    early = replace(late, made_at=datetime(late.day.year, late.day.month, late.day.day, tzinfo=UTC))
    storage = pipeline.storage
    assert pipeline.publish([early]) == 1
    assert pipeline.publish([late], replace_later=True) == 0
    stored = storage.read(day_key(late.day))
    assert stored
    assert load_day(stored.data) == early
    storage.delete(day_key(late.day))
    assert pipeline.publish([late]) == 1
    assert pipeline.publish([replace(late, model_version="other")]) == 0
    assert pipeline.publish([replace(late, model_version="other")], replace_later=True) == 1
    assert pipeline.publish([late], replace_later=True) == 1


def test_incomplete_races_are_left_out(tmp_path: Path) -> None:
    """A race of which one starter is missing is neither trained on nor forecast; the card counts it."""
    rows = [place for place in range(len(RIDES["date"])) if place % 64 != 3]
    world.write_archive(tmp_path, {name: [values[place] for place in rows] for name, values in RIDES.items()})
    pipeline = Pipeline(FolderStorage(tmp_path), parameters=PARAMETERS)
    card = pipeline.train()
    assert (pipeline.features.races, card.races, card.incomplete) == (36 * 8, 36 * 7, 36)


def test_scratched_runners_and_dead_heats(tmp_path: Path) -> None:
    """A scratched runner is no runner, and the winners of a dead heat share the win."""
    changed = {name: list(values) for name, values in RIDES.items()}
    last = len(changed["date"]) - 1
    changed["finish_status"][last] = "SCRATCHED"
    for place in range(last - 7, last + 1):
        changed["field_size"][place] = 7
        changed["finish_position"][place] = 1 if place < last - 5 else 5
    world.write_archive(tmp_path, changed)
    pipeline = Pipeline(FolderStorage(tmp_path), parameters=PARAMETERS)
    data = pipeline._known(pipeline.train())
    assert data.sizes[-1] == 7
    assert data.targets[-7:].tolist() == [0.5, 0.5, 0, 0, 0, 0, 0]


def test_changed_data_are_told(made: Made, tmp_path: Path) -> None:
    """A model that was trained on other rows is not evaluated on these."""
    world.write_archive(tmp_path, world.rides(weeks=36, races=8, runners=8, seed=2))
    other = Pipeline(FolderStorage(tmp_path), parameters=PARAMETERS)
    with pytest.raises(Conflict, match="Train again"):
        other.evaluate(made.card)


def test_without_data_the_errors_say_what_to_do(tmp_path: Path) -> None:
    """No index, no model, too few months, and a damaged card are each told."""
    storage = FolderStorage(tmp_path)
    with pytest.raises(IndexRequired, match="graphql-api index"):
        _ = Pipeline(storage).features
    world.write_archive(tmp_path, world.rides(weeks=6, races=2, runners=6))
    pipeline = Pipeline(storage, parameters=PARAMETERS)
    with pytest.raises(NotFound, match="forecast train"):
        pipeline.card()
    with pytest.raises(BadUserInput, match="There are 12 complete races in 2 months"):
        pipeline.train()
    storage.write("forecasting/model-abc.json", b"{}")
    with pytest.raises(DataCorrupt, match="card"):
        read_card(pipeline.artefacts, "abc")
    world.write_archive(tmp_path, {name: [] for name in RIDES})
    with pytest.raises(BadUserInput, match="no race"):
        _ = Pipeline(storage).features


def test_two_promotions_at_once_conflict(made: Made, tmp_path: Path) -> None:
    """The registry is replaced only if nobody replaced it meanwhile."""
    world.write_archive(tmp_path, RIDES)
    own = run(tmp_path)

    class Racing(FolderStorage):
        def swap(self, key: str, data: bytes, etag: str | None) -> None:
            super().swap(key, data + b"\n", etag)
            super().swap(key, data, etag)

    pipeline = Pipeline(Racing(tmp_path), parameters=replace(PARAMETERS, seed=2))
    with pytest.raises(Conflict):
        pipeline.train()
    assert Pipeline(FolderStorage(tmp_path), parameters=PARAMETERS).card().version == own.card.version

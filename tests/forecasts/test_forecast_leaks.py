"""Known mistakes, switched on here only: each makes the score better than it can be, and none is in the product."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecasts import world
from graphql_api.forecasts import boosting
from graphql_api.forecasts.artefacts import Artefacts
from graphql_api.forecasts.dataset import Dataset
from graphql_api.forecasts.parameters import Objective, Parameters
from graphql_api.forecasts.probabilities import race_losses, softmax
from graphql_api.forecasts.published import FeatureSet
from graphql_api.forecasts.rides import FEATURES_SQL
from graphql_api.forecasts.vocabulary import feature_names
from graphql_api.forecasts.walk_forward import walk
from graphql_api.storage.folder import FolderStorage

PARAMETERS = Parameters(rounds=30, warmup_months=5, test_months=3, num_leaves=7, min_data_in_leaf=30)
NAMES = feature_names(FeatureSet.EVENING)
RIDES = world.rides(weeks=34, races=8, runners=8)


def dataset(sql: str = FEATURES_SQL, extra: str = "NULL") -> Dataset:
    """Return the runners with their features, and with one feature more."""
    connection = world.table(RIDES)
    facts = f"SELECT f.*, {extra} AS extra FROM ({sql}) f JOIN rides r USING (race_id, horse_number)"
    columns = connection.execute(f"{facts} ORDER BY f.date, f.race_id, f.horse_number").fetchnumpy()
    connection.close()
    return Dataset.of(columns, (*NAMES, "extra"))


def loss(data: Dataset, folder: Path, parameters: Parameters = PARAMETERS) -> float:
    """Return the log loss of a race that a walk through time finds."""
    walked = walk(Artefacts(FolderStorage(folder)), data, parameters, 1)
    tested = data.select(walked.rows)
    return float(race_losses(walked.chances, tested.targets, tested.starts).mean())


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> tuple[float, float]:
    """Give the loss without any leak, and that of the market."""
    data = dataset()
    found = loss(data, tmp_path_factory.mktemp("honest"))
    tested = data.select(walk_rows(data))
    return found, float(race_losses(tested.market, tested.targets, tested.starts).mean())


def walk_rows(data: Dataset) -> slice:
    """Return the rows of the tested months."""
    months = data.days.astype("datetime64[M]")
    return slice(int(np.searchsorted(months, np.unique(months)[-PARAMETERS.test_months])), len(data))


LEAKS: Mapping[str, Mapping[str, Any]] = {
    "career totals of the page": {
        "extra": "(SELECT avg(a.finish_position) FROM rides a WHERE a.horse_name = r.horse_name)"
    },
    "the last 600 m of the same race": {"extra": "r.last3f"},
    "closing odds": {"extra": "1 / r.win_odds"},
    "windows that include the day": {"sql": FEATURES_SQL.replace("AND 1 PRECEDING", "AND CURRENT ROW")},
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS.keys())
def test_a_leak_inflates_the_score(leak: Mapping[str, Any], honest: tuple[float, float], tmp_path: Path) -> None:
    """The loss falls by more than chance allows; honest forecasts stay behind the market."""
    found, market = honest
    assert loss(dataset(**leak), tmp_path) < found - 0.03
    assert market < found


def random_split(data: Dataset) -> np.ndarray:
    """Return chances of models that were each trained on four fifths of the runners, whatever the day."""
    parameters = replace(PARAMETERS, objective=Objective.BINARY)
    part = np.random.default_rng(1).integers(0, 5, len(data))
    scores = np.empty(len(data))
    for fold in range(5):
        kept = np.flatnonzero(part != fold)
        trained = replace(
            data,
            facts={name: column[kept] for name, column in data.facts.items()},
            features=data.features[kept],
            starts=np.arange(len(kept)),  # no races any more: each runner is by itself
        )
        trained.__dict__["targets"] = data.targets[kept]
        model = boosting.Model(boosting.train(trained, parameters, 1), threads=1)
        scores[part == fold] = model.scores(data.features[part == fold])
    return softmax(scores, data.starts, data.sizes)


def test_a_random_split_inflates_the_score(honest: tuple[float, float]) -> None:
    """Models that saw other runners of the race, and later races, look better than those that saw only the past."""
    data = dataset()
    rows = walk_rows(data)
    tested = data.select(rows)
    found = float(race_losses(random_split(data)[rows], tested.targets, tested.starts).mean())
    assert found < honest[0] - 0.005


def test_no_option_switches_a_leak_on() -> None:
    """The product splits by date only: its parameters and commands know no other way."""
    from graphql_api.forecasts.commands import forecast

    options = {name for command in forecast.commands.values() for each in command.params for name in each.opts}
    assert not {name for name in options if "split" in name or "shuffle" in name or "leak" in name}
    assert not {name for name in PARAMETERS.table if "split" in name or "shuffle" in name}

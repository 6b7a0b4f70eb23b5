"""The commands of forecasts: what they print, and what they leave."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from forecasts import world
from graphql_api.cli.commands import commands
from graphql_api.forecasts.published import FeatureSet
from graphql_api.forecasts.vocabulary import feature_names


def invoke(folder: Path, *arguments: str) -> Result:
    """Run ``graphql-api forecast``."""
    return CliRunner().invoke(commands, ["forecast", arguments[0], "--data", str(folder), *arguments[1:]])


def answered(folder: Path, *arguments: str) -> Any:
    """Run it with ``--json``, and return what it prints."""
    result = invoke(folder, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with an archive on which all steps were run once."""
    made = tmp_path_factory.mktemp("data")
    world.write_archive(made, world.rides(weeks=40, races=8, runners=8))
    result = invoke(made, "run", "--until", "2024-09-30")
    assert result.exit_code == 0, result.output
    assert "The market is not beaten" in result.stdout
    assert "The model is current." in result.stdout
    return made


def test_each_step_tells_what_it_made(folder: Path) -> None:
    """All steps are there already, and print the same as JSON."""
    features = answered(folder, "features")
    assert (features["rows"], features["races"], features["incomplete"]) == (40 * 64, 320, 0)
    card = answered(folder, "train", "--until", "2024-09-30")
    assert card["races"] == 39 * 8
    evaluation = answered(folder, "evaluate")
    assert evaluation["version"] == card["version"]
    assert evaluation["summary"]["until"] == "2024-09-28"
    forecasts = answered(folder, "predict", "--since", "2024-09-01", "--until", "2024-09-30")
    assert [day["day"] for day in forecasts["days"]] == ["2024-09-07", "2024-09-14", "2024-09-21", "2024-09-28"]
    assert all(day["trained_until"] == "2024-08-31" for day in forecasts["days"])
    assert all(day["known_until"] < day["day"] for day in forecasts["days"])
    assert answered(folder, "publish", "--since", "2024-09-01") == {"model": card["version"], "days": 4, "written": 0}
    (model,) = answered(folder, "models")["models"]
    assert (model["version"], model["stage"]) == (card["version"], "current")


def test_a_report_is_written(folder: Path, tmp_path: Path) -> None:
    """The page is stored, and written to a file that is named."""
    out = tmp_path / "report.html"
    told = answered(folder, "report", "--out", str(out))
    assert out.read_bytes() == (folder / "forecasting" / told["report"]).read_bytes()
    assert told["bytes"] == out.stat().st_size


def test_more_data_make_a_candidate_that_can_be_promoted(folder: Path) -> None:
    """A version of all the data is a candidate until it is promoted; the earlier one is then retired."""
    first = answered(folder, "models")["models"][0]["version"]
    card = answered(folder, "train")
    answered(folder, "evaluate", "--model", "candidate")
    models = answered(folder, "models", "--promote", "candidate")["models"]
    assert [(model["version"], model["stage"]) for model in models] == [
        (card["version"], "current"),
        (first, "retired"),
    ]


def test_a_model_with_the_odds_of_the_race_is_a_registry_of_its_own(folder: Path) -> None:
    """The set MARKET has its own current model, which the gate against leaks lets pass."""
    assert answered(folder, "run", "--set", "market")["refusal"] is None
    sets = {model["feature_set"] for model in answered(folder, "models")["models"]}
    assert sets == {"evening", "market"}
    assert len(feature_names(FeatureSet.MARKET)) > len(feature_names(FeatureSet.EVENING))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["models", "--promote", "0123456789abcdef"], "There is no such model"),
        (["evaluate", "--set", "race_day"], "Run graphql-api forecast train"),
        (["train", "--until", "2024-02-01"], "Training requires complete races"),
        (["train", "--since", "yesterday"], "does not match the format"),
    ],
)
def test_errors_say_what_to_do(folder: Path, arguments: list[str], message: str) -> None:
    """A fault is one line on standard error, without a traceback."""
    result = invoke(folder, *arguments)
    assert result.exit_code in (1, 2)
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_a_folder_without_an_index_is_told(tmp_path: Path) -> None:
    """The first step names the command that is missing."""
    result = invoke(tmp_path, "features")
    assert result.exit_code == 1
    assert "Run graphql-api index" in result.stderr

"""Forecasts of the complete sample: what they have to reach there, and what they must not."""

import shutil
from pathlib import Path

from complete_sample import complete_sample
from graphql_api.archive.refresh import Refresh
from graphql_api.forecasts.parameters import Parameters
from graphql_api.forecasts.pipeline import Pipeline
from graphql_api.storage.folder import FolderStorage


def test_the_complete_sample(shared_folder: Path, tmp_path: Path) -> None:
    """The last six months are calibrated, and lie between the uniform forecast and the market, which knows more.

    A model without odds that is better than this market has a leak: then this test fails, and the gate refuses it.
    """
    storage = FolderStorage(shutil.copytree(complete_sample(shared_folder).folder, tmp_path / "data"))
    Refresh(storage).run(4)
    pipeline = Pipeline(storage, parameters=Parameters(test_months=6))
    card = pipeline.train()
    assert card.races > 6_000
    assert pipeline.features.incomplete > 5_000
    summary = pipeline.evaluate(card)["summary"]
    assert summary["races"] > 1_500
    assert summary["log_loss"] < summary["uniform_log_loss"] - 0.2
    assert summary["calibration_error"] <= 0.01
    assert summary["difference_low"] > 0.1
    assert pipeline.promote(card) == ""

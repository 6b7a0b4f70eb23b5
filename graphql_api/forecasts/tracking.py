"""MLflow as a sink: a training run with its parameters, figures and files, sent once. Our store stays the registry.

The only module that imports MLflow, when a run is sent: the import takes seconds.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graphql_api import install_hint
from graphql_api.errors import EngineMissing
from graphql_api.forecasts.artefacts import Artefacts
from graphql_api.forecasts.cards import Card, card_name
from graphql_api.forecasts.evaluating import Content

EXTRA = "mlflow"
EXPERIMENT = "forecasts"
VARIABLE = "MLFLOW_TRACKING_URI"
_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}


def tracking_uri(setting: str) -> str:
    """Return where runs are sent: as set, or as MLflow's own variable says; empty if nowhere."""
    return setting or os.environ.get(VARIABLE, "")


def track(artefacts: Artefacts, card: Card, evaluation: Content, uri: str) -> bool:
    """Send a version's run, and return whether it was sent; one that is there already is not sent again.

    Raises ``EngineMissing``, and what MLflow raises.
    """
    client, experiment = _open(uri)
    if client.search_runs([experiment], f"tags.version = '{card.version}'", max_results=1):
        return False
    run = client.create_run(
        experiment,
        run_name=card.version,
        tags={"version": card.version, "data_digest": card.data_digest, "feature_set": card.feature_set.value},
    )
    run_id: str = run.info.run_id
    for name, value in {**card.parameters, "temperature": card.temperature, "library": card.library}.items():
        client.log_param(run_id, name, value)
    for name, figure in _figures(evaluation):
        client.log_metric(run_id, name, figure)
    with _files(artefacts, card) as folder:
        client.log_artifacts(run_id, str(folder))
    client.set_terminated(run_id)
    return True


def _open(uri: str) -> tuple[Any, str]:
    """Return a client, and the id of the experiment, which is made if there is none."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        from mlflow import MlflowClient
    except ImportError as error:
        raise EngineMissing(f"This requires MLflow (the extra '{EXTRA}'). {install_hint(EXTRA)}") from error
    client = MlflowClient(tracking_uri=uri)
    known = client.get_experiment_by_name(EXPERIMENT)
    return client, str(client.create_experiment(EXPERIMENT) if known is None else known.experiment_id)


def _figures(evaluation: Content) -> Iterator[tuple[str, float]]:
    """Name the figures of the model, of the market and of the uniform forecast."""
    for name, figures in evaluation["figures"].items():
        yield from ((f"{name}_{key}", value) for key, value in figures.items())
    for key in ("difference", "difference_low", "difference_high"):
        yield key, evaluation["summary"][key]


@contextmanager
def _files(artefacts: Artefacts, card: Card) -> Iterator[Path]:
    """Write the files of a run into a folder of their own: the model, its cards, and the report."""
    with tempfile.TemporaryDirectory(prefix="graphql-api-mlflow-") as folder:
        for name in (card.booster, card_name(card.version), f"model-{card.version}.md", f"report-{card.version}.html"):
            data = artefacts.read(name)
            if data is not None:
                Path(folder, name).write_bytes(data)
        yield Path(folder)

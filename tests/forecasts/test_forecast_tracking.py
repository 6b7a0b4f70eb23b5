"""MLflow as a sink, in a process of its own: it sets up logging and environment variables for all that follows."""

import json
import subprocess
import sys
from pathlib import Path

from forecasts import world

SCRIPT = """
import json, sys
from pathlib import Path
from mlflow import MlflowClient
from graphql_api.forecasts.parameters import Parameters
from graphql_api.forecasts.pipeline import Pipeline
from graphql_api.forecasts.reporting import write_report
from graphql_api.forecasts.tracking import track, tracking_uri
from graphql_api.storage.folder import FolderStorage

folder, uri = sys.argv[1:]
parameters = Parameters(rounds=5, warmup_months=2, test_months=2, num_leaves=4, min_data_in_leaf=20)
pipeline = Pipeline(FolderStorage(Path(folder)), parameters=parameters)
card = pipeline.train()
evaluation = pipeline.evaluate(card)
write_report(pipeline.artefacts, card, evaluation)
sent = [track(pipeline.artefacts, card, evaluation, tracking_uri(uri)) for _ in range(2)]
client = MlflowClient(tracking_uri=uri)
(run,) = client.search_runs([client.get_experiment_by_name("forecasts").experiment_id])
print(json.dumps({
    "sent": sent, "version": card.version, "digest": card.data_digest, "tags": dict(run.data.tags),
    "parameters": dict(run.data.params), "metrics": dict(run.data.metrics), "status": run.info.status,
    "files": [each.path for each in client.list_artifacts(run.info.run_id)],
    "loss": evaluation["summary"]["log_loss"],
}))
"""


def test_a_run_is_sent_once(tmp_path: Path) -> None:
    """Parameters, figures, digests and files arrive in a database of SQLite; a second time nothing is sent."""
    data = tmp_path / "data"
    data.mkdir()
    world.write_archive(data, world.rides(weeks=20, races=5, runners=6))
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT, str(data), f"sqlite:///{tmp_path}/runs.db"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["sent"] == [True, False]
    assert found["status"] == "FINISHED"
    assert found["tags"]["version"] == found["version"]
    assert found["tags"]["data_digest"] == found["digest"]
    assert found["parameters"]["objective"] == "softmax"
    assert found["metrics"]["model_log_loss"] == found["loss"]
    assert {"market_log_loss", "uniform_log_loss", "difference_high"} <= set(found["metrics"])
    endings = {name.rpartition(".")[2] for name in found["files"]}
    assert endings == {"txt", "json", "md", "html"}

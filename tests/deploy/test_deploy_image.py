"""Tests of the images: the Dockerfile is built, and what it makes is run. See `deployment_images.py` for by what."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from deployment import ROOT
from deployment_images import BASE, TASK, Engine, engine, needs_engine
from lambda_events import function_url, warmer
from lambda_runtime import Function, function
from long_careers import long_career

pytestmark = needs_engine
TARGETS = ("server", "function", "adapter", "forecast")
QUERY = '{ jockey(id: "00001") { id records { totalCount } } }'
LIMIT = 200_000_000  # bytes that a target may add to its base, DuckDB's 64 MB among them
ADAPTER_LIMIT = 215_000_000  # the server and AWS's client beside it
FORECAST_LIMIT = 350_000_000  # with LightGBM and SciPy
UNCHECKED = "01000000"  # the flags of bytecode that is loaded without a look at its source
LOOK = """
import importlib.util, json, os, pathlib, shutil, sys
task = pathlib.Path(sys.argv[1])
every = [task, *task.rglob("*")]
compiled = {str(path): pathlib.Path(importlib.util.cache_from_source(path)) for path in every if path.suffix == ".py"}
print(json.dumps({
    "user": [os.getuid(), os.getgid()],
    "writable": [str(path) for path in every if os.access(path, os.W_OK)],
    "bytecode": {name: path.read_bytes()[4:8].hex() if path.exists() else None for name, path in compiled.items()},
    "bytes": sum(path.stat().st_size for path in every if path.is_file()),
    "tools": [name for name in ("cc", "gcc", "make", "git", "uv") if shutil.which(name)],
    "packages": [path.name for path in task.iterdir()],
}))
"""


@pytest.fixture(scope="module")
def containers() -> Iterator[Engine]:
    """Give the engine."""
    with engine() as found:
        yield found


@pytest.fixture(scope="module")
def images(containers: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Build all targets, two at a time; give the images' names."""
    containers.build_adapter(tmp_path_factory.mktemp("adapter"))
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(TARGETS, pool.map(containers.build, TARGETS), strict=True))


@pytest.fixture(scope="module")
def data(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of jockeys that the images' user may read."""
    folder = tmp_path_factory.mktemp("readable")
    shutil.copytree(sample_data, folder, dirs_exist_ok=True)
    folder.chmod(0o755)
    return folder


@pytest.mark.parametrize("target", TARGETS)
def test_image_holds_what_runs_and_no_more(containers: Engine, images: Mapping[str, str], target: str) -> None:
    """One layer over the base, small, compiled, without what builds; its user has no rights and can change nothing.

    The adapter has a layer of its own, and so has the library that LightGBM links to.
    """
    image = images[target]
    config = containers.inspect(image)
    assert len(config["Layers"]) == len(containers.inspect(BASE)["Layers"]) + (
        2 if target in ("adapter", "forecast") else 1
    )
    assert (config["User"], config["WorkingDir"]) == ("10001:10001", TASK)
    sealed = ["--rm", "--pull=never", "--network=none", "--entrypoint=python"]
    seen = json.loads(containers("run", *sealed, image, "-c", LOOK, TASK))
    assert (seen["user"], seen["writable"], seen["tools"]) == ([10001, 10001], [], [])
    assert {f"{TASK}/handler.py", f"{TASK}/stream_handler.py"} <= set(seen["bytecode"])
    assert {name for name, flags in seen["bytecode"].items() if flags != UNCHECKED} == set()
    assert seen["bytes"] < {"adapter": ADAPTER_LIMIT, "forecast": FORECAST_LIMIT}.get(target, LIMIT)
    assert not {"pandas", "pip", "uv", "bin"} & set(seen["packages"])
    assert ("uvicorn" in seen["packages"], "awslambdaric" in seen["packages"]) == (
        target in ("server", "adapter"),
        target != "server",
    )


def test_server_serves(containers: Engine, images: Mapping[str, str], data: Path) -> None:
    """On a disk that it cannot write it becomes healthy by its own health check, and passes the smoke test."""
    kind, *check = containers.inspect(images["server"])["Healthcheck"]["Test"]
    smoke = ["python", "-", "http://127.0.0.1:8000", "00001"]
    with containers.running(images["server"], "--volume", f"{data}:/data:ro") as container:
        _wait_for(containers, container, *check)
        told = containers("exec", "--interactive", container, *smoke, stdin=(ROOT / "deploy" / "smoke.py").read_text())
    assert kind == "CMD"
    assert told.splitlines() == ["passed  health", "passed  readiness", "passed  REST", "passed  GraphQL"]


def _wait_for(containers: Engine, container: str, *check: str) -> None:
    """Repeat a health check until it passes, as an engine does."""
    for _ in range(60):
        command = [containers.name, "exec", container, *check]
        done = subprocess.run(command, env=containers.environ, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        time.sleep(0.5)
    pytest.fail(f"It never became healthy: {done.stderr}\n{containers('logs', container)}")


@pytest.fixture
def served(containers: Engine, images: Mapping[str, str], data: Path, tmp_path: Path) -> Iterator[Function]:
    """Run the function's image as it is, before a Runtime API."""
    with _run(containers, images["function"], data, tmp_path) as running:
        yield running


@contextmanager
def _run(
    containers: Engine, image: str, data: Path, folder: Path, options: Sequence[str] = (), command: Sequence[str] = ()
) -> Iterator[Function]:
    """Run an image before a Runtime API; ``command`` runs within it, beside what it runs by itself."""
    name = f"graphql-api-{folder.name}"
    given = ["--env=AWS_LAMBDA_RUNTIME_API", "--env=AWS_LAMBDA_FUNCTION_NAME"]
    own = [f"--name={name}", "--pull=never", "--network=host", "--read-only", f"--volume={data}:/data:ro"]
    own += ["--env=JOCKEY_DATA=/data", "--env=JOCKEY_DOCUMENTS=operations", *options]
    try:
        if command:
            containers("run", "--detach", *own, image)
            started = [containers.name, "exec", *given, name, *command]
        else:
            started = [containers.name, "run", *given, *own, image]
        with function(started, folder, containers.environ) as running:
            yield running
    finally:
        containers("rm", "--force", name)


def test_function_answers(served: Function) -> None:
    """Its entry point and command run the handler: GraphQL, REST, a trusted document, and the warmer's schedule."""
    body = json.dumps({"query": QUERY}).encode()
    asked = function_url("POST", "/graphql", headers={"content-type": "application/json"}, body=body)
    assert served.request(asked).json()["data"]["jockey"] == {"id": "00001", "records": {"totalCount": 200}}
    assert len(served.request(function_url(path="/api/jockey/00001")).json()["data"]) == 200
    assert served.request(function_url(path="/api/jockey/98765")).status == 404
    assert served.request(function_url(path="/q/Rides", query=[("id", "00001")])).status == 200
    assert "warmed" in served.invoke(warmer())


def test_function_streams(containers: Engine, images: Mapping[str, str], tmp_path: Path) -> None:
    """With the entry point and the command of `reply=stream` the same image sends what no whole reply can hold."""
    (tmp_path / "data").mkdir(mode=0o755)
    data = long_career(tmp_path / "data", 20_000)
    image = f"{images['function']}-streams"
    (tmp_path / "Dockerfile").write_text(
        f"FROM {images['function']}\n"
        'ENTRYPOINT ["python", "-m", "graphql_api.functions.runtime"]\nCMD ["stream_handler.handler"]\n'
    )
    containers("build", "--pull=false", "--tag", image, "--file", tmp_path / "Dockerfile", tmp_path)
    with _run(containers, image, data, tmp_path) as running:
        answer = running.stream(function_url(path="/api/jockey/00001"))
        assert (answer.status, answer.error, len(answer.json()["data"])) == (200, None, 20_000)
        assert "warmed" in running.invoke(warmer())


def test_forecast_runs_jobs(containers: Engine, images: Mapping[str, str], tmp_path: Path) -> None:
    """It imports LightGBM on a disk that it cannot write, and its entry runs the job, which has no index here."""
    image, sealed = images["forecast"], ["--rm", "--pull=never", "--network=none", "--read-only", "--entrypoint=python"]
    look = "import lightgbm, duckdb, sqlglot; print(lightgbm.__version__)"
    assert containers("run", *sealed, image, "-c", look).strip()
    assert containers.inspect(image)["Cmd"] == ["jobs_handler.handler"]
    (tmp_path / "data").mkdir(mode=0o755)
    with _run(containers, image, tmp_path / "data", tmp_path) as running:
        told = running.failure({"source": "graphql_api.jobs", "job": "forecast-models"})
    assert told["errorType"].endswith("IndexRequired")


def test_adapter_streams(containers: Engine, images: Mapping[str, str], tmp_path: Path) -> None:
    """The server starts by itself, and what stands in for the adapter finds it by the image's settings."""
    (tmp_path / "data").mkdir(mode=0o755)
    data = long_career(tmp_path / "data", 20_000)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = f"--env=AWS_LWA_PORT={probe.getsockname()[1]}"
    extension = "/opt/extensions/lambda-adapter"
    with _run(containers, images["adapter"], data, tmp_path, [port], [extension]) as running:
        answer = running.stream(function_url(path="/api/jockey/00001"))
        assert (answer.status, answer.error, len(answer.json()["data"])) == (200, None, 20_000)
        assert "warmed" in running.stream(warmer()).json()
    variables = dict(each.split("=", 1) for each in containers.inspect(images["adapter"])["Env"])
    assert (variables["AWS_LWA_INVOKE_MODE"], variables["AWS_LWA_PORT"]) == ("response_stream", "8000")

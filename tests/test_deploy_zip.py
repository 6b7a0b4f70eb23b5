"""Tests of the packaged function: what the script makes runs in the real runtime client, from nothing but its zip."""

import gzip
import json
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from deployment import ROOT
from lambda_events import HTTP_EVENTS, Event, function_url, schedule
from lambda_runtime import Function, function

pytestmark = [
    pytest.mark.skipif(
        shutil.which("uv", path=str(Path(sys.executable).parent)) is None,
        reason="uv, which installs for Lambda, is absent",
    ),
    pytest.mark.skipif(
        (sys.platform, platform.machine()) != ("linux", "x86_64"),
        reason="wheels of x86_64 Linux run on x86_64 Linux only",
    ),
]
every_event = pytest.mark.parametrize("event", HTTP_EVENTS.values(), ids=HTTP_EVENTS.keys())
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
QUERY = '{ jockey(id: "01234") { name records { totalCount nodes { raceName } } } }'
# Leaves the standard library, the zip and the runtime client to import from; in Lambda there is no more either.
ISOLATION = """
import os, sys
kept = os.environ["PYTHONPATH"].split(os.pathsep)
standard = [path for path in sys.path if path.startswith(sys.base_prefix) and "site-packages" not in path]
sys.path[:] = kept + standard
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what the zip is made of, which someone may be editing meanwhile."""
    folder = tmp_path_factory.mktemp("tree")
    for part in ("graphql_api", "deploy", "requirements"):
        shutil.copytree(ROOT / part, folder / part)
    for part in ("handler.py", "pyproject.toml"):
        shutil.copy(ROOT / part, folder)
    return folder


def _package(tree: Path, output: Path, *options: str) -> str:
    command = [sys.executable, tree / "deploy" / "package.py", "--output", output, *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def packaged(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the zip for this machine and this Python, by the script that makes Lambda's."""
    output = tmp_path_factory.mktemp("packaged") / "function.zip"
    _package(tree, output, "--architecture", "x86_64", "--python", VERSION)
    return output


@pytest.fixture(scope="module")
def served(packaged: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Function]:
    """Run the unpacked zip over a folder of two jockeys, with nothing else to import but the runtime client."""
    import awslambdaric
    import runtime_client
    import simplejson
    import snapshot_restore_py

    folder = tmp_path_factory.mktemp("served")
    with zipfile.ZipFile(packaged) as archive:
        archive.extractall(folder / "task")
    (folder / "runtime").mkdir()
    (folder / "runtime" / "sitecustomize.py").write_text(ISOLATION)
    for module in (awslambdaric, simplejson):
        source = Path(module.__file__).parent
        shutil.copytree(source, folder / "runtime" / source.name)
    for module in (runtime_client, snapshot_restore_py):
        shutil.copy(module.__file__, folder / "runtime")
    columns = {"日付": pd.to_datetime(["2024-09-29"]), "開催": ["4中山9"], "馬名": ["架空馬"], "勝ち馬": ["虚構馬"]}
    for jockey_id, race_name, rows in [("01234", "架空記念", 3), ("09999", "大" * 500, 5000)]:
        frame = pd.DataFrame(columns | {"レース名": [race_name]})
        frame.loc[[0] * rows].reset_index(drop=True).to_pickle(folder / f"{jockey_id}.pickle")
    environ = {
        "PYTHONPATH": f"{folder / 'task'}:{folder / 'runtime'}",
        "PYTHONSAFEPATH": "1",  # not the repository, which is the working directory
        "JOCKEY_DATA": str(folder),
        "JOCKEY_STAGE": "dev",
    }
    with function("handler.handler", folder, environ) as running:
        yield running


def test_nothing_but_the_zip_is_imported(served: Function, tmp_path: Path) -> None:
    """The service runs from the unpacked zip: its pages and its version are in it."""
    page = served.request(function_url(path="/", headers={"accept": "text/html"}))
    assert page.status == 200
    maps = Path(f"/proc/{served.process.pid}/maps").read_text()
    loaded = {line.split(maxsplit=5)[5] for line in maps.splitlines() if ".so" in line}
    assert any("/task/numpy" in path for path in loaded)
    assert not any("site-packages" in path for path in loaded)


@every_event
def test_every_event_is_served(served: Function, event: Callable[..., Event]) -> None:
    """GraphQL, REST and health answer whatever gateway asks, cold and warm."""
    body = json.dumps({"query": QUERY}).encode()
    for _ in range(2):
        posted = served.request(event("POST", "/graphql", headers={"content-type": "application/json"}, body=body))
        assert posted.json()["data"]["jockey"]["records"]["nodes"] == [{"raceName": "架空記念"}] * 3
        assert len(served.request(event(path="/api/jockey/01234")).json()["data"]) == 3
        assert served.request(event(path="/health")).status == 200
    assert served.request(event(path="/api/jockey/98765")).status == 404


@every_event
def test_large_rows_come_compressed(served: Function, event: Callable[..., Event]) -> None:
    """Rows beyond Lambda's reply size come with gzip, and are refused without."""
    headers = {"accept-encoding": "gzip"}
    compressed = served.request(event(path="/api/jockey/09999", headers=headers))
    assert (compressed.status, gzip.decompress(compressed.body).decode().count("大" * 500)) == (200, 5000)
    assert served.request(event(path="/api/jockey/09999")).status == 413


def test_schedule_is_answered(served: Function) -> None:
    """An event that is no request returns, so that Lambda does not repeat it."""
    assert isinstance(served.invoke(schedule()), dict)


def test_zip_for_lambda_is_small(tree: Path, tmp_path: Path) -> None:
    """For arm64 and Python 3.13 it is well below Lambda's 250 MB unpacked, and holds that processor's code only."""
    output = tmp_path / "function.zip"
    told = _package(tree, output)
    with zipfile.ZipFile(output) as archive:
        size = sum(each.file_size for each in archive.infolist())
        names = archive.namelist()
    assert size < 120_000_000
    assert f"{size / 1e6:8.1f} MB  together" in told
    libraries = [name for name in names if ".cpython-" in name]
    assert libraries
    assert all(name.endswith("cpython-313-aarch64-linux-gnu.so") for name in libraries)


def test_zip_holds_what_is_needed(packaged: Path) -> None:
    """The SDK's docs module and the models of three services stay; tests, tools and pandas do not come."""
    with zipfile.ZipFile(packaged) as archive:
        names = archive.namelist()
        times = {each.date_time for each in archive.infolist()}
    models = {name.split("/")[2] for name in names if name.startswith("botocore/data/") and name.count("/") > 2}
    assert models == {"s3", "ssm", "sts"}
    assert "botocore/docs/__init__.py" in names
    assert any(name.startswith("graphql_api-") and name.endswith("METADATA") for name in names)
    assert f"__pycache__/handler.cpython-{VERSION.replace('.', '')}.pyc" in names
    assert not any("/tests/" in name or name.startswith(("pandas/", "uvicorn/", "bin/")) for name in names)
    assert times == {(1980, 1, 1, 0, 0, 0)}


def test_zip_is_the_same_again(tree: Path, packaged: Path, tmp_path: Path) -> None:
    """Equal inputs make equal bytes, so that nothing is deployed where nothing changed."""
    _package(tree, tmp_path / "again.zip", "--architecture", "x86_64", "--python", VERSION)
    assert (tmp_path / "again.zip").read_bytes() == packaged.read_bytes()

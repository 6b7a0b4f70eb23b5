"""Tests of the packaged function: what the script makes runs in the real runtime client, from nothing but its zip."""

import gzip
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

import aws_calls
import emf
from aws_calls import CALLS
from deployment import ROOT
from dynamodb_tables import PATIENT, new_table, point_to
from fake_s3 import found, hang, refusal, reply, serving
from graphql_api.access.management import Keys
from graphql_api.access.records import key_of
from graphql_api.store.dynamodb import DynamoDbStore
from lambda_events import HTTP_EVENTS, Event, function_url, warmer
from lambda_runtime import Function, Reply, function

pytest_plugins = ("store_servers",)

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
    for part in ("graphql_api", "deploy", "docs/operations", "requirements"):
        shutil.copytree(ROOT / part, folder / part)
    for part in ("handler.py", "jobs_handler.py", "stream_handler.py", "pyproject.toml"):
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


Run = Callable[..., AbstractContextManager[Function]]


@pytest.fixture(scope="module")
def run(packaged: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Unpack the zip; give what runs it in a folder, with nothing else to import but the runtime client."""
    import awslambdaric
    import runtime_client
    import simplejson
    import snapshot_restore_py

    unpacked = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(packaged) as archive:
        archive.extractall(unpacked / "task")
    (unpacked / "runtime").mkdir()
    (unpacked / "runtime" / "sitecustomize.py").write_text(ISOLATION)
    for module in (awslambdaric, simplejson):
        source = Path(module.__file__).parent
        shutil.copytree(source, unpacked / "runtime" / source.name)
    for module in (runtime_client, snapshot_restore_py):
        shutil.copy(module.__file__, unpacked / "runtime")
    own = {
        "PYTHONPATH": f"{unpacked / 'task'}:{unpacked / 'runtime'}",
        "PYTHONSAFEPATH": "1",  # not the repository, which is the working directory
        "JOCKEY_STAGE": "dev",
    }

    def run(
        folder: Path,
        environ: Mapping[str, str],
        seconds: float = 900,
        *,
        streams: bool = False,
        handler: str = "handler.handler",
        also: Path | None = None,
    ) -> AbstractContextManager[Function]:
        wrapped = ["sh", str(unpacked / "task" / "stream.sh"), sys.executable, "bootstrap.py"]
        streaming = {"_HANDLER": "stream_handler.handler"} if streams else {}
        if also is not None:
            streaming["PYTHONPATH"] = f"{own['PYTHONPATH']}:{also}"
        return function(wrapped if streams else handler, folder, {**own, **streaming, **environ}, seconds)

    return run


@pytest.fixture(scope="module")
def served_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write two jockeys, one of which is too large for a reply."""
    folder = tmp_path_factory.mktemp("served")
    columns = {"日付": pd.to_datetime(["2024-09-29"]), "開催": ["4中山9"], "馬名": ["架空馬"], "勝ち馬": ["虚構馬"]}
    for jockey_id, race_name, rows in [("01234", "架空記念", 3), ("09999", "大" * 500, 5000)]:
        frame = pd.DataFrame(columns | {"レース名": [race_name]})
        days = pd.date_range("2010-01-01", periods=rows)[::-1]  # a row of the same day would be the same ride
        frame.loc[[0] * rows].reset_index(drop=True).assign(日付=days).to_pickle(folder / f"{jockey_id}.pickle")
    return folder


@pytest.fixture(scope="module")
def served(run: Run, served_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Function]:
    """Run the zip over a folder of two jockeys."""
    with run(tmp_path_factory.mktemp("log"), {"JOCKEY_DATA": str(served_data)}) as running:
        yield running


def _graphql(event: Callable[..., Event], query: str, **headers: str) -> Event:
    body = json.dumps({"query": query}).encode()
    return event("POST", "/graphql", headers={"content-type": "application/json", **headers}, body=body)


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
    """GraphQL, REST and health answer whatever gateway asks, again and again."""
    for _ in range(2):
        posted = served.request(_graphql(event, QUERY))
        assert posted.json()["data"]["jockey"]["records"]["nodes"] == [{"raceName": "架空記念"}] * 3
        assert len(served.request(event(path="/api/jockey/01234")).json()["data"]) == 3
        assert served.request(event(path="/health")).status == 200
    assert served.request(event(path="/api/jockey/98765")).status == 404


def test_cold_is_told_from_warm(run: Run, sample_data: Path, tmp_path: Path) -> None:
    """The first invocation of a process is cold, and reads; the second is answered from memory."""
    with run(tmp_path, {"JOCKEY_DATA": str(sample_data)}) as running:
        for _ in range(2):
            assert running.request(function_url(path="/api/jockey/00001")).status == 200
        cold, warm = map(emf.counts, emf.lines(running.logs()))
    assert cold == {"Requests": 1, "Success": 1, "ColdStart": 1, "CacheMiss": 1}
    assert warm == {"Requests": 1, "Success": 1, "CacheHit": 1}


@every_event
def test_large_rows_come_compressed(served: Function, event: Callable[..., Event]) -> None:
    """Rows beyond Lambda's reply size come with gzip, and are refused without; the process lives on."""
    query = '{ jockey(id: "09999") { records { nodes { raceName } } } }'
    for asked in (partial(event, path="/api/jockey/09999"), partial(_graphql, event, query)):
        plain = asked()
        compressed = served.request({**plain, **_accepting_gzip(plain)})
        assert (compressed.status, gzip.decompress(compressed.body).decode().count("大" * 500)) == (200, 5000)
        assert served.request(plain).status == 413
    assert served.request(event(path="/health")).status == 200


def _accepting_gzip(event: Event) -> Event:
    """Add a header to an event, in each form that the event has headers in."""
    single = {**event.get("headers", {}), "accept-encoding": "gzip"}
    many = {**event.get("multiValueHeaders", {}), "accept-encoding": ["gzip"]}
    return {name: value for name, value in {"headers": single, "multiValueHeaders": many}.items() if name in event}


def test_large_rows_are_streamed(run: Run, packaged: Path, served_data: Path, tmp_path: Path) -> None:
    """By its wrapper, which Lambda may execute, the zip streams to a URL what is too large for a reply."""
    with zipfile.ZipFile(packaged) as archive:
        assert archive.getinfo("stream.sh").external_attr >> 16 == 0o100755
    with run(tmp_path, {"JOCKEY_DATA": str(served_data)}, streams=True) as running:
        rows = running.stream(function_url(path="/api/jockey/09999"))
        assert (rows.status, rows.error, rows.body.decode().count("大" * 500)) == (200, None, 5000)
        assert "warmed" in running.invoke(warmer())


def test_schedule_warms(served: Function) -> None:
    """The event that the deployment's schedule sends runs the warmer."""
    served.request(function_url(path="/api/jockey/01234"))
    warmed = served.invoke(warmer())["warmed"]
    assert (warmed["left"], warmed["planned"]) == (0, warmed["revalidated"])
    assert warmed["planned"] >= 1


def test_keys_are_looked_up_in_dynamodb(
    run: Run, sample_data: Path, tmp_path: Path, dynamodb_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The zip holds what calls DynamoDB: with a key that is in the table a request is answered, else it is not."""
    point_to(dynamodb_url, monkeypatch)
    table = new_table()
    store = DynamoDbStore(table, timeouts=PATIENT)
    text = Keys(store).create("a")[1]
    names = ("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
    environ = {name: os.environ[name] for name in names}
    keyed = {"JOCKEY_DATA": str(sample_data), "JOCKEY_ACCESS": "required", "JOCKEY_STORE": f"dynamodb://{table}"}
    with run(tmp_path, {**environ, **keyed}) as running:

        def ask(**headers: str) -> int:
            replies = (running.invoke(function_url("GET", "/api/jockey/00001", headers=headers)) for _ in range(20))
            # A stand-in on a busy machine may take longer than a request waits for the store.
            return next(status for status in (Reply(each).status for each in replies) if status != 503)

        assert (ask(), ask(**{"x-api-key": text}), ask(authorization=f"Bearer {text[:-1]}~")) == (401, 200, 401)
    found = store.get(key_of(text[3:11]))
    store.close()
    assert found is not None
    assert set(found.numbers) == {"requests", "cost"}


def test_each_service_is_called(run: Run, tmp_path: Path, dynamodb_url: str) -> None:
    """The zip holds the models of all services that slices call: each answers, for Bedrock a stand-in of one answer."""
    (tmp_path / "calls").mkdir()
    shutil.copy(aws_calls.__file__, tmp_path / "calls")
    told = {"output": {"message": {"role": "assistant", "content": [{"text": "!"}]}}, "stopReason": "end_turn"}
    counted = {"usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}, "metrics": {"latencyMs": 1}}
    answer = reply(200, json.dumps({**told, **counted}).encode())
    with serving(answer) as bedrock:
        environ = {
            **S3,
            "AWS_ENDPOINT_URL": dynamodb_url,
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": bedrock.url,
            "JOCKEY_STAGE": "dev",
        }
        with run(tmp_path, environ, handler="aws_calls.handler", also=tmp_path / "calls") as running:
            statuses = {name: running.invoke({"service": name}) for name in CALLS}
    assert statuses == dict.fromkeys(CALLS, 200)


def test_jobs_are_run_by_the_other_handler(run: Run, sample_data: Path, tmp_path: Path) -> None:
    """The entry of worker and schedules runs a job that an event names, and answers no requests."""
    with run(tmp_path, {"JOCKEY_DATA": str(sample_data)}, handler="jobs_handler.handler") as running:
        assert "warmed" in running.invoke(warmer())
        assert running.failure(function_url(path="/health"))["errorType"].endswith("UnknownEvent")


def test_other_events_fail(served: Function) -> None:
    """An event that is neither a request nor the warmer's is an error, so that no queue takes it for handled."""
    error = served.failure({"source": "aws.s3", "detail-type": "Object Created"})
    assert error["errorType"].endswith("UnknownEvent")


# --- what goes wrong ---

LISTING = reply(200, b"<ListBucketResult/>")  # answers the check at the start
KEYLESS = reply(200, b"<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>")
S3 = {"AWS_ACCESS_KEY_ID": "example", "AWS_SECRET_ACCESS_KEY": "example", "AWS_DEFAULT_REGION": "us-east-1"}


def test_exception_is_masked_logged_and_survived(run: Run, sample_data: Path, tmp_path: Path) -> None:
    """Where S3 breaks its own contract, by a listing without keys, each gateway gets a 500 that shows the id only.

    The log has the cause under that id, the metrics a server error; the same process serves once S3 is itself again.
    """
    environ = {**S3, "JOCKEY_DATA": "s3://example"}
    with (
        serving(LISTING, *(refusal(404, "NoSuchKey"), KEYLESS) * 2 * len(HTTP_EVENTS)) as s3,
        run(tmp_path, {**environ, "AWS_ENDPOINT_URL": s3.url}) as running,
    ):
        for event in HTTP_EVENTS.values():
            rest = running.request(event(path="/api/jockey/00001"))
            identifier = rest.headers["x-request-id"]
            assert rest.status == 500
            assert rest.json() == {"detail": "Internal server error", "requestId": identifier}
            lines = [line for line in running.logs().splitlines() if identifier in line]
            assert any("unexpected_error" in line and "KeyError" in line for line in lines)
            assert emf.counts(emf.lines("\n".join(lines))[-1])["ServerErrors"] == 1
            graphql = running.request(_graphql(event, '{ jockey(id: "00001") { id } }'))
            (error,) = graphql.json()["errors"]
            shown = {"code": "INTERNAL_SERVER_ERROR", "requestId": graphql.headers["x-request-id"]}
            assert (error["message"], error["extensions"]) == ("Internal server error", shown)
        s3.answers = (found((sample_data / "00001.pickle").read_bytes()),)
        assert running.request(function_url(path="/api/jockey/00001")).status == 200


def test_deadline_is_answered_before_lambda_ends_it(run: Run, tmp_path: Path) -> None:
    """Where S3 hangs, the answer comes within what the invocation has left, whatever the service's own limits."""
    environ = {**S3, "JOCKEY_DATA": "s3://example", "JOCKEY_READ_TIMEOUT": "60", "JOCKEY_REQUEST_TIMEOUT": "20"}
    with (
        serving(LISTING, hang) as s3,
        run(tmp_path, {**environ, "AWS_ENDPOINT_URL": s3.url}, seconds=1) as running,
    ):
        for event in HTTP_EVENTS.values():
            rest = running.request(event(path="/api/jockey/00001"))
            assert rest.status == 504
            (waited,) = re.findall(r"longer than ([\d.]+) seconds", rest.json()["detail"])
            assert float(waited) < 1
            assert running.request(event(path="/health")).status == 200
        graphql = running.request(_graphql(function_url, '{ jockey(id: "00001") { id } }'))
        assert graphql.json()["errors"][0]["extensions"]["code"] == "TIMEOUT"
        assert emf.counts(emf.lines(running.logs())[-1])["ServerErrors"] == 1


# --- what is in it ---


def test_zip_for_lambda_is_small(tree: Path, tmp_path: Path) -> None:
    """For arm64 and Python 3.13 it is well below Lambda's 250 MB unpacked, and holds that processor's code only."""
    output = tmp_path / "function.zip"
    told = _package(tree, output)
    with zipfile.ZipFile(output) as archive:
        size = sum(each.file_size for each in archive.infolist())
        names = archive.namelist()
    assert size < 160_000_000
    assert f"{size / 1e6:8.1f} MB  together" in told
    libraries = [name for name in names if ".cpython-" in name and not name.endswith(".pyc")]
    assert libraries
    assert all(name.endswith("cpython-313-aarch64-linux-gnu.so") for name in libraries)


def test_zip_holds_what_is_needed(packaged: Path) -> None:
    """The SDK's docs module, models of the services called, trusted documents; but no tests, tools, nor pandas."""
    with zipfile.ZipFile(packaged) as archive:
        names = archive.namelist()
        times = {each.date_time for each in archive.infolist()}
    models = {name.split("/")[2] for name in names if name.startswith("botocore/data/") and name.count("/") > 2}
    assert models == set(CALLS)
    assert "botocore/docs/__init__.py" in names
    assert any(name.startswith("keiba_graphql_api-") and name.endswith("METADATA") for name in names)
    assert f"__pycache__/handler.cpython-{VERSION.replace('.', '')}.pyc" in names
    assert "operations/Rides.graphql" in names
    assert not any("/tests/" in name or name.startswith(("pandas/", "uvicorn/", "bin/")) for name in names)
    assert times == {(1980, 1, 1, 0, 0, 0)}


def test_zip_is_the_same_again(tree: Path, packaged: Path, tmp_path: Path) -> None:
    """Equal inputs make equal bytes, so that nothing is deployed where nothing changed."""
    _package(tree, tmp_path / "again.zip", "--architecture", "x86_64", "--python", VERSION)
    assert (tmp_path / "again.zip").read_bytes() == packaged.read_bytes()

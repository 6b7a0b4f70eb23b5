"""Shared by all tests: sample data, applications over it, and a server on a free port."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from starlette.testclient import TestClient

from graphql_api import logs, samples
from graphql_api.app import create_app
from graphql_api.config import Settings

# Other work on the machine makes examples slow: no test is judged by the wall clock.
hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--no-skips``: under it a skipped test is a failure, so that a green run has run everything."""
    parser.addoption("--no-skips", action="store_true", help="fail where a test is skipped")


SLOW = (
    "access_bypasses",
    "access_calls",
    "access_contract",
    "access_simulation",
    "archive_faults",
    "athena",
    "audit",
    "browser",
    "cli",
    "comment_day",
    "comment_models",
    "comment_workflow",
    "comments",
    "connections",
    "contexts_end",
    "consultations",
    "deploy",
    "end_to_end",
    "equality",
    "flights",
    "forecast",
    "fuzz",
    "handler",
    "job_",
    "mcp",
    "memory",
    "mock",
    "notebooks",
    "odds",
    "offload",
    "people",
    "persisted",
    "pickles",
    "prometheus",
    "protocol",
    "providers",
    "publish",
    "questions",
    "races_equal",
    "races_graphql",
    "readme",
    "refresh",
    "response_cache",
    "rides",
    "s3",
    "samples",
    "schedules",
    "slips",
    "start",
    "store",
    "streaming",
    "text",
    "weights",
)
"""How names of slow test modules begin. Tests by hypothesis are slow, too. ``make test-fast`` leaves them out."""

_SLOW_MODULES = tuple(f"test_{name}" for name in SLOW)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave modules alone whose tests are all slow, where those are not asked for: their imports take seconds."""
    left_out = config.option.markexpr == "not slow" and collection_path.name.startswith(_SLOW_MODULES)
    return True if left_out else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark slow tests."""
    for item in items:
        drawn = getattr(getattr(item, "function", None), "is_hypothesis_test", False)
        if drawn or item.path.name.startswith(_SLOW_MODULES):
            item.add_marker(pytest.mark.slow)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn skips into a failed session under ``--no-skips``."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and session.config.getoption("--no-skips") and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True, scope="session")
def _environment() -> Iterator[None]:
    """Keep the machine's own AWS configuration and this project's variables out of the tests."""
    before = dict(os.environ)
    for name in list(os.environ):
        if name.startswith(("AWS_", "JOCKEY_")):
            del os.environ[name]
    os.environ.update(
        AWS_EC2_METADATA_DISABLED="true", AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull
    )
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(autouse=True)
def _logs() -> None:
    """Log as by default, whatever the test before has set for the process."""
    logs.configure("INFO")


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of all processes that test at once, for what takes too long to be made by each of them."""
    base = tmp_path_factory.getbasetemp()
    return base if base.name.startswith("pytest-") else base.parent


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a small set of generated jockeys."""
    folder = tmp_path_factory.mktemp("data")
    samples.write(folder, jockeys=6, rows=200, seed=1)
    return folder


@pytest.fixture(scope="session")
def indexed_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a set of generated jockeys with their archive."""
    folder = tmp_path_factory.mktemp("indexed")
    samples.write(folder, jockeys=12, rows=300, seed=2)
    command = [sys.executable, "-m", "graphql_api", "index", "--data", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture
def client(sample_data: Path) -> Iterator[TestClient]:
    """Give a client of an application over the sample data, with caches of its own."""
    with TestClient(
        create_app(Settings(data=str(sample_data), jobs_workers=0)), raise_server_exceptions=False
    ) as client:
        yield client


@pytest.fixture(scope="session")
def live_server(sample_data: Path) -> Iterator[str]:
    """Serve the sample data by the real command on a free port; give its base URL."""
    with serving(sample_data) as base:
        yield base


@contextmanager
def serving(data: Path, **environ: str) -> Iterator[str]:
    """Serve a folder by the real command on a free port, with more of the environment; give its base URL."""
    with tempfile.TemporaryFile("w+") as told:
        command = [sys.executable, "-m", "graphql_api", "serve", "--data", str(data), "--port", "0"]
        quiet = subprocess.DEVNULL
        server = subprocess.Popen(command, stdout=quiet, stderr=told, env={**os.environ, **environ})
        try:
            yield f"http://127.0.0.1:{_port(told, server)}"
        finally:
            server.terminate()
            server.wait(30)


def _port(told: IO[str], server: "subprocess.Popen[bytes]") -> int:
    """Wait until the server has told which port it was given."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        told.seek(0)
        if announced := re.search(r":(\d+)/graphql", told.read()):
            return int(announced[1])
        time.sleep(0.05)
    pytest.fail(f"The server did not come up (exit code {server.poll()}).")

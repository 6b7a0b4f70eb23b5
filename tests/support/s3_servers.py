"""Fixtures for tests against S3: name this module in ``pytest_plugins``."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.loaders import JSONFileLoader

from fake_s3 import ACCESS_KEY, SECRET_KEY
from sdk_files import read_once

RCLONE = Path(sys.executable).with_name("rclone")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Hide the machine's AWS configuration and proxies, and give harmless credentials instead."""
    for name in os.environ:
        if name.startswith("AWS_") or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    for name, value in {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(JSONFileLoader, "load_file", lambda _, path: read_once(path))
    return monkeypatch


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """Run moto, which knows S3 and SSM and takes any key."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture(scope="session")
def rclone_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run rclone, a second implementation of S3, which verifies signatures: only the environment's key is right."""
    options = ["--addr=127.0.0.1:0", f"--auth-key={ACCESS_KEY},{SECRET_KEY}", "--config="]
    command = [str(RCLONE), "serve", "s3", *options, str(tmp_path_factory.mktemp("rclone"))]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        started = next(line for line in process.stderr if "Starting s3 server on" in line)
        yield started.partition("[")[2].partition("]")[0].rstrip("/")
        process.terminate()
        process.stderr.read()

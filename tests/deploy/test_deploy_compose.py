"""The compose file: a trial of the image with fictional data."""

import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
SERVICES = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


def test_the_file_follows_the_specification() -> None:
    """Its form is that of the Compose Specification."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_each_service_is_built_of_a_target() -> None:
    """Each target is in the Dockerfile, and what it copies is sent to the build."""
    dockerfile = (ROOT / "Dockerfile").read_text()
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    for service in SERVICES.values():
        stage = re.search(rf"^FROM \w+ AS {service['build']['target']}\n(.*?)(?=^FROM |\Z)", dockerfile, re.M | re.S)
        assert stage
        for copied in re.findall(r"^COPY (?!--from)(\S+) ", stage[1], re.MULTILINE):
            assert f"!{copied}" in sent


def test_the_trial_is_for_this_machine_alone() -> None:
    """The port is that of loopback, the server writes nothing but to memory, and waits for the data."""
    server = SERVICES["server"]
    assert server["ports"] == ["127.0.0.1:8000:8000"]
    assert server["read_only"]
    assert server["volumes"] == ["data:/data:ro"]
    assert server["depends_on"] == {"sample": {"condition": "service_completed_successfully"}}

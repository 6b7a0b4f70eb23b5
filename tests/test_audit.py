"""The official GraphQL over HTTP audit, run by Node against a real server."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

AUDIT = Path(__file__).parents[1] / "audit"
NODE = shutil.which("node")

pytestmark = [
    pytest.mark.skipif(NODE is None, reason="there is no node on the PATH"),
    pytest.mark.skipif(not (AUDIT / "node_modules" / "graphql-http").exists(), reason="run `npm ci` in audit/ first"),
]


def test_every_check_of_the_audit_passes(live_server: str) -> None:
    """61 of 61: every MUST, every SHOULD, every MAY."""
    command = [str(NODE), "audit.mjs", f"{live_server}/graphql"]
    audit = subprocess.run(command, cwd=AUDIT, capture_output=True, text=True, timeout=60, check=False)
    assert audit.returncode == 0, audit.stderr
    assert json.loads(audit.stdout.splitlines()[-1]) == {"MUST": 13, "SHOULD": 23, "MAY": 25}

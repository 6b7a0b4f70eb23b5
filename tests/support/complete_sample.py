"""The complete sample, which takes as long to write as hundreds of quick tests: once for all processes that test."""

import fcntl
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

from click.testing import CliRunner

from graphql_api.cli.commands import commands


class Written(NamedTuple):
    """The folder that ``graphql-api sample --complete`` wrote, which nobody changes, and what the command said."""

    folder: Path
    exit_code: int
    stdout: str
    stderr: str


@cache
def complete_sample(shared: Path) -> Written:
    """Write the sample into ``shared``, a folder of all processes that test, unless one of them has done so."""
    folder, told = shared / "complete-sample", shared / "complete-sample.json"
    with (shared / "complete-sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            result = CliRunner().invoke(commands, ["sample", "--out", str(folder), "--complete"])
            told.write_text(json.dumps([result.exit_code, result.stdout, result.stderr]))
    return Written(folder, *json.loads(told.read_text()))

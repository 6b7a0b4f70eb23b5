"""Tests of the table of functions that the slices make, and of what it refuses."""

import importlib.util
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from graphql_api.comments.slice import SLICE as COMMENTS
from graphql_api.installed import SLICES
from graphql_api.slices import Deployment, load

ROOT = Path(__file__).parents[2]
ROW = {"needs": [], "functions": {"api": ["bedrock-runtime"]}, "schedules": {}}


@pytest.fixture(scope="module")
def table() -> ModuleType:
    """Load deploy/table.py, which is no package."""
    spec = importlib.util.spec_from_file_location("deploy_table", ROOT / "deploy" / "table.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_is_up_to_date(table: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--check` finds nothing: deploy/slices.json is what the slices say, and their files fit it."""
    monkeypatch.setattr("sys.argv", ["table.py", "--check"])
    assert table.main() == 0


def test_schedules_name_jobs_that_there_are() -> None:
    """Of the same slice, in an expression that EventBridge Scheduler has."""
    for each in SLICES:
        for job, expression in each.schedules.items():
            assert callable(load(each.jobs[job]))
            assert expression.startswith(("cron(", "rate(", "at("))


def test_a_schedule_takes_a_function(table: ModuleType) -> None:
    """A slice that schedules a job and names no function for it is refused, and so is an unknown need."""
    alone = replace(COMMENTS, deployment=Deployment(functions={"api": ()}))
    with pytest.raises(ValueError, match="queue-comments"):
        table.table([alone])
    needing = replace(COMMENTS, schedules={}, deployment=Deployment(functions={"api": ()}, needs=("nothing",)))
    with pytest.raises(ValueError, match="nothing"):
        table.table([needing])


@pytest.mark.parametrize(
    ("fragment", "told"),
    [
        ({"rights": {"api": [{"Action": "bedrock:InvokeModel"}]}}, []),
        (
            {"rights": {"api": [{"Action": ["s3:PutObject"]}]}},
            ["api may do s3:PutObject, and does not call that service"],
        ),
        ({"rights": {"api": [{"Action": "bedrock:*"}]}}, ["api may do bedrock:*, which is too much"]),
        ({"rights": {"worker": []}}, ["worker gets rights, and does not work for the slice"]),
        ({"functions": {"train": {}}}, ["its own functions are []"]),
        ({"alarm": {}}, ["alarm is no part"]),
    ],
)
def test_what_does_not_fit_is_told(table: ModuleType, fragment: dict, told: list[str]) -> None:
    """A slice's file may allow what the slice calls, spelt out, for functions that the slice has."""
    assert list(table.faults(ROW, fragment)) == told

"""Slices with a job that is due each minute: wanted by its settings, not wanted, and of one that does not tell."""

import threading
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from graphql_api.app import create_core, serve_core
from graphql_api.config import Settings
from graphql_api.installed import read_settings
from graphql_api.jobs.runner import JobResult, JobRun
from graphql_api.services import Services
from graphql_api.slices import Slice


class Runs:
    """A service that jobs of these tests tell of their runs."""

    def __init__(self) -> None:
        """Know of none."""
        self.names: list[str] = []
        self.ran = threading.Event()

    @classmethod
    def open(cls, _services: Services) -> "Runs":
        """Begin."""
        return cls()

    def tell(self, name: str) -> None:
        """Add one."""
        self.names.append(name)
        self.ran.set()


async def note(services: Services, _run: JobRun) -> JobResult:
    """Tell of the run."""
    services.get(Runs).tell("note")
    return JobResult({})


async def break_down(services: Services, _run: JobRun) -> JobResult:
    """Tell of the run, and fail as nobody expects."""
    services.get(Runs).tell("break")
    raise RuntimeError("A bug.")


def never(_settings: Settings) -> bool:
    """Want no schedule."""
    return False


def always(_settings: Settings) -> bool:
    """Want schedules."""
    return True


NOTING: dict[str, Any] = {"jobs": {"note": "schedule_slices:note"}, "schedules": {"note": "rate(1 minute)"}}
WANTED = Slice(name="wanted", scheduled="schedule_slices:always", **NOTING)
UNWANTED = Slice(name="unwanted", scheduled="schedule_slices:never", **NOTING)
UNDECIDED = Slice(name="undecided", **NOTING)


def serve(tmp_path: Path, slices: tuple[Slice, ...]) -> tuple[TestClient, Services]:
    """Make a client whose block is the life of the server."""
    settings = read_settings({}, (), data=str(tmp_path), store=str(tmp_path / "store" / "s.sqlite3"))
    core = create_core(settings, slices=slices)
    return TestClient(serve_core(core, settings)), core.services

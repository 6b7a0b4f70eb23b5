"""A day of 36 races whose previews 20 clients ask for at once: each is written once, whichever queue delivers it."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from comment_app import ask, wait, write_files
from starlette.testclient import TestClient

from consultations.model_server import model_server
from graphql_api.app import create_core, serve_core
from graphql_api.comments.lookup import CommentRaces
from graphql_api.comments.service import Comments
from graphql_api.execution.context import Context
from graphql_api.functions.metrics import Metrics
from graphql_api.functions.worker import QueuedJobs
from graphql_api.installed import SLICES, read_settings
from graphql_api.jobs.runner import Jobs
from graphql_api.jobs.service import JobQueue
from graphql_api.jockeys.vocabulary import Jurisdiction, Surface
from graphql_api.races.model import Race, RaceStatus, Runner
from graphql_api.services import Services
from graphql_api.storage.metered import MeteredStorage
from graphql_api.storage.sources import open_storage
from jobs.sqs_queues import REGION, Queues, sqs_queues

DAY = date(2024, 9, 29)
CLIENTS = 20


def coming(course: str, number: int) -> Race:
    """Tell of a race to come, of whose riders three have files."""
    runners = tuple(
        Runner(horse_number=each, horse_name=f"馬{number}{each}", jockey_id=f"0000{each}", jockey_name=f"乗手{each}")
        for each in range(1, 4)
    )
    return Race(
        id=None,
        date=DAY,
        racecourse=course,
        jurisdiction=Jurisdiction.JRA,
        race_number=number,
        name=f"{course}{number}",
        surface=Surface.TURF,
        distance=1600,
        declared_runners=3,
        status=RaceStatus.UPCOMING,
        runners=runners,
    )


RACES = {
    race.ids.bridge: race for course in ("中山", "中京", "札幌") for race in (coming(course, n) for n in range(1, 13))
}


class ToldRaces(CommentRaces):
    """A look-up that knows the day's races."""

    async def race(self, _context: Context, race_id: str) -> Race | None:
        """Return what is known."""
        return RACES.get(race_id)

    async def day(self, _context: Context, _day: date) -> Sequence[Race]:
        """Return all."""
        return list(RACES.values())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the files of three riders."""
    return write_files(tmp_path_factory.mktemp("day") / "data")


@contextmanager
def served(folder: Path, tmp_path: Path, **environ: str) -> Iterator[tuple[TestClient, Services]]:
    """Serve the day."""
    names = {"JOCKEY_STORE": str(tmp_path / "store.sqlite3"), "JOCKEY_LOG_LEVEL": "ERROR"}
    settings = read_settings(
        {**names, **{f"JOCKEY_{name}": value for name, value in environ.items()}}, data=str(folder)
    )
    storage = open_storage(settings)
    services = Services(settings, storage, {CommentRaces: ToldRaces()})
    core = replace(create_core(settings, storage), services=services)
    with TestClient(serve_core(core, settings)) as client:
        yield client, services


def ask_for_all(client: TestClient) -> list[list[str]]:
    """Have all clients ask for all previews at once; give the ids of the jobs."""

    def one(_client: int) -> list[str]:
        return [ask(client, race=race_id)["job"]["id"] for race_id in RACES]

    with ThreadPoolExecutor(CLIENTS) as clients:
        return list(clients.map(one, range(CLIENTS)))


def check_all(client: TestClient, services: Services, asked: Sequence[Sequence[str]]) -> int:
    """Require that each preview was written; return the number of attempts, which is higher if some failed."""
    assert len(RACES) == 36
    assert all(jobs == asked[0] for jobs in asked)
    written = [wait(client, job_id) for job_id in asked[0]]
    assert [job["state"] for job in written] == ["SUCCEEDED"] * 36
    assert [job["comment"]["kind"] for job in written] == ["PREVIEW"] * 36
    records = list(services.get(JobQueue).ledger.list())
    assert all(record.result["new"] for record in records if record.attempts == 1)
    assert set(asyncio.run(services.get(Comments).asked(DAY))) == set(RACES)
    return sum(job["attempts"] for job in written)


def test_by_workers_of_the_plain_server(folder: Path, tmp_path: Path) -> None:
    """Two threads work while the clients ask; the model is asked once for each attempt at a preview."""
    with model_server("openai") as model:
        model.text = "レース前の記録です。"
        names = {"PROVIDER": "http", "MODEL": "test-model", "URL": f"{model.url}/v1/chat/completions"}
        with served(folder, tmp_path, **{f"COMMENTS_{name}": value for name, value in names.items()}) as (
            client,
            services,
        ):
            attempts = check_all(client, services, ask_for_all(client))
        asked = {json.loads(each["messages"][-1]["content"])["race"] for each in model.asked}
        assert len(asked) == 36
        assert len(model.asked) <= attempts


def work(services: Services, queues: Queues) -> None:
    """Do what the queue holds as the function does it; every batch is delivered twice."""
    context: Any = SimpleNamespace(aws_request_id="r-1", get_remaining_time_in_millis=lambda: 60_000)
    metrics = Metrics("dev", MeteredStorage(services.storage), cold=False)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    function = QueuedJobs(Jobs(SLICES), services, metrics)
    while (event := queues.event())["Records"]:
        function.handle(event, context)
        queues.settle(event, function.handle(event, context))
    asyncio.set_event_loop(None)
    loop.close()


def test_by_a_function_on_sqs(folder: Path, tmp_path: Path) -> None:
    """The server has no worker then; nothing is left in the queue, and nothing among the dead letters."""
    with (
        sqs_queues() as queues,
        served(folder, tmp_path, JOBS_QUEUE=queues.url, REGION=REGION) as (client, services),
    ):
        asked = ask_for_all(client)
        work(services, queues)
        check_all(client, services, asked)
        assert (queues.count(queues.url), queues.count(queues.dead_url)) == (0, 0)


CODE = """
import json, sys
from starlette.testclient import TestClient
from graphql_api.app import create_core, serve_core
from graphql_api.installed import read_settings

given = {"data": sys.argv[1], "store": sys.argv[2], "jobs_workers": 0, "jobs_queue": "https://queue"}
settings = read_settings({}, log_level="ERROR", **given)
with TestClient(serve_core(create_core(settings), settings)) as client:
    client.post("/graphql", json={"query": '{ race(id: "202406040911") { id } jockey(id: "00001") { name } }'})
    before = set(sys.modules)
    query = '{ race(id: "202406040911") { comments { text } } }'
    found = client.post("/graphql", json={"query": query}).json()
    assert found == {"data": {"race": {"comments": []}}}, found
print(json.dumps(sorted(set(sys.modules) - before)))
print(json.dumps(sorted(sys.modules)))
"""


WRITING = (
    "ahead",
    "cleaning",
    "counts",
    "facts",
    "generation",
    "jobs",
    "prompt",
    "steps",
    "template",
    "words",
    "workflow",
)


def test_reading_comments_imports_nothing_that_writes_them(folder: Path, tmp_path: Path) -> None:
    """The store, without its SDK, and the services of comments and jobs; no worker, no template, no facts."""
    command = [sys.executable, "-c", CODE, str(folder), str(tmp_path / "store.sqlite3")]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    added, everything = set(json.loads(lines[-2])), set(json.loads(lines[-1]))
    ours = {name for name in added if name.startswith("graphql_api.")}
    services = {"capabilities", "comments.service", "comments.stored", "comments.writers"}
    services |= {"jobs.ledger", "jobs.protocol", "jobs.service"}
    assert ours <= {
        *(f"graphql_api.{name}" for name in services),
        "graphql_api.store.sqlite",
        "graphql_api.store.connections",
        "graphql_api.store.bodies",
        "graphql_api.jobs.sqs",
        "graphql_api.jobs.orders",
        "graphql_api.storage.faults",
    }
    writing = {f"graphql_api.comments.{name}" for name in WRITING}
    assert not writing & everything
    never = {
        "jobs.worker",
        "jobs.embedded",
        "language_models.bedrock",
        "language_models.http",
        "notifications.delivery",
        "notifications.service",
    }
    assert not {*(f"graphql_api.{name}" for name in never), "boto3", "botocore"} & everything

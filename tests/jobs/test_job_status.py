"""``job``, and the workers of the plain server: what a client sees of a job."""

import time
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from fakes import PATIENCE
from graphql_api.app import create_app
from graphql_api.capabilities import stored_name
from graphql_api.config import Settings
from graphql_api.jobs.ledger import Ledger, Times
from graphql_api.jobs.service import job_id
from graphql_api.jobs.stored_queue import StoredQueue
from graphql_api.store.sqlite import SqliteStore

QUERY = """query Job($id: ID!) {
  job(id: $id) { id state attempts errorCode createdAt startedAt finishedAt expiresAt pollAfter }
}"""


def ask(client: TestClient, job: str) -> Any:
    """Ask for a job."""
    response = client.post("/graphql", json={"query": QUERY, "variables": {"id": job}})
    assert response.headers["cache-control"] == "no-store"
    return response.json()["data"]["job"]


def queued(path: Path) -> str:
    """Queue the warmer, as another process would; return its id."""
    store = SqliteStore(path)
    named = job_id("warm", {})
    Ledger(store, Times()).submit("warm", stored_name(named), {}, 60, StoredQueue(store).send)
    store.close()
    return named


def test_a_job_is_shown_to_who_has_its_id(sample_data: Path, tmp_path: Path) -> None:
    """The server has no workers here, so that it waits."""
    named = queued(tmp_path / "store.sqlite3")
    settings = Settings(data=str(sample_data), store=str(tmp_path / "store.sqlite3"), jobs_workers=0)
    with TestClient(create_app(settings)) as client:
        shown = ask(client, named)
        assert (shown["id"], shown["state"], shown["attempts"], shown["pollAfter"]) == (named, "QUEUED", 0, 1.0)
        assert (shown["errorCode"], shown["startedAt"], shown["finishedAt"]) == (None, None, None)
        assert shown["createdAt"] < shown["expiresAt"]
        for other in (stored_name(named), job_id("warm", {}, "another"), "nonsense"):
            assert ask(client, other) is None


def test_the_plain_server_does_what_was_left_in_the_queue(sample_data: Path, tmp_path: Path) -> None:
    """Its workers look there when it starts, and end with it."""
    named = queued(tmp_path / "store.sqlite3")
    settings = Settings(data=str(sample_data), store=str(tmp_path / "store.sqlite3"))
    with TestClient(create_app(settings)) as client:
        deadline = time.monotonic() + PATIENCE
        while (shown := ask(client, named))["state"] != "SUCCEEDED":
            assert time.monotonic() < deadline, shown
            time.sleep(0.02)
    assert (shown["attempts"], shown["errorCode"], shown["pollAfter"]) == (1, None, None)
    assert shown["createdAt"] <= shown["startedAt"] <= shown["finishedAt"]


def test_workers_start_with_the_first_job(sample_data: Path, tmp_path: Path) -> None:
    """Where the store has no file yet, there is nothing to do; whichever process makes it then is served."""
    settings = Settings(data=str(sample_data), store=str(tmp_path / "store.sqlite3"))
    with TestClient(create_app(settings)) as client:
        client.get("/health")
        assert not (tmp_path / "store.sqlite3").exists()
        named = queued(tmp_path / "store.sqlite3")
        deadline = time.monotonic() + PATIENCE
        while (shown := ask(client, named))["state"] != "SUCCEEDED":
            assert time.monotonic() < deadline, shown
            time.sleep(0.02)

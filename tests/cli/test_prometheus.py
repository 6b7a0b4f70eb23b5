"""Metrics of the plain server for Prometheus."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import httpx2 as httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from conftest import serving
from fakes import PATIENCE, FakeClock, FakeStorage
from graphql_api.cli.metrics import JOBS_SECONDS, MAX_JOBS, Metrics
from graphql_api.config import Settings
from graphql_api.errors import StoreUnavailable
from graphql_api.jobs.ledger import PAGE, Ledger, Times
from graphql_api.jobs.model import JobRecord, Order, write_record
from graphql_api.jobs.service import JobQueue
from graphql_api.jobs.stored_queue import StoredQueue
from graphql_api.services import Services
from graphql_api.store.protocol import Key, Page, Write
from graphql_api.store.service import Store
from graphql_api.store.sqlite import SqliteStore
from ports import held_port


def _samples(address: str) -> dict[tuple[str, Any], float]:
    """Return what is published: name and labels → value."""
    text = httpx.get(f"http://{address}/metrics", timeout=PATIENCE).text
    families = list(text_string_to_metric_families(text))
    return {
        (each.name, tuple(sorted(each.labels.items()))): each.value for family in families for each in family.samples
    }


def _requests(samples: dict[tuple[str, Any], float], **labels: str) -> float:
    return samples.get(("http_requests_total", tuple(sorted(labels.items()))), 0)


def test_requests_are_counted_by_route_and_status(sample_data: Path) -> None:
    """Values in paths are no labels. Repeats, unknown paths and methods are counted. The API has no such route."""
    with (
        held_port() as port,
        serving(sample_data, JOCKEY_METRICS=(address := f"127.0.0.1:{port}")) as base,
        httpx.Client(base_url=base, timeout=PATIENCE) as client,
    ):
        for number in ("00001", "00002"):
            for _ in range(4):  # from the second on out of memory, from the third on before it is parsed
                assert client.get(f"/api/jockey/{number}").status_code == 200
        for path in ("/nowhere", "/nothing"):
            client.get(path)
        client.put("/health")
        for item in ("b", "bc", "bcd"):
            client.delete(f"/cart/b/items/{item}")
        client.post("/graphql", json={"query": "{ __typename }"})
        assert client.get("/metrics").status_code == 404
        samples = _samples(address)
    route = "/api/jockey/{jockey_id}"
    assert _requests(samples, route=route, method="GET", status="200") == 8
    assert _requests(samples, route="other", method="GET", status="404") == 3
    assert _requests(samples, route="/graphql", method="POST", status="200") == 1
    assert _requests(samples, route="/cart/{cart_id}/items/{item_id}", method="DELETE", status="404") == 3
    assert _requests(samples, route="/health", method="other", status="405") == 1
    assert samples["http_request_duration_seconds_count", (("route", route),)] == 8
    assert samples["http_requests_in_flight", ()] == 0
    assert samples["snapshot_requests_total", (("outcome", "miss"),)] >= 2
    assert samples["snapshots", ()] == 2


class Counting(SqliteStore):
    """A store that counts its queries, or has none to answer."""

    queries = 0
    is_away = False

    def query(self, pk: str, prefix: str = "", after: str | None = None, limit: int = 100) -> Page:
        """Count, and answer or raise."""
        self.queries += 1
        if self.is_away:
            raise StoreUnavailable("Away by order of the test.")
        return super().query(pk, prefix, after, limit)


def test_jobs_are_counted_now_and_then_and_up_to_a_bound(tmp_path: Path) -> None:
    """However many there are, a scrape reads a bounded number of records, and tells whether these were all."""
    store, clock = Counting(tmp_path / "store.sqlite3"), FakeClock()
    queue = JobQueue(Ledger(store, Times()), StoredQueue(store))
    services = Services(Settings(), FakeStorage(), {Store: Store(store), JobQueue: queue})
    registry = Metrics(cast("Any", None), services, clock).registry

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(name, labels)

    def jobs() -> dict[str, float]:
        (found,) = (each for each in registry.collect() if each.name == "jobs")
        return {each.labels["state"]: each.value for each in found.samples}

    orders = [Order("note", f"{number:05x}", 1, {}) for number in range(MAX_JOBS + 500)]
    write = [(Key("JOBS", each.name), write_record(JobRecord(order=each, created=0))) for each in orders]
    store.put_all([Write(*each) for each in write[:3]])
    assert (jobs(), value("jobs_complete")) == ({"QUEUED": 3}, 1)
    store.put_all([Write(*each) for each in write])
    queries = store.queries
    for _ in range(20):
        assert jobs() == {"QUEUED": 3}, "as a moment ago"
    assert store.queries == queries
    clock.turn(JOBS_SECONDS)
    assert (jobs(), value("jobs_complete")) == ({"QUEUED": MAX_JOBS}, 0)
    assert store.queries - queries <= MAX_JOBS / PAGE + 1
    store.is_away = True
    clock.turn(JOBS_SECONDS)
    assert value("jobs_complete") is None
    assert value("snapshots") == 0, "all else is told"
    store.close()


@pytest.mark.parametrize("address", ["9100", "127.0.0.1:http", "127.0.0.1:99999", "192.0.2.1:9100"])
def test_an_address_that_cannot_be_had_is_refused(sample_data: Path, address: str) -> None:
    """The server does not start without the metrics that were asked for, and says why."""
    command = [sys.executable, "-m", "graphql_api", "serve", "--data", str(sample_data), "--port", "0"]
    environ = {**os.environ, "JOCKEY_METRICS": address}
    result = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 2
    assert "JOCKEY_METRICS" in result.stderr
    assert "Traceback" not in result.stderr


def test_nothing_is_imported_without_metrics() -> None:
    """Who publishes no metrics does not wait for the library."""
    code = (
        "import sys, graphql_api.cli.commands.serve, graphql_api.cli.server; print('prometheus_client' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"

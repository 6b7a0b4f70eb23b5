"""Metrics of the plain server for Prometheus, at their own address. Imported only if the settings name one.

The address is not that of the API, so that a proxy in front of the API does not publish them by accident.
"""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from threading import Lock
from typing import get_args

import prometheus_client as prometheus
from cachetools import LRUCache
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphql_api.config import ConfigError
from graphql_api.errors import ServiceError
from graphql_api.jobs.service import JobQueue
from graphql_api.services import Services
from graphql_api.snapshots.snapshots import Snapshots
from graphql_api.snapshots.trace import Outcome
from graphql_api.web.replay import Key, Replayed, replay_of

METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS"})
GRAPHQL = "/graphql"
OTHER = "other"
"""The label of requests without a route. Labels have few values, whatever clients send."""

KEPT_PATHS = 10_000
MAX_JOBS = 10_000
"""Maximum number of job records that are counted. Names are digests, so the first of them are a random sample."""

JOBS_SECONDS = 15.0
"""Seconds for which these counts are published again; Prometheus usually scrapes about as often."""

GAUGES = {
    "entries": ("snapshots", "Versions of data in memory."),
    "bytes": ("snapshot_bytes", "Memory of these versions in bytes."),
    "loading": ("snapshot_loads_in_flight", "Loads from the storage under way."),
}
"""Counts of snapshots that can decrease: their metric and its description."""

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
"""Bounds of the histogram in seconds. The default time limit of a request is 20 seconds."""


Clock = Callable[[], float]


class Metrics:
    """The layer around an application that counts and times its requests."""

    def __init__(self, app: ASGIApp, services: Services, clock: Clock = time.monotonic) -> None:
        """Count the requests to ``app``, and publish the counts of ``services`` too."""
        self.app = app
        self.registry = prometheus.CollectorRegistry()
        labels = ("route", "method", "status")
        self._requests = prometheus.Counter("http_requests", "Requests.", labels, registry=self.registry)
        self._seconds = prometheus.Histogram(
            "http_request_duration_seconds", "Time of a request.", ("route",), buckets=SECONDS, registry=self.registry
        )
        self._running = prometheus.Gauge("http_requests_in_flight", "Requests under way.", registry=self.registry)
        self._routes: LRUCache[str, str] = LRUCache(KEPT_PATHS)
        self.registry.register(_Services(services, clock))
        prometheus.ProcessCollector(registry=self.registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and count it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0

        def send_noting(message: Message) -> Awaitable[None]:
            nonlocal status
            status = message.get("status", status)
            return send(message)

        begun = time.perf_counter()
        with self._running.track_inprogress():
            try:
                await self.app(scope, receive, send_noting)
            finally:
                self._count(self._route(scope), scope["method"], status, time.perf_counter() - begun)

    def replay(self, scope: Scope, key: Key, max_bytes: int) -> Replayed | None:
        """Return the response of the inner layer, and count it."""
        inner = replay_of(self.app)
        begun = time.perf_counter()
        answer = inner(scope, key, max_bytes) if inner else None
        if answer is not None:
            self._count(self._route(scope), scope["method"], answer.status, time.perf_counter() - begun)
        return answer

    def _count(self, route: str, method: str, status: int, seconds: float) -> None:
        self._requests.labels(route, method if method in METHODS else OTHER, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def _route(self, scope: Scope) -> str:
        """Return the route of an answered request: its path with the names of parameters.

        A request that was answered from memory has no route in its scope, but the same path had one before.
        """
        path: str = scope["path"]
        if path.endswith(GRAPHQL):
            return GRAPHQL
        if "route" not in scope:
            return self._routes.get(path, OTHER)
        route: str = scope["route"].path  # never made of the path, whose values clients choose
        self._routes[path] = route
        return route


class _Services(Collector):
    """The counts of services, read when Prometheus asks."""

    def __init__(self, services: Services, clock: Clock) -> None:
        self.services = services
        self._clock = clock
        self._lock = Lock()
        self._jobs_then: list[Metric] = []
        self._counted_at = -JOBS_SECONDS

    def collect(self) -> Iterable[Metric]:
        stats: Counter[str] = Counter()
        for each in self.services.made(Snapshots):
            stats.update(each.stats())
        requests = CounterMetricFamily("snapshot_requests", "Requests for data in memory.", labels=("outcome",))
        for outcome in get_args(Outcome):
            requests.add_metric((outcome,), stats[outcome])
        yield requests
        yield CounterMetricFamily("snapshots_evicted", "Versions that had to make room.", value=stats["evicted"])
        for name, (metric, about) in GAUGES.items():
            yield GaugeMetricFamily(metric, about, value=stats[name])
        yield from self._jobs()

    def _jobs(self) -> Iterable[Metric]:
        """Count jobs by state, if this process has used the queue and the store is available."""
        queues = self.services.made(JobQueue)
        if not queues:
            return ()
        with self._lock:  # two scrapes at once count once
            now = self._clock()
            if now - self._counted_at >= JOBS_SECONDS:
                self._jobs_then = _counted(queues[0])
                self._counted_at = now
            return self._jobs_then


def _counted(queue: JobQueue) -> list[Metric]:
    """Return the counts of jobs by state, and whether they are of all jobs; nothing if the store is not available."""
    try:
        states = [record.state.name for record in islice(queue.ledger.list(), MAX_JOBS + 1)]
    except ServiceError:
        return []
    about = f"Jobs in the queue's records by state, of at most {MAX_JOBS:,}, which is a random sample."
    jobs = GaugeMetricFamily("jobs", about, labels=("state",))
    for state, count in sorted(Counter(states[:MAX_JOBS]).items()):
        jobs.add_metric((state,), count)
    is_whole = GaugeMetricFamily("jobs_complete", "1 if all jobs are counted, else 0.", value=len(states) <= MAX_JOBS)
    return [jobs, is_whole]


@contextmanager
def publishing(metrics: Metrics, address: str) -> Iterator[None]:
    """Publish metrics at ``host:port`` while the block runs. Raises ``ConfigError``."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise ConfigError(f"JOCKEY_METRICS must be an address such as 127.0.0.1:9100, not '{address}'.")
    try:
        server, thread = prometheus.start_http_server(int(port), host.strip("[]"), metrics.registry)
    except (OSError, OverflowError) as error:
        raise ConfigError(f"JOCKEY_METRICS: cannot listen on {address}: {error}.") from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

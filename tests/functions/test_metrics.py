"""The lines of metrics: which counts a request, a run of the warmer and the storage make, in a valid form."""

from typing import Any

import pytest

import emf
from fakes import FakeStorage
from graphql_api.errors import UpstreamUnavailable
from graphql_api.functions.metrics import Metrics
from graphql_api.jockeys.warmer import Warming, result_of
from graphql_api.snapshots.trace import Trace
from graphql_api.storage.metered import MeteredStorage
from graphql_api.web.middleware import RequestLog


class Meter:
    """Metrics over a fake storage, and the lines that they write."""

    def __init__(self, capture: pytest.CaptureFixture[bytes], *, cold: bool = False) -> None:
        """Count for the stage ``dev``."""
        self.behind = FakeStorage({"00001": b"data"})
        self.storage = MeteredStorage(self.behind)
        self.metrics = Metrics("dev", self.storage, cold=cold)
        self.capture = capture

    def request(self, status: int = 200, size: int = 0, seconds: float = 0.0, **fields: Any) -> dict[str, Any]:
        """Count a request; give its line."""
        log = RequestLog(request_id="r-1", **fields)
        self.metrics.request(log, status, size, seconds)
        return self.line()

    def line(self) -> dict[str, Any]:
        """Give the only line that was written since the last."""
        (line,) = emf.lines(self.capture.readouterr().out.decode())
        return line


@pytest.fixture
def meter(capfdbinary: pytest.CaptureFixture[bytes]) -> Meter:
    """Make metrics of a process that has answered before."""
    return Meter(capfdbinary)


def test_a_line_says_whose_it_is(meter: Meter) -> None:
    """Namespace and dimensions are those that alarms look for; the request id leads to the log."""
    line = meter.request()
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("JockeyAPI", [["service", "stage"]])
    assert (line["service"], line["stage"], line["request_id"]) == ("graphql-api", "dev", "r-1")


def test_latency_and_bytes_have_units(meter: Meter) -> None:
    """The time is in milliseconds, the size in bytes."""
    line = meter.request(size=1234, seconds=0.0125)
    assert (line["Latency"], line["ResponseBytes"]) == (12.5, 1234)
    assert {name: emf.units(line)[name] for name in ("Latency", "ResponseBytes", "Requests")} == {
        "Latency": "Milliseconds",
        "ResponseBytes": "Bytes",
        "Requests": "Count",
    }


@pytest.mark.parametrize(
    ("status", "codes", "counted"),
    [
        (200, [], {"Success"}),
        (304, [], {"Success"}),
        (404, [], {"ClientErrors"}),
        (413, [], {"ClientErrors"}),
        (500, [], {"ServerErrors"}),
        (503, [], {"ServerErrors"}),
        (200, ["BAD_USER_INPUT"], {"ClientErrors"}),
        (200, ["CURSOR_EXPIRED"], {"ClientErrors"}),
        (200, ["GRAPHQL_PARSE_FAILED"], {"ClientErrors", "RefusedQueries"}),
        (400, ["GRAPHQL_VALIDATION_FAILED"], {"ClientErrors", "RefusedQueries"}),
        (200, ["QUERY_TOO_COMPLEX"], {"ClientErrors", "RefusedQueries"}),
        (200, ["PERSISTED_QUERY_NOT_FOUND"], {"UnknownQueries"}),
        (400, ["PERSISTED_QUERY_NOT_FOUND"], {"UnknownQueries"}),
        (200, ["INTERNAL_SERVER_ERROR"], {"ServerErrors"}),
        (200, ["DATA_CORRUPT"], {"ServerErrors"}),
        (200, ["UPSTREAM_UNAVAILABLE"], {"ServerErrors"}),
        (504, ["TIMEOUT"], {"ServerErrors"}),
        (200, ["BAD_USER_INPUT", "DATA_CORRUPT"], {"ServerErrors"}),
    ],
)
def test_each_request_has_one_outcome(meter: Meter, status: int, codes: list[str], counted: set[str]) -> None:
    """A request succeeds or fails by fault of client or server, as its status says or the codes of its errors."""
    line = meter.request(status, codes=codes)
    assert emf.counts(line) == dict.fromkeys({"Requests", *counted}, 1)


def test_the_first_invocation_is_cold(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """A process that started for its first invocation counts one cold start, and no more."""
    meter = Meter(capfdbinary, cold=True)
    assert [meter.request().get("ColdStart") for _ in range(3)] == [1, None, None]


def test_cache_outcomes_are_counted(meter: Meter) -> None:
    """A request's jockeys are counted by where they came from; other outcomes show as the request's own."""
    log = RequestLog()
    log.trace.outcomes.update(hit=3, miss=2, revalidated=1, stale=1, late=7, missing=5, failed=4)
    meter.metrics.request(log, 200, 1, 0.1)
    cache = {"CacheHit": 3, "CacheMiss": 2, "CacheRevalidated": 1, "CacheStale": 1}
    assert emf.counts(meter.line()) == {"Requests": 1, "Success": 1, **cache}


def test_stages_are_durations(meter: Meter) -> None:
    """Each stage of the request is a metric in milliseconds; the storage has one of its own, call by call."""
    log = RequestLog()
    for stage in ("storage", "unpickle", "respond"):
        log.trace.add(stage, 0.5)
    meter.storage.read("00001.pickle")
    meter.storage.check()
    meter.metrics.request(log, 200, 1, 0.1)
    line = meter.line()
    durations = {name for name, unit in emf.units(line).items() if unit == "Milliseconds"}
    assert durations == {"Latency", "StorageLatency", "UnpickleDuration", "RespondDuration"}
    assert (line["UnpickleDuration"], len(line["StorageLatency"])) == (500, 2)


def test_storage_failures_are_counted_with_their_run(meter: Meter) -> None:
    """Calls that failed are counted once, and the run that they belong to grows from line to line until one works."""
    meter.behind.fail(UpstreamUnavailable)
    runs = []
    for _ in range(5):
        with pytest.raises(UpstreamUnavailable):
            meter.storage.read("00001.pickle")
        line = meter.request(503)
        assert line["StorageFailures"] == 1
        runs.append(line["ConsecutiveStorageFailures"])
    meter.behind.mend()
    meter.storage.read("00001.pickle")
    assert runs == [1, 2, 3, 4, 5]
    assert {"StorageFailures", "ConsecutiveStorageFailures"}.isdisjoint(meter.request())


def test_many_calls_of_the_storage_fit_a_line(meter: Meter) -> None:
    """However often the storage was asked, the line is a valid one."""
    for _ in range(250):
        meter.storage.check()
    assert len(meter.request()["StorageLatency"]) == 100


def test_a_run_of_the_warmer_is_counted_apart(meter: Meter) -> None:
    """What the warmer loads, revalidates, fails at or leaves are metrics of its own: it is no request, no cache hit."""
    trace = Trace()
    trace.outcomes.update(miss=2, revalidated=3, stale=1, failed=1, missing=1)
    trace.add("unpickle", 0.25)
    meter.metrics.job(result_of(Warming(10, trace, seconds=1.5)), "r-2")
    line = meter.line()
    assert emf.counts(line) == {
        "WarmerRuns": 1,
        "WarmerLoaded": 2,
        "WarmerRevalidated": 3,
        "WarmerFailed": 2,
        "WarmerLeft": 2,
    }
    assert (line["request_id"], line["WarmerDuration"], line["UnpickleDuration"]) == ("r-2", 1500, 250)

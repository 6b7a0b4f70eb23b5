"""Metrics of a Lambda function: one line of CloudWatch's embedded metric format (EMF) to each invocation.

Every line carries the dimensions ``service`` and ``stage``; a count that is zero is left out.

Requests                       answered, by any route; each is one of the next four
Success, ClientErrors,         by HTTP status, or by the codes of a GraphQL answer's errors, whose status may be 200
ServerErrors
UnknownQueries                 named by a hash or id that is not known here; of hashes, clients then send the text
RefusedQueries                 of the client errors: GraphQL refused before execution (syntax, limits, validation)
RateLimited                    of the client errors: the caller has used up a limit
StoreFailures                  calls to the store of keys and limits that failed
Latency, ResponseBytes         ms in the function; bytes of the body as sent, so compressed
ColdStart                      first invocations of a process
CacheHit, CacheMiss,           snapshots asked for: fresh in memory, read and decoded, unchanged in the storage, or the
CacheRevalidated, CacheStale   last good copy as reading failed
UnpickleDuration, …            ms of each stage of ``Server-Timing`` but ``storage``, which is:
StorageLatency                 ms of each call to the storage
StorageFailures,               calls that failed, and how many of those in a row, which may have begun in earlier
ConsecutiveStorageFailures     invocations of the same process
JobsSucceeded, JobsRetried,    attempts at jobs of the queue, by what came of them: JobsFailed are given up
JobsFailed
What a job tells of its run has names of its own, such as WarmerRuns.
"""

from collections.abc import Mapping
from types import MappingProxyType

import orjson
from aws_lambda_powertools.metrics import EphemeralMetrics

from graphql_api.errors import DataCorrupt, DocumentNotFound, RequestTimeout, ServiceError, UpstreamUnavailable
from graphql_api.jobs.runner import JobResult
from graphql_api.logs import write_line
from graphql_api.snapshots.trace import Outcome, Trace
from graphql_api.storage.metered import MeteredStorage
from graphql_api.web.middleware import RequestLog

NAMESPACE = "JockeyAPI"
SERVICE = "graphql-api"
UNITS = {
    "Latency": "Milliseconds",
    "Duration": "Milliseconds",
    "Seconds": "Seconds",
    "Bytes": "Bytes",
    "Percent": "Percent",
}
"""Units by the ends of names; all others are counts."""

SERVER_CODES = {each.code for each in (ServiceError, DataCorrupt, RequestTimeout, UpstreamUnavailable)}
TOO_MANY = 429
"""The status of an answer to a caller that has used up a limit."""

REFUSED_CODES = {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "QUERY_TOO_COMPLEX"}
CACHE: Mapping[Outcome, str] = {
    "hit": "CacheHit",
    "miss": "CacheMiss",
    "revalidated": "CacheRevalidated",
    "stale": "CacheStale",
}
Values = Mapping[str, float | list[float]]


class Metrics:
    """Writes the lines of one process to standard output, where Lambda takes up what it logs."""

    def __init__(self, stage: str, storage: MeteredStorage, *, cold: bool) -> None:
        """Count for ``stage``; ``cold`` says that the first invocation will have waited for this process to start."""
        self._storage = storage
        self._cold = cold
        # Only its serialising, 0.015 ms a line: to have it add metric by metric, and print, takes four times as long.
        self._format = EphemeralMetrics(namespace=NAMESPACE, default_dimensions={"service": SERVICE, "stage": stage})

    def request(self, log: RequestLog, status: int, size: int, seconds: float) -> None:
        """Count a request by its log fields, the status and bytes sent, and the time that it took."""
        codes = set(log.get("codes", ()))
        self._write(
            log.get("request_id", ""),
            log.trace,
            {
                "Requests": 1,
                _result(status, codes): 1,
                "RateLimited": int(status == TOO_MANY),
                "StoreFailures": log.get("store_failures", 0),
                "RefusedQueries": len(codes & REFUSED_CODES) and 1,
                "Latency": _milliseconds(seconds),
                "ResponseBytes": size,
                **_by_name(CACHE, log.trace),
            },
        )

    def job(self, result: JobResult, request_id: str, counts: Values = MappingProxyType({})) -> None:
        """Count a run of a job by the metrics that it tells, and by ``counts`` of whoever ran it."""
        self._write(request_id, result.trace, {**result.metrics, **counts})

    def _write(self, request_id: str, trace: Trace, values: Values) -> None:
        usage = self._storage.usage()
        stages = {f"{stage.title()}Duration": spent for stage, spent in trace.stages.items() if stage != "storage"}
        every: Values = {
            **values,
            "ColdStart": int(self._cold),
            **{name: _milliseconds(spent) for name, spent in stages.items()},
            "StorageLatency": [_milliseconds(each) for each in usage.seconds],
            "StorageFailures": usage.failures,
            "ConsecutiveStorageFailures": usage.consecutive_failures,
        }
        self._cold = False
        metrics = {name: {"Unit": _unit(name), "Value": value} for name, value in every.items() if value}
        if not metrics:  # of a job that tells of none, EMF has no line
            return
        line = self._format.serialize_metric_set(metrics, metadata={"request_id": request_id})
        write_line(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def _result(status: int, codes: set[str]) -> str:
    """Judge an answer; one of which only a part failed counts as failed."""
    if status >= 500 or codes & SERVER_CODES:
        return "ServerErrors"
    if codes == {DocumentNotFound.code}:
        return "UnknownQueries"
    return "ClientErrors" if status >= 400 or codes else "Success"


def _by_name(names: Mapping[Outcome, str], trace: Trace) -> dict[str, int]:
    """Add up a trace's outcomes under the names of their metrics; those without one are left out."""
    found = dict.fromkeys(names.values(), 0)
    for outcome, name in names.items():
        found[name] += trace.outcomes.get(outcome, 0)
    return found


def _unit(name: str) -> str:
    return next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "Count")


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 2)

"""The rows of the tables: this server's ways of answering, then the peers'."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks import catalogue, dialects
from benchmarks.catalogue import Server
from benchmarks.operations import LARGE, LARGE_ID, MEDIUM, MEDIUM_ID, STATISTICS, Workload, http
from benchmarks.servers import this_server

Requests = Callable[[Workload], Iterator[bytes] | None]

OURS = Server("this-server", this_server, dialects.OWN)
OURS_UNCACHED = Server(
    "this-server-uncached",
    lambda port, data: ["env", "JOCKEY_ENCODED_BYTES=0", *this_server(port, data)],
    dialects.OWN,
)

ENCODED = "this server: encoded each time"
PROJECTION = "this server: projection cached"
REPEATED = "this server: repeated request"
REST = "this server: REST, projection cached"
REST_REPEATED = "this server: REST, repeated request"
NOT_MODIFIED = "this server: REST, 304"

JOCKEYS: dict[Workload, str] = {MEDIUM: MEDIUM_ID, LARGE: LARGE_ID}
"""Whom the REST route is asked for, which gives all of a jockey's rows; there is no jockey of one row."""

COUNTER = 12
"""Digits that make a request new."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One row: which process it asks, and with which requests; None where it has nothing for the workload."""

    name: str
    server: Server
    requests: Requests
    note: str


def _numbered(request: bytes) -> Iterator[bytes]:
    """Send a request with another number each time in the place of its mark, so that no cache knows it."""
    head, tail = request.split(b"#" * COUNTER)
    return (head + b"%0*d" % (COUNTER, number) + tail for number in itertools.count())


def _new(workload: Workload) -> Iterator[bytes]:
    """Ask the same by a body that never repeats: ``extensions`` is free for clients."""
    payload = {
        "query": workload.document,
        "variables": workload.variables,
        "extensions": {"request": "#" * COUNTER},
    }
    return _numbered(http("/graphql", payload))


def _new_rows(workload: Workload) -> Iterator[bytes] | None:
    """Ask for what the cache of encoded lists can hold, which statistics are not."""
    return None if workload is STATISTICS else _new(workload)


def _rest_new(workload: Workload) -> Iterator[bytes] | None:
    """Ask with an Accept header that never repeats, and accepts whatever comes; an unknown parameter would be 400."""
    if workload not in JOCKEYS:
        return None
    return _numbered(_with_header(_rest(workload), b"Accept: */*, x/" + b"#" * COUNTER))


def _rest_repeated(workload: Workload) -> Iterator[bytes] | None:
    return itertools.repeat(_rest(workload)) if workload in JOCKEYS else None


def _conditional(workload: Workload) -> Iterator[bytes] | None:
    requests = _rest_new(workload)
    return requests and (_with_header(each, b"If-None-Match: *") for each in requests)


def _with_header(request: bytes, header: bytes) -> bytes:
    return request.replace(b"\r\n", b"\r\n" + header + b"\r\n", 1)


def _rest(workload: Workload) -> bytes:
    return http(f"/api/jockey/{JOCKEYS[workload]}")


def _repeat(server: Server) -> Requests:
    return lambda workload: itertools.repeat(server.asks(workload)) if server.knows(workload) else None


CONTENDERS = (
    Contender(ENCODED, OURS_UNCACHED, _new, "a miss: executed and encoded; nothing cached, no body repeats"),
    Contender(
        PROJECTION,
        OURS,
        _new_rows,
        "a miss: executed, no body repeats; encoded lists of 64 rows and more come from the cache",
    ),
    Contender(
        REPEATED,
        OURS,
        _repeat(OURS),
        "a hit: the very same request again, answered from the response cache without executing it; answers up to "
        "64 KiB (small, filter, statistics) even before the request is parsed",
    ),
    Contender(
        REST,
        OURS,
        _rest_new,
        "a miss: GET /api/jockey/{id}, with a header that never repeats; the source's own columns, encoded lists from "
        "the cache",
    ),
    Contender(REST_REPEATED, OURS, _rest_repeated, "a hit: the very same request again, from the response cache"),
    Contender(NOT_MODIFIED, OURS, _conditional, "a miss: the header that never repeats, and If-None-Match"),
    *(Contender(each.name, each.server, _repeat(each.server), each.note) for each in catalogue.PEERS),
)

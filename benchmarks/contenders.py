"""The rows of the tables: this server's ways of answering, then the peers'."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks import catalogue
from benchmarks.catalogue import Server
from benchmarks.operations import LARGE_ID, MEDIUM_ID, Size, connection, document, http
from benchmarks.servers import this_server

Requests = Callable[[Size], Iterator[bytes] | None]

OURS = Server("this-server", this_server)
OURS_UNCACHED = Server(
    "this-server-uncached", lambda port, data: ["env", "JOCKEY_ENCODED_BYTES=0", *this_server(port, data)]
)

ENCODED = "this server: encoded each time"
PROJECTION = "this server: projection cached"
REPEATED = "this server: repeated request"
REST = "this server: REST"
NOT_MODIFIED = "this server: REST, 304"


@dataclass(frozen=True, slots=True)
class Contender:
    """One row: which process it asks, and with which requests; None where it has nothing of that size."""

    name: str
    server: Server
    requests: Requests
    note: str


def _ever_new(size: Size) -> Iterator[bytes]:
    """Ask the same by a body that never repeats (``extensions`` is free for clients), so that no cache knows it."""
    payload = {
        "query": document(size),
        "variables": {"id": LARGE_ID, "first": size.rows},
        "extensions": {"request": "#" * 12},
    }
    head, tail = http("/graphql", payload).split(b"#" * 12)
    return (head + b"%012d" % number + tail for number in itertools.count())


def _rest(size: Size) -> Iterator[bytes] | None:
    if size.rows == 1:
        return None
    return itertools.repeat(http(f"/api/jockey/{MEDIUM_ID if size.name == 'medium' else LARGE_ID}"))


def _conditional(size: Size) -> Iterator[bytes] | None:
    requests = _rest(size)
    return requests and (each.replace(b"\r\n", b"\r\nIf-None-Match: *\r\n", 1) for each in requests)


def _repeat(asks: Callable[[Size], bytes]) -> Requests:
    return lambda size: itertools.repeat(asks(size))


CONTENDERS = (
    Contender(ENCODED, OURS_UNCACHED, _ever_new, "executed and encoded: no cache of encoded lists, no body repeats"),
    Contender(PROJECTION, OURS, _ever_new, "executed; the encoded list comes from the cache, no body repeats"),
    Contender(REPEATED, OURS, _repeat(connection), "the very same request again: whatever cache there is may answer"),
    Contender(REST, OURS, _rest, "GET /api/jockey/{id}: the source's own columns"),
    Contender(NOT_MODIFIED, OURS, _conditional, "the same with If-None-Match"),
    *(Contender(each.name, each.server, _repeat(each.asks), each.note) for each in catalogue.PEERS),
)
"""Peers are asked with one body, over and over: none of them caches whole answers."""

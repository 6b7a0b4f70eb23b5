"""Fuzzing: generated operations, generated REST requests, and raw bytes on a socket. ``make fuzz`` goes on for longer.

Whatever comes is answered as JSON, never with 5xx and never with an unexpected error.
"""

import asyncio
import json
import os
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import starmap
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from graphql import StringValueNode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from starlette.testclient import TestClient

from graphql_api.app import api_schema, create_core, serve_core
from graphql_api.installed import read_settings
from graphql_api.japan_time import JST
from graphql_api.odds.job import update
from graphql_api.odds.mock import MockOdds
from graphql_api.odds.updates import OddsUpdates
from graphql_api.races.mock import SEED, FictionalRacing
from graphql_api.samples.calendar import Calendar
from graphql_api.store.service import Store

hypothesis_graphql = pytest.importorskip("hypothesis_graphql", reason="hypothesis-graphql is not installed")
schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "50"))
QUICK = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
IDS = st.sampled_from(["00001", "00002", "a0001", "99999", "x", "", "../00001"])
STRINGS = st.one_of(IDS, st.text(max_size=20))
SCALARS = {
    "Date": st.one_of(st.dates().map(str), st.sampled_from(["2024-02-30", "24-1-1", ""])),
    "DateTime": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
}
RACES = st.sampled_from(["20250628_05_11", "20250628_05_12"])
NOON = datetime(2025, 6, 28, 12, tzinfo=JST)
"""Of a Saturday with races of JRA in the fictional calendar, whose odds are updated once."""

SCALARS["ID"] = st.one_of(RACES, STRINGS)
LITERALS = {name: texts.map(lambda text: StringValueNode(value=text)) for name, texts in SCALARS.items()}

REQUEST = (
    b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 24\r\n"
    b'Connection: close\r\n\r\n{"query":"{__typename}"}'
)


@pytest.fixture(scope="module")
def client(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Give a client of an application over the sample data and a fictional race day, with a store of its own."""
    store = str(tmp_path_factory.mktemp("store") / "store.sqlite3")
    environ = {"JOCKEY_RACES_PROVIDER": "mock", "JOCKEY_ODDS_UPDATES": "true"}
    given = read_settings(environ, data=str(sample_data), store=store, log_level="ERROR", stage="local", jobs_workers=0)
    core = create_core(given)
    racing = FictionalRacing(Calendar(SEED), lambda: NOON)
    odds = OddsUpdates(MockOdds(racing), core.services.get(Store).sync, 86_400, now=lambda: NOON)
    core.services._made |= {FictionalRacing: racing, OddsUpdates: odds}
    assert asyncio.run(update(core.services, 50, everything=True)).boards, "a race day has odds"
    with TestClient(serve_core(core, given), raise_server_exceptions=False) as client:
        yield client


def check(answer: dict[str, Any]) -> None:
    """Hold an answer to the form of a response map without unexpected errors."""
    assert set(answer) <= {"data", "errors", "extensions"}
    for error in answer.get("errors", ()):
        assert error["extensions"]["code"] not in {"INTERNAL_SERVER_ERROR", "DATA_CORRUPT"}, error


@given(query=hypothesis_graphql.queries(api_schema().as_str(), custom_scalars=LITERALS, allow_x00=False))
@QUICK
def test_generated_operations_are_answered(client: TestClient, query: str) -> None:
    """Any operation of the schema's grammar is answered, or refused for what its arguments say."""
    response = client.post("/graphql", json={"query": query})
    assert response.status_code in {200, 413}, response.text
    check(response.json())


@given(query=hypothesis_graphql.mutations(api_schema().as_str(), custom_scalars=LITERALS, allow_x00=False))
@settings(QUICK, max_examples=max(1, EXAMPLES // 2))
def test_generated_mutations_are_answered(client: TestClient, query: str) -> None:
    """So is any mutation."""
    response = client.post("/graphql", json={"query": query})
    assert response.status_code in {200, 413}, response.text
    check(response.json())


@given(
    body=st.fixed_dictionaries(
        {"query": st.one_of(st.text(), hypothesis_graphql.queries(api_schema().as_str(), custom_scalars=LITERALS))},
        optional={
            name: st.recursive(
                st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), STRINGS),
                lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
                max_leaves=10,
            )
            for name in ("variables", "operationName", "extensions", "something")
        },
    ),
    accept=st.sampled_from(["*/*", "application/graphql-response+json", "text/html"]),
)
@QUICK
def test_any_parameters_are_answered(client: TestClient, body: dict[str, Any], accept: str) -> None:
    """Parameters of any type and text, in the body and in the query string, are answered with JSON."""
    content = json.dumps(body, ensure_ascii=True)
    posted = client.post("/graphql", content=content, headers={"content-type": "application/json", "accept": accept})
    assert posted.status_code in {200, 400, 406, 413}
    check(posted.json())
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}
    try:
        got = client.get("/graphql", params=texts, headers={"accept": "application/json"})
    except UnicodeEncodeError:
        return  # a lone surrogate, which no client can put into a URL
    assert got.status_code in {200, 400, 405, 413, 414}
    check(got.json())


def test_rest_keeps_to_its_document(client: TestClient) -> None:
    """Every generated request, valid or not, gets a status, headers and a body that the OpenAPI document tells of."""
    document = schemathesis.openapi.from_asgi("/openapi.json", client.app)
    operations = [found.ok() for found in document.get_all_operations()]
    assert len(operations) > 2
    for operation in operations:
        for mode in schemathesis.GenerationMode:
            hold(operation, mode)


def is_beyond(name: str, text: Any) -> bool:
    """Say whether a parameter is refused for what no pattern tells: NUL anywhere, or a name that stands twice."""
    names = [part.partition(".")[0] for part in str(text).split(",")]
    return "\0" in f"{name}{text}" or len(set(names)) < len(names)


def hold(operation: Any, mode: Any) -> None:
    """Hold one operation to its document, for requests that follow it or that do not."""
    checks = schemathesis.checks

    @given(case=operation.as_strategy(generation_mode=mode), race=st.none() | RACES)
    @settings(QUICK, max_examples=max(1, EXAMPLES // 10))
    def keeps(case: Any, race: str | None) -> None:
        if race and mode is schemathesis.GenerationMode.POSITIVE and "race_id" in (case.path_parameters or {}):
            case.path_parameters["race_id"] = race  # no generated id is that of a race
        given = case.query or {}
        beyond_schemas = {
            # What is empty counts as absent; what is too long is 414, which the check does not know.
            checks.negative_data_rejection: "" in given.values() or len(quote(str(given))) > 10_000,
            checks.positive_data_acceptance: "date_in" in given
            or case.method == "POST"  # bets have rules that no schema tells
            or ("limit" in given and "/rides." in case.path)  # it depends on how many columns are asked for
            or "Range" in (case.headers or {})  # of which an answer may have nothing
            or any(starmap(is_beyond, given.items())),
        }
        case.call_and_validate(excluded_checks=[check for check, applies in beyond_schemas.items() if applies])

    with suppress(Unsatisfiable):  # an operation without parameters cannot be asked wrongly
        keeps()


@given(
    data=st.one_of(
        st.binary(max_size=300),
        st.tuples(st.integers(0, len(REQUEST)), st.integers(0, 8), st.binary(max_size=8)).map(
            lambda cut: REQUEST[: cut[0]] + cut[2] + REQUEST[cut[0] + cut[1] :]
        ),
    )
)
@QUICK
def test_raw_bytes_do_not_bring_the_server_down(live_server: str, data: bytes) -> None:
    """Garbage, and requests with bytes cut out, put in or changed, are refused or answered; so is the next request."""
    answer = _send(live_server, data)
    assert not answer or answer.startswith(b"HTTP/1.1 ")
    assert not answer.startswith(b"HTTP/1.1 5"), answer
    with urllib.request.urlopen(f"{live_server}/health", timeout=10) as health:
        assert health.status == 200


def _send(url: str, data: bytes) -> bytes:
    """Send bytes, say that no more will come, and read what is answered."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        answer = b""
        with suppress(ConnectionResetError):  # refused before all was sent
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65_536):
                answer += chunk
    return answer

"""Athena as the engine: waiting, stopping, failures, types and pages of results, and values in texts."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import duckdb
import pytest
import requests
from archives import Archive, refreshed, write_files
from athenas import CREDENTIALS, athena_client, athena_of, client_of, receipt_of, say_published
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from fake_athena import FakeAthena, back, kinds_of, served
from graphql_api.archive.athena.client import LazyClient
from graphql_api.archive.athena.engine import AthenaEngine
from graphql_api.archive.athena.results import read_pages
from graphql_api.archive.athena.translation import MAX_BYTES, translate
from graphql_api.archive.published import NAME, Table, load, write
from graphql_api.archive.questions import Statement
from graphql_api.errors import (
    DataCorrupt,
    QueryTooComplex,
    RequestTimeout,
    ServiceError,
    StorageFault,
    UpstreamUnavailable,
)
from graphql_api.execution.budget import Budget
from graphql_api.storage.folder import FolderStorage
from graphql_api.workers import Workers
from graphql_client import codes, data, run
from waiting import until

COUNT = Statement("SELECT count(*) FROM rides")
RIDES = "{ rides { totalCount } }"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give two jockeys' files with an archive, as if published."""
    root = tmp_path_factory.mktemp("athena") / "data"
    write_files(root, ["00001", "00002"], 40)
    refreshed(FolderStorage(root))
    say_published(FolderStorage(root))
    return root


def nothing(_: str) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
    """Answer one row of one number."""
    return ["bigint"], [(80,)]


class Asked:
    """An engine over an Athena on this machine."""

    def __init__(self, folder: Path, athena: FakeAthena) -> None:
        """Take what was published; DuckDB answers what needs no rides."""
        self.athena = athena
        self.workers = Workers(2, "test-athena")
        self.archive = Archive(FolderStorage(folder))
        self.client = LazyClient("")
        published = receipt_of(FolderStorage(folder))
        self.engine = AthenaEngine(published, self.client, "own", self.workers, self.archive.engine)

    def ask(self, statement: Statement = COUNT, budget: Budget | None = None) -> list[tuple[Any, ...]]:
        """Ask a question."""
        return asyncio.run(self.engine.ask(statement, budget or Budget()))

    def close(self) -> None:
        """Let go of all."""
        self.workers.close()
        self.client.close()
        self.archive.close()


@pytest.fixture
def asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    """Serve an Athena that answers all alike."""
    athena = FakeAthena(nothing)
    with served(athena) as address:
        for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL_ATHENA": address}.items():
            monkeypatch.setenv(name, value)
        opened = Asked(folder, athena)
        yield opened
        opened.close()


# A question on its way.


def test_a_question_is_looked_at_until_it_is_answered(asked: Asked) -> None:
    """It names the workgroup, whose bounds hold, and may be answered by an earlier result of the same snapshots."""
    asked.athena.states = ("QUEUED", "RUNNING", "RUNNING")
    assert asked.ask() == [(80,)]
    assert asked.athena.calls == ["StartQueryExecution", *["GetQueryExecution"] * 4, "GetQueryResults"]
    (request,) = asked.athena.requests
    assert (request["WorkGroup"], request["QueryExecutionContext"]) == ("own", {"Database": "graphql_api"})
    assert request["ResultReuseConfiguration"]["ResultReuseByAgeConfiguration"]["Enabled"] is True
    assert asked.ask() == [(80,)]  # of what is kept
    assert len(asked.athena.asked) == 1
    assert asked.athena.stopped == []


def test_a_question_past_its_time_is_stopped(asked: Asked) -> None:
    """The request fails by its own code, and Athena is told before it has ended."""
    asked.athena.states = ["RUNNING"] * 1_000

    def clock() -> float:
        return float(asked.athena.calls.count("GetQueryExecution") > 1)

    with pytest.raises(RequestTimeout):
        asked.ask(budget=Budget(seconds=0.5, clock=clock))
    assert until(lambda: asked.athena.stopped == ["execution-0"])


def test_a_question_ends_with_its_request(asked: Asked) -> None:
    """A caller that gives up stops it."""
    asked.athena.states = ["RUNNING"] * 1_000

    async def give_up() -> None:
        task = asyncio.ensure_future(asked.engine.ask(COUNT, Budget()))
        assert await asyncio.to_thread(until, lambda: "GetQueryExecution" in asked.athena.calls)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(give_up())
    assert until(lambda: asked.athena.stopped == ["execution-0"])


def test_a_question_past_its_time_is_told_over_http(folder: Path) -> None:
    """By the code of all requests that take too long."""
    with athena_of(folder) as (athena, _), athena_client(folder, JOCKEY_REQUEST_TIMEOUT="0.3") as client:
        athena.states = ["RUNNING"] * 1_000
        answer = client.post("/graphql", json={"query": RIDES})
        assert (answer.status_code, codes(answer.json())) == (504, ["TIMEOUT"])
        assert until(lambda: len(athena.stopped) == len(athena.asked))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ({"State": "CANCELLED", "StateChangeReason": "Bytes scanned limit was exceeded"}, QueryTooComplex),
        ({"State": "FAILED", "StateChangeReason": "Query exhausted resources at this scale factor"}, QueryTooComplex),
        ({"State": "FAILED", "AthenaError": {"ErrorCategory": 1, "ErrorType": 1}}, UpstreamUnavailable),
        ({"State": "FAILED", "AthenaError": {"ErrorCategory": 2, "Retryable": True}}, UpstreamUnavailable),
        ({"State": "CANCELLED"}, UpstreamUnavailable),
        (
            {"State": "FAILED", "StateChangeReason": "TABLE_NOT_FOUND", "AthenaError": {"ErrorCategory": 2}},
            StorageFault,
        ),
    ],
)
def test_failures_have_codes(asked: Asked, status: dict[str, Any], error: type[ServiceError]) -> None:
    """A bound that is passed is the client's, what may pass is to be tried again, all else is the operator's."""
    asked.athena.failure = status
    with pytest.raises(error) as raised:
        asked.ask()
    assert raised.type is error
    assert "TABLE" not in raised.value.message


@pytest.mark.parametrize(
    ("call", "refusal", "error"),
    [
        ("StartQueryExecution", ("AccessDeniedException", 400), StorageFault),
        ("StartQueryExecution", ("UnrecognizedClientException", 400), UpstreamUnavailable),
        ("StartQueryExecution", ("InvalidRequestException", 400), StorageFault),
        ("GetQueryExecution", ("AccessDeniedException", 400), StorageFault),
        ("GetQueryResults", ("AccessDeniedException", 400), StorageFault),
    ],
)
def test_refusals_are_translated(asked: Asked, call: str, refusal: tuple[str, int], error: type[ServiceError]) -> None:
    """A question that was begun is stopped."""
    asked.athena.refuse = {call: refusal}
    with pytest.raises(error):
        asked.ask()
    assert asked.athena.stopped == ([] if call == "StartQueryExecution" else ["execution-0"])


def test_throttled_calls_are_tried_again(asked: Asked) -> None:
    """By the SDK."""
    asked.athena.refuse = {"StartQueryExecution": ("TooManyRequestsException", 400), "GetQueryResults": ("x", 500)}
    assert asked.ask() == [(80,)]


def test_questions_without_rides_stay_in_the_process(asked: Asked) -> None:
    """Tables of jockeys and of horses are small."""
    assert asked.ask(Statement("SELECT count(*) FROM jockeys", (), ("jockeys",))) == [(2,)]
    assert asked.athena.calls == []


# Results.


def test_values_have_the_types_of_duckdb(asked: Asked) -> None:
    """Dates, decimals, booleans, doubles to the last bit, null beside an empty text, and lists of texts."""
    row = (7, 0.1 + 0.2, True, date(2024, 2, 29), "", None, Decimal("1.10"), '["東京, 右","中山",null]', "[1,2]")
    athena = asked.athena
    athena._ask = lambda _: (kinds_of([row], len(row)), [row])
    columns = "1, 2, 3, 4, 5, 6, 7, list(DISTINCT racecourse), corner_positions"
    (found,) = asked.ask(Statement(f"SELECT {columns} FROM rides"))
    assert found == (*row[:7], ["東京, 右", "中山", None], [1, 2])
    assert list(map(type, found[:7])) == list(map(type, row[:7]))


def test_results_come_in_pages(folder: Path, asked: Asked) -> None:
    """Only the first row of all is the names of the columns."""
    rows = [(number,) for number in range(2_500)]
    asked.athena._ask = lambda _: (["bigint"], rows)
    assert asked.ask() == rows
    assert asked.athena.calls.count("GetQueryResults") == 3


def test_results_of_too_many_values_are_refused(asked: Asked) -> None:
    """They are not taken into memory."""
    asked.engine.max_values = 2_000
    asked.athena._ask = lambda _: (["bigint"], [(number,) for number in range(50_000)])
    with pytest.raises(QueryTooComplex):
        asked.ask()
    assert asked.athena.calls.count("GetQueryResults") == 3


@pytest.mark.parametrize(
    ("kind", "cells"),
    [("row", [{}]), ("bigint", [{"VarCharValue": "x"}]), ("bigint", [{}, {}]), ("date", [{"VarCharValue": ""}])],
)
def test_results_of_another_form_are_refused(kind: str, cells: list[dict[str, str]]) -> None:
    """Nothing is guessed."""
    page: Any = {
        "ResultSet": {"Rows": [{"Data": []}, {"Data": cells}], "ResultSetMetadata": {"ColumnInfo": [{"Type": kind}]}}
    }
    with pytest.raises(StorageFault):
        list(read_pages([page], frozenset()))


def test_moto_answers_what_is_queued(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another implementation of Athena's calls, with its results told beforehand."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    try:
        for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": address}.items():
            monkeypatch.setenv(name, value)
        bounds = {"BytesScannedCutoffPerQuery": 10_000_000_000}
        boto3.client("athena").create_work_group(Name="own", Configuration=bounds)
        result = {"rows": [{"Data": [{"VarCharValue": "_col0"}]}, {"Data": [{"VarCharValue": "80"}]}]}
        result["column_info"] = [{"Name": "_col0", "Type": "bigint"}]
        queued = {"account_id": "123456789012", "region": "ap-northeast-1", "results": [result]}
        requests.post(f"{address}/moto-api/static/athena/query-results", json=queued, timeout=10).raise_for_status()
        with athena_client(folder) as client:
            assert data(client, RIDES)["rides"]["totalCount"] == 80
    finally:
        requests.post(f"{address}/moto-api/reset", timeout=10)  # it keeps all in the process
        server.stop()


# Texts.


TABLES = {"rides": Table("rides", 5)}


@given(
    st.lists(
        st.one_of(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
            st.integers(-(2**31), 2**31),
            st.floats(allow_nan=False),
            st.dates(),
            st.booleans(),
            st.none(),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_values_stay_values(values: list[Any]) -> None:
    """Whatever a client sends comes back as it was, by Athena's text translated back, to the last bit."""
    marks = ", ".join(f"${place + 1}" for place in range(len(values)))
    text, _ = translate(Statement(f"SELECT {marks}", tuple(values)), "d", TABLES)
    assert duckdb.sql(back(text)).fetchall() == [tuple(values)]


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE rides; --", "%' OR 1=1 --", "$1", "\\", "\\'", "' UNION SELECT 1", "?"]
)
def test_texts_are_no_part_of_a_statement(folder: Path, text: str) -> None:
    """Neither over GraphQL."""
    query = """query ($text: String!) {
        rides(filter: {or: [{horseName: {contains: $text}}, {raceName: {in: [$text]}}]}) { totalCount } }"""
    with athena_of(folder) as (athena, _), athena_client(folder) as client:
        assert data(client, query, text=text)["rides"]["totalCount"] == 0
        assert athena.asked[0].count(";") == text.count(";") * 2


def test_halves_are_rounded_to_even() -> None:
    """Athena rounds them up, so that the text says otherwise."""
    numbers = [0.5, 1.5, 2.5, -0.5, -1.5, 242.5, 243.5, 0.49999999999999994, 2.4 * 100, 1e15 + 0.5]
    for number in numbers:
        text, _ = translate(Statement("SELECT round_even($1, 0)", (number,)), "d", TABLES)
        assert "ROUND_EVEN" not in text
        assert duckdb.sql(back(text)).fetchall() == [(float(round(number)),)]


def test_a_text_that_is_too_long_is_refused() -> None:
    """Before Athena refuses it."""
    values = tuple("x" * 100 for _ in range(MAX_BYTES // 100))
    marks = ", ".join(f"${place + 1}" for place in range(len(values)))
    with pytest.raises(QueryTooComplex):
        translate(Statement(f"SELECT 1 FROM rides WHERE horse_name IN ({marks})", values), "d", TABLES)


# What was published.


def test_without_a_published_archive_all_that_takes_one_says_so(tmp_path: Path) -> None:
    """With what to do."""
    write_files(tmp_path, ["00001"])
    refreshed(FolderStorage(tmp_path))
    with athena_client(tmp_path) as client:
        answer = run(client, RIDES)
        assert codes(answer) == ["INDEX_REQUIRED"]
        assert "graphql-api archive publish" in answer["errors"][0]["message"]


@pytest.mark.parametrize("damage", [b"junk", b"[]", b"{}"])
def test_what_is_no_receipt_is_refused(damage: bytes) -> None:
    """As a damaged manifest is."""
    with pytest.raises(DataCorrupt):
        load(damage)


def test_a_receipt_needs_all_tables(folder: Path) -> None:
    """And is read as it was written."""
    published = receipt_of(FolderStorage(folder))
    assert load(write(published)) == published
    content = json.loads(write(published))
    del content["tables"]["jockeys"]
    with pytest.raises(DataCorrupt):
        load(json.dumps(content).encode())


def test_servers_answer_what_was_published(folder: Path, tmp_path: Path) -> None:
    """What was indexed since is not seen before it is published."""
    write_files(tmp_path / "data", ["00001"], 20)
    storage = FolderStorage(tmp_path / "data")
    refreshed(storage)
    say_published(storage)
    write_files(tmp_path / "data", ["00002"], 20)
    refreshed(storage)
    with athena_client(tmp_path / "data") as distributed, client_of(tmp_path / "data") as embedded:
        query = "{ jockeys { totalCount } }"
        assert data(distributed, query)["jockeys"]["totalCount"] == 1
        assert data(embedded, query)["jockeys"]["totalCount"] == 2
    assert (tmp_path / "data" / NAME).exists()


def test_the_engine_is_imported_by_the_first_question(folder: Path) -> None:
    """Neither SQLGlot nor the SDK before; without SQLGlot the answer names the extra."""
    code = f"""
import asyncio, sys
from graphql_api.app import create_core
from graphql_api.installed import read_settings
environ = {{"JOCKEY_ARCHIVE_ENGINE": "athena"}}
core = create_core(read_settings(environ, data={str(folder)!r}, log_level="ERROR"))
asyncio.run(core.run('{{ jockey(id: "00001") {{ name }} }}'))
print([name in sys.modules for name in ("sqlglot", "boto3", "graphql_api.archive.athena")])
asyncio.run(core.run('{{ jockeys {{ totalCount }} }}'))
print([name in sys.modules for name in ("sqlglot", "boto3")])
sys.modules["sqlglot"] = None
print(asyncio.run(core.run("{{ rides {{ totalCount }} }}")).decode())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    before, then, answer = [line for line in done.stdout.splitlines() if '"level"' not in line]
    assert before == "[False, False, False]"
    assert then == "[False, False]"
    told = json.loads(answer)
    assert codes(told) == ["ENGINE_MISSING"]
    assert "pip install -e '.[athena]'" in told["errors"][0]["message"]

"""An Athena on this machine: over HTTP, as the SDK asks it, with the texts translated back and asked of DuckDB.

Values are told as Athena tells them: each as a text, null as nothing, in pages with the names of the columns in the
first row of all.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import sqlglot
from sqlglot import exp

Ask = Callable[[str], tuple[Sequence[str], Sequence[Sequence[Any]]]]
"""Gives the types of the columns in Athena's words, and the rows, of a text in DuckDB's SQL."""

_KINDS = {"int": "bigint", "float": "double", "str": "varchar", "bool": "boolean", "date": "date", "Decimal": "decimal"}


class FakeAthena:
    """Executions by their ids; ``asked`` are the texts, ``stopped`` the ids of those that were stopped.

    ``states`` are what executions are in, one at each look, before they succeed; ``failure`` is the status that all
    end with. ``refuse`` maps names of calls to the error codes and statuses that they are answered with, once each.
    """

    def __init__(self, ask: Ask, page: int = 1_000) -> None:
        """Answer by ``ask``, in pages of ``page`` rows."""
        self._ask = ask
        self._page = page
        self._lock = threading.Lock()
        self._results: dict[str, tuple[Sequence[str], Sequence[Sequence[Any]]]] = {}
        self._states: dict[str, Iterator[str]] = {}
        self.asked: list[str] = []
        self.requests: list[Mapping[str, Any]] = []
        self.stopped: list[str] = []
        self.calls: list[str] = []
        self.states: Sequence[str] = ()
        self.failure: Mapping[str, Any] = {}
        self.refuse: dict[str, tuple[str, int]] = {}

    def answer(self, call: str, given: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
        """Answer one call of the SDK."""
        with self._lock:
            self.calls.append(call)
            if refused := self.refuse.pop(call, None):
                return refused[1], {"__type": refused[0], "Message": "refused"}
            found: tuple[int, Mapping[str, Any]] = getattr(self, f"_{call}")(given)
            return found

    def _StartQueryExecution(self, given: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:  # noqa: N802
        name = f"execution-{len(self.asked)}"
        self.asked.append(given["QueryString"])
        self.requests.append(given)
        self._states[name] = iter(self.states)
        return 200, {"QueryExecutionId": name}

    def _GetQueryExecution(self, given: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:  # noqa: N802
        state = next(self._states[given["QueryExecutionId"]], None)
        status = {"State": state} if state else self.failure or {"State": "SUCCEEDED"}
        return 200, {"QueryExecution": {"Status": status}}

    def _StopQueryExecution(self, given: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:  # noqa: N802
        self.stopped.append(given["QueryExecutionId"])
        return 200, {}

    def _GetQueryResults(self, given: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:  # noqa: N802
        name = given["QueryExecutionId"]
        if name not in self._results:
            self._results[name] = self._ask(back(self.asked[int(name.removeprefix("execution-"))]))
        kinds, rows = self._results[name]
        first = int(given.get("NextToken", 0))
        last = first + min(self._page, given["MaxResults"])
        header = [] if first else [{"Data": [{"VarCharValue": "name"} for _ in kinds]}]
        data = [{"Data": [_cell(value) for value in row]} for row in rows[first:last]]
        result = {"Rows": header + data, "ResultSetMetadata": {"ColumnInfo": [_column(kind) for kind in kinds]}}
        return 200, {"ResultSet": result, **({"NextToken": str(last)} if last < len(rows) else {})}


def _column(kind: str) -> Mapping[str, str]:
    return {"Name": "name", "Type": kind}


def _cell(value: Any) -> Mapping[str, str]:
    if value is None:
        return {}
    if isinstance(value, bool):
        return {"VarCharValue": str(value).lower()}
    return {"VarCharValue": value.isoformat() if isinstance(value, date) else str(value)}


def kinds_of(rows: Sequence[Sequence[Any]], columns: int) -> list[str]:
    """Return the types of columns by their first known values."""
    first = [next((row[place] for row in rows if row[place] is not None), "") for place in range(columns)]
    assert all(isinstance(value, int | float | str | date | Decimal) for value in first)
    return [_KINDS[type(value).__name__] for value in first]


def back(text: str, dialect: str = "duckdb") -> str:
    """Translate a text of Athena's SQL, with the archive's own tables in the place of the published ones."""
    parsed = sqlglot.parse_one(text, read="athena")
    for table in list(parsed.find_all(exp.Table)):
        if table.args.get("version"):
            assert re.fullmatch(r"\d+", table.args["version"].expression.name)
            table.replace(exp.Table(this=exp.to_identifier(table.name), alias=table.args.get("alias")))
    return parsed.sql(dialect=dialect)


@contextmanager
def served(athena: FakeAthena) -> Iterator[str]:
    """Serve the fake; give its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            given = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, body = athena.answer(self.headers["x-amz-target"].partition(".")[2], given)
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/x-amz-json-1.1")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

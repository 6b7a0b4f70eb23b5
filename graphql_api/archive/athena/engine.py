"""The distributed engine: Athena over what was published. Questions of jockeys and horses alone stay with DuckDB.

A question is started, looked at with growing pauses, and read page by page, by a thread that waits. Where its request
ends before it, it is stopped, so that nothing is read for nobody. Results of equal questions to the same snapshots are
taken from Athena's own memory, which reads nothing.
"""

import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING, Any

from graphql_api.archive.asking import MAX_VALUES, Asking, Question, checked
from graphql_api.archive.athena.client import REFUSED, UNAVAILABLE, LazyClient, translated
from graphql_api.archive.athena.results import read_pages
from graphql_api.archive.athena.translation import translate
from graphql_api.archive.engine import Engine
from graphql_api.archive.held import Answer, Held
from graphql_api.archive.published import RIDES, Published
from graphql_api.archive.questions import Statement
from graphql_api.errors import QueryTooComplex, ServiceError, StorageFault, UpstreamUnavailable
from graphql_api.execution.budget import Budget
from graphql_api.workers import Workers

if TYPE_CHECKING:
    from types_boto3_athena.type_defs import GetQueryResultsOutputTypeDef

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 0.1, 1.0, 1.5
"""Seconds between the start of a question and the first look at it, and between two looks at most."""

PAGE = 1_000
"""Rows of a page, the most that Athena gives."""

REUSE_MINUTES = 7 * 24 * 60
"""How old a result may be that is taken again: the most that Athena allows, as a snapshot never changes."""

STOP_SECONDS = 2.0
"""Seconds for which a request that ended waits until its question was told to stop."""

TOO_MUCH_DATA = "The query reads more data than allowed. Add a filter, for example on `year`, or use fewer fields."
TOO_MUCH_MEMORY = "This query needs more memory than allowed. Add a filter, or use fewer keys."
_REASONS = {"Bytes scanned limit was exceeded": TOO_MUCH_DATA, "Query exhausted resources": TOO_MUCH_MEMORY}


class AthenaEngine:
    """The tables of one published version."""

    def __init__(
        self, published: Published, client: LazyClient, workgroup: str, workers: Workers, embedded: Engine
    ) -> None:
        """Ask ``workgroup``, in threads of ``workers``; ``embedded`` answers what no table of rides is needed for."""
        self.published = published
        self.client = client
        self.workgroup = workgroup
        self.held = Held()
        self.max_values = MAX_VALUES
        self._asking = Asking(workers)
        self._embedded = embedded

    async def ask(self, statement: Statement, budget: Budget) -> Answer:
        """Answer a question; see ``Engine.ask``."""
        if RIDES not in statement.tables:
            return await self._embedded.ask(statement, budget)
        return await self._asking.ask(statement, _Run(self, statement), budget)


class _Run(Question):
    """One question on its way through Athena."""

    grace = STOP_SECONDS

    def __init__(self, engine: AthenaEngine, statement: Statement) -> None:
        self._engine = engine
        self._statement = statement
        self._stopped = Event()

    def __call__(self) -> Answer:
        """Ask, in a thread."""
        engine = self._engine
        engine.held.check()
        text, lists = translate(self._statement, engine.published.database, engine.published.tables)
        with translated():
            execution = self._started(text)
            try:
                self._wait(execution)
                rows = self._rows(execution, lists)
            except BaseException:
                with suppress(Exception):  # what ended the question is what is to be told
                    engine.client().stop_query_execution(QueryExecutionId=execution)
                raise
        engine.held.add(checked(rows, engine.max_values))
        return rows

    def stop(self) -> None:
        """End the question."""
        self._stopped.set()

    def _started(self, text: str) -> str:
        """Start the question, and return the id of its execution."""
        if self._stopped.is_set():
            raise CancelledError
        engine = self._engine
        return engine.client().start_query_execution(
            QueryString=text,
            ClientRequestToken=uuid.uuid4().hex,  # for the SDK's own retries
            QueryExecutionContext={"Database": engine.published.database},
            WorkGroup=engine.workgroup,
            ResultReuseConfiguration={
                "ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": REUSE_MINUTES}
            },
        )["QueryExecutionId"]

    def _wait(self, execution: str) -> None:
        """Wait until the question is answered. Raises ours for its failure, ``CancelledError`` once it is stopped."""
        pause = FIRST_PAUSE
        while not self._stopped.wait(pause):
            status = self._engine.client().get_query_execution(QueryExecutionId=execution)["QueryExecution"]["Status"]
            if status["State"] == "SUCCEEDED":
                return
            if status["State"] in {"FAILED", "CANCELLED"}:
                raise failure(status)
            pause = min(LONGEST_PAUSE, pause * GROWTH)
        raise CancelledError

    def _rows(self, execution: str, lists: frozenset[int]) -> Answer:
        """Read the pages, until there are more values than allowed."""
        rows = Answer()
        for piece in read_pages(self._pages(execution), lists):
            rows += piece
            if rows.size > self._engine.max_values:
                break
        return rows

    def _pages(self, execution: str) -> "Iterator[GetQueryResultsOutputTypeDef]":
        more: dict[str, Any] = {}
        while True:
            if self._stopped.is_set():
                raise CancelledError
            page = self._engine.client().get_query_results(QueryExecutionId=execution, MaxResults=PAGE, **more)
            yield page
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}


def failure(status: Mapping[str, Any]) -> ServiceError:
    """Return the error for an execution that failed or was cancelled, by what Athena says of it."""
    reason, error = status.get("StateChangeReason", ""), status.get("AthenaError", {})
    for part, message in _REASONS.items():
        if part in reason:
            return QueryTooComplex(message, reason=reason)
    is_passing = status["State"] == "CANCELLED" or error.get("Retryable") or error.get("ErrorCategory") == _SYSTEM
    kind: type[ServiceError] = UpstreamUnavailable if is_passing else StorageFault
    message = UNAVAILABLE if is_passing else REFUSED
    return kind(message, reason=reason, error_type=error.get("ErrorType"), service="athena")


_SYSTEM = 1
"""The category of Athena's own errors; 2 is of the query, 3 of all others."""

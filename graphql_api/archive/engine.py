"""What answers questions to the archive: DuckDB in this process, or Athena."""

from typing import Protocol

from graphql_api.archive.held import Answer
from graphql_api.archive.questions import Statement
from graphql_api.execution.budget import Budget


class Engine(Protocol):
    """The tables of one version."""

    async def ask(self, statement: Statement, budget: Budget) -> Answer:
        """Answer a question with its rows. A caller that gives up, or whose time is over, ends it.

        Raises ``EngineMissing``, ``RequestTimeout``, ``QueryTooComplex``, ``NoSpace``, ``Overloaded``,
        ``UpstreamUnavailable`` and ``StorageFault``.
        """

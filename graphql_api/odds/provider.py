"""The interface of providers of odds."""

from typing import Protocol

from graphql_api.odds.model import Board
from graphql_api.races.model import Race


class OddsProvider(Protocol):
    """A provider of odds. Its methods block and are called in threads."""

    def board(self, race: Race) -> Board | None:
        """Return the current odds of a race. None if it has none.

        Raises ``UpstreamUnavailable`` for all faults. The provider has its own time limit.
        """

    def close(self) -> None:
        """Close connections."""

"""Who tells odds: the provider of race cards."""

from typing import Protocol

from graphql_api.odds.model import Board
from graphql_api.races.model import Race


class OddsProvider(Protocol):
    """A provider of odds; its methods block, and are called in threads."""

    def board(self, race: Race) -> Board | None:
        """Return the odds of a race as they are now; None where there are none of it.

        Raises ``UpstreamUnavailable`` for whatever goes wrong, within a time of its own.
        """

    def close(self) -> None:
        """Close connections."""

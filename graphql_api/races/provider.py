"""Who tells of races beside the archive: a source of cards, held as snapshots."""

from typing import Protocol

from graphql_api.races.cards import Card
from graphql_api.snapshots.source import Source


class CardProvider(Source[Card], Protocol):
    """A provider of cards, by the keys of ``cards``; its methods are called in threads.

    ``read`` raises ``NotFound`` for what there is not, and ``UpstreamUnavailable`` for whatever else goes wrong.
    """

    def close(self) -> None:
        """Let go of connections."""

"""The interface of providers of races: a source of cards, which are cached as snapshots."""

from typing import Protocol

from graphql_api.races.cards import Card
from graphql_api.snapshots.source import Source


class CardProvider(Source[Card], Protocol):
    """A provider of cards by the keys of ``cards``. Its methods are called in threads.

    ``read`` raises ``NotFound`` for a missing card, and ``UpstreamUnavailable`` for all other faults.
    """

    def close(self) -> None:
        """Close connections."""

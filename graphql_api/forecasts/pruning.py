"""Deletes results of steps for versions that are no longer in the registry."""

from graphql_api.errors import NotFound
from graphql_api.forecasts.artefacts import Artefacts
from graphql_api.forecasts.cards import read_card
from graphql_api.forecasts.registry import Registry

KINDS = ("model", "evaluation", "losses", "report", "predictions")
"""Prefixes of names of objects of a version."""


def prune(artefacts: Artefacts, registry: Registry) -> None:
    """Delete old results of versions that are not in the registry. Recent ones stay, as another run may use them.

    Raises as ``Storage``.
    """
    versions = set(registry.versions())
    for kind in KINDS:
        names = artefacts.names(f"{kind}-")
        artefacts.delete_old(f"{kind}-", [name for name in names if _version(name) in versions])
    boosters: set[str] = set()
    for version in versions:
        try:
            card = read_card(artefacts, version)
        except NotFound:
            continue
        boosters |= {card.booster, *(month.booster for month in card.months)}
    artefacts.delete_old("booster-", boosters)


def _version(name: str) -> str:
    """Return the version in a name."""
    return name.split("-")[1].partition(".")[0]

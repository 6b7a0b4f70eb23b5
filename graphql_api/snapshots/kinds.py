"""The kinds of snapshots by their names in ETags. A service is made when it is first used."""

from collections.abc import Mapping
from typing import Any

from graphql_api.services import Services
from graphql_api.slices import load
from graphql_api.snapshots.snapshots import Snapshots


class Kinds:
    """Finds the service of a kind of snapshots."""

    def __init__(self, services: Services, classes: Mapping[str, str]) -> None:
        """Store the services' ``classes`` by name, each as ``module:attribute``."""
        self._services = services
        self._classes = classes

    def get(self, name: str) -> Snapshots[Any] | None:
        """Return the service. None for an unknown name."""
        if name not in self._classes:
            return None
        found: Snapshots[Any] = self._services.get(load(self._classes[name]))
        return found

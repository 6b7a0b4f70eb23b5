"""The kinds of snapshots that there are, by the names that ETags give them; a service is made when it is asked for."""

from collections.abc import Mapping
from typing import Any

from graphql_api.services import Services
from graphql_api.slices import load
from graphql_api.snapshots.snapshots import Snapshots


class Kinds:
    """Finds the service that holds a kind of snapshots."""

    def __init__(self, services: Services, classes: Mapping[str, str]) -> None:
        """Know the services' ``classes`` by name, each as ``module:attribute``."""
        self._services = services
        self._classes = classes

    def get(self, name: str) -> Snapshots[Any] | None:
        """Return the service; None for a name that is not known here."""
        if name not in self._classes:
            return None
        found: Snapshots[Any] = self._services.get(load(self._classes[name]))
        return found

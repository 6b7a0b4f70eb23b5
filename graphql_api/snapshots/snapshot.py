"""A value as one version of its bytes says."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from graphql_api.snapshots.snapshots import Snapshots

V = TypeVar("V")


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Snapshot(Generic[V]):
    """One version of one key.

    ``size`` is in bytes as stored, ``stored_as`` the key in the storage, ``etag`` without quotes, ``last_modified`` in
    UTC, None if the storage does not say. ``stale`` marks the last good copy, served because the storage or the new
    version fails or takes long. ``fresh_until`` is on the owner's clock: callers want ``max_age``. A version that
    proves unchanged is a new snapshot with the very same ``value``.
    """

    owner: "Snapshots[V]"
    key: str
    value: V
    etag: str
    last_modified: datetime | None
    size: int
    stored_as: str
    stale: bool
    fresh_until: float

    @property
    def max_age(self) -> int:
        """Return the whole seconds until it is checked against the storage again, for ``Cache-Control``."""
        return self.owner.max_age(self)

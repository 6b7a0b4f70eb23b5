"""The value of one version of an object."""

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
    UTC, None if the storage does not know it. ``stale`` marks the last good copy, used because the storage or the new
    version fails or is slow. ``fresh_until`` is by the owner's clock: callers use ``max_age``. An unchanged version
    is a new snapshot with the same ``value`` object.
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
        """Return the whole seconds until the next check of the storage, for ``Cache-Control``."""
        return self.owner.max_age(self)

"""What the repository gives: a jockey as one version of its file says."""

from dataclasses import dataclass
from datetime import datetime

from graphql_api.jockeys.records import RaceRecords


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Snapshot:
    """One version of one jockey.

    ``size`` is in bytes as stored, ``etag`` without quotes, ``last_modified`` in UTC, None where the storage does not
    say. ``stale`` marks the last good copy, served because the storage or the new file fails or takes long.
    ``fresh_until`` is on the repository's clock: callers want ``Repository.max_age``. A version that proves unchanged
    is a new snapshot with the very same ``records``.
    """

    jockey_id: str
    records: RaceRecords
    etag: str
    last_modified: datetime | None
    size: int
    key: str
    stale: bool
    fresh_until: float

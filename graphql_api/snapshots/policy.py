"""The limits of a cache of snapshots: how long a version is current, and how much is kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The bounds of one kind of snapshots.

    A version is checked after ``ttl`` seconds, and may answer for ``stale_limit`` more while it cannot be. An absent
    key, or a version that was refused, is asked for again after ``missing_ttl`` seconds.
    """

    ttl: float
    stale_limit: float
    missing_ttl: float
    max_entries: int
    max_bytes: float
    max_missing: int

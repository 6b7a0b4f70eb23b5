"""The limits of a cache of snapshots: how long a version is current, and how much is stored."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The limits of one kind of snapshots.

    A version is checked after ``ttl`` seconds. If that fails, it may be used for ``stale_limit`` more. An absent
    key, or a refused version, is read again after ``missing_ttl`` seconds.
    """

    ttl: float
    stale_limit: float
    missing_ttl: float
    max_entries: int
    max_bytes: float
    max_missing: int

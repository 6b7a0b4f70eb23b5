"""What is stored of a key, and where: ``APIKEY#{id}`` holds the key, its limits' marks, and its usage."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any

from graphql_api.store.protocol import Key

SCOPES = ("graphql", "rest", "export")
"""What a key may be used for: GraphQL with its named operations, the plain routes, and files to be downloaded."""

REQUESTS, COST = "requests", "cost"
LIMITS = (REQUESTS, COST)
"""Names of the limits, and of the numbers that hold their marks and count usage."""

LIST = "APIKEYS"
"""The partition in which all keys are listed by id: a table is never scanned."""

USAGE = "USAGE#"
MINUTE = "RATELIMIT#"


def key_of(key_id: str) -> Key:
    """Return where a key's record is."""
    return Key(f"APIKEY#{key_id}", "METADATA")


def entry_of(key_id: str) -> Key:
    """Return where a key is listed."""
    return Key(LIST, key_id)


def usage_of(key_id: str, day: str) -> Key:
    """Return where a day's usage is counted; ``day`` is of the form 2026-01-31, in UTC."""
    return Key(f"APIKEY#{key_id}", USAGE + day)


def minute_of(key_id: str, minute: str) -> Key:
    """Return where a minute's requests are counted; ``minute`` is of the form 2026-01-31T23:59, in UTC."""
    return Key(f"APIKEY#{key_id}", MINUTE + minute)


@dataclass(frozen=True, slots=True)
class Secret:
    """The digest of a key's text, and until when it holds, in seconds since 1970 (None: always)."""

    digest: str
    until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """A key. ``requests`` and ``cost`` are its limits a minute, None those of the settings.

    ``created`` and ``expires`` are in seconds since 1970; None is never.
    """

    id: str
    name: str
    scopes: tuple[str, ...] = SCOPES
    requests: int | None = None
    cost: int | None = None
    created: float
    expires: float | None = None
    enabled: bool = True
    secrets: tuple[Secret, ...] = ()

    def holds_until(self, digest: str, now: float) -> float | None:
        """Return until when a digest is that of a valid key (infinity: always); None where it is not now."""
        if not self.enabled:
            return None
        for secret in self.secrets:
            if compare_digest(secret.digest, digest):
                end = min(self.expires or float("inf"), secret.until or float("inf"))
                return end if now < end else None
        return None

    def lists(self, digest: str) -> bool:
        """Return whether a digest is that of a text of this key, valid or not."""
        return any(compare_digest(secret.digest, digest) for secret in self.secrets)

    def body(self) -> dict[str, Any]:
        """Return what is stored."""
        return asdict(self)

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> "KeyRecord":
        """Read what was stored."""
        secrets = tuple(Secret(**each) for each in body["secrets"])
        return cls(**{**body, "scopes": tuple(body["scopes"]), "secrets": secrets})


def moment(seconds: float) -> datetime:
    """Return a time in seconds since 1970 as a datetime in UTC, to the second."""
    return datetime.fromtimestamp(int(seconds), UTC)

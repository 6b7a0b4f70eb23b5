"""ETags of GraphQL responses over GET. They contain what a response depends on: request, code and data versions.

A tag can be checked before execution, and in a new process before anything is decoded: the tag itself
names each key with its version, so it is enough to ask the storage whether these are current.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from graphql_api.errors import ServiceError
from graphql_api.snapshots.kinds import Kinds
from graphql_api.snapshots.snapshot import Snapshot
from graphql_api.snapshots.snapshots import Snapshots
from graphql_api.web.conditional import MAX_TAG_LENGTH, held_tags

MAX_VERSIONS = 4
"""Maximum number of versions in a tag. Responses of more versions have no tag, since a header must stay short."""

_VERSION = r"/[a-z]{1,16}:[0-9A-Za-z_.-]{1,64}=[0-9A-Za-z-]{1,64}"
_TAG = re.compile(rf'(?:W/)?"([0-9a-f]{{32}})((?:{_VERSION}){{1,{MAX_VERSIONS}}})"')


class Version(NamedTuple):
    """A version that a tag names."""

    owner: Snapshots[Any]
    key: str
    etag: str


def request_digest(schema: bytes, media_type: str, query: str, name: str | None, variables: Mapping[str, Any]) -> str:
    """Return a digest of all that a response depends on except the data. ``schema`` is a digest of the API's schema."""
    asked = orjson.dumps([media_type, query, name, variables], option=orjson.OPT_SORT_KEYS)
    return blake2b(asked, key=schema, digest_size=16).hexdigest()


def tag(digest: str, snapshots: Iterable[Snapshot[Any]]) -> str | None:
    """Return the ETag of a response. None if it cannot be validated later."""
    versions = "".join(sorted(f"/{each.owner.name}:{each.key}={each.etag}" for each in snapshots))
    found = f'W/"{digest}{versions}"'
    return found if len(found) <= MAX_TAG_LENGTH and _TAG.fullmatch(found) else None


def cacheable(digest: str, snapshots: Sequence[Snapshot[Any]] | None) -> dict[str, str]:
    """Return the headers with which caches keep a response until the server would check for newer versions.

    Without ``snapshots`` it is unknown how long it is valid, so it must not be cached.
    """
    if not snapshots:
        return {"cache-control": "no-store"}
    found = tag(digest, snapshots)
    headers = {"cache-control": f"public, max-age={min(each.max_age for each in snapshots)}"}
    return {**headers, "etag": found} if found else headers


class Validators:
    """Checks tags by the services of the kinds that they name."""

    def __init__(self, kinds: Kinds) -> None:
        """Store the kinds of snapshots that tags may name."""
        self._kinds = kinds

    def held(self, found: str) -> dict[str, str]:
        """Return the headers of a 304. Versions that are not in memory were checked just now."""
        versions = self._versions(found)
        snapshots = [each.owner.cached(each.key) for each in versions]
        ages = [*(each.owner.ttl for each in versions), *(each.max_age for each in snapshots if each)]
        return {"cache-control": f"public, max-age={min(ages)}", "etag": found}

    async def still_valid(self, request: Mapping[str, str], digest: str) -> str | None:
        """Return the client's tag that is still valid; None if the operation has to run.

        The storage is asked once for each key, and for ``MAX_VERSIONS`` at most, however many tags there are.
        """
        asked: dict[tuple[str, str], tuple[str, bool]] = {}
        for held in held_tags(request):
            parts = _TAG.fullmatch(held)
            if parts and parts[1] == digest and await _unchanged(self._versions(held), asked):
                return held
        return None

    def _versions(self, held: str) -> list[Version]:
        """Return the versions that a tag names. None of them if it names an unknown kind."""
        parts = _TAG.fullmatch(held)
        found = []
        for text in parts[2].split("/")[1:] if parts else ():
            name, _, version = text.partition(":")
            key, _, etag = version.partition("=")
            owner = self._kinds.get(name)
            if owner is None:
                return []
            found.append(Version(owner, key, etag))
        return found


async def _unchanged(versions: Sequence[Version], asked: dict[tuple[str, str], tuple[str, bool]]) -> bool:
    """Return whether there are versions and all are current. ``asked`` are those that the storage was asked about."""
    for owner, key, etag in versions:
        current = owner.cached(key)
        if current is not None:
            same = current.etag == etag and not current.stale
        else:
            place = owner.name, key
            if place not in asked and len(asked) < MAX_VERSIONS:
                asked[place] = etag, await _holds(owner, key, etag)
            same = asked.get(place) == (etag, True)
        if not same:
            return False
    return bool(versions)


async def _holds(owner: Snapshots[Any], key: str, etag: str) -> bool:
    """Return whether a key still has a version, by asking the storage; False if that fails."""
    try:
        return await owner.unchanged(key, etag)
    except ServiceError:
        return False

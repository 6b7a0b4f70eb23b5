"""ETags of GraphQL answers over GET, made of what an answer depends on: the request, the schema, the files it read.

Such a tag can be judged before anything is executed, and on a cold process before any file is decoded: the tag itself
names the jockeys and the versions of their files, so asking the storage whether these still hold is enough.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import orjson

from graphql_api.errors import ServiceError
from graphql_api.jockeys import ids
from graphql_api.repository.repository import Repository
from graphql_api.repository.snapshot import Snapshot
from graphql_api.web.conditional import held_tags

MOST_JOCKEYS = 4
"""Answers made of more files get no tag: it would grow past what a header should hold."""

_VERSION = r"\.[0-9a-z]{4,5}=[0-9A-Za-z-]{1,64}"
_TAG = re.compile(rf'(?:W/)?"([0-9a-f]{{32}})((?:{_VERSION}){{1,{MOST_JOCKEYS}}})"')


def request_digest(schema: bytes, media_type: str, query: str, name: str | None, variables: Mapping[str, Any]) -> str:
    """Digest all that shapes an answer but the data. ``schema`` digests the code's version of the API."""
    asked = orjson.dumps([media_type, query, name, variables], option=orjson.OPT_SORT_KEYS)
    return blake2b(asked, key=schema, digest_size=16).hexdigest()


def tag(digest: str, snapshots: Iterable[Snapshot]) -> str | None:
    """Name an answer; None where it cannot be named in a form that can be judged again."""
    versions = "".join(sorted(f".{each.jockey_id}={each.etag}" for each in snapshots))
    found = f'W/"{digest}{versions}"'
    return found if _TAG.fullmatch(found) else None


def cacheable(digest: str, snapshots: Sequence[Snapshot] | None, repository: Repository) -> dict[str, str]:
    """Give the headers by which caches keep an answer as long as the server would not look for newer files.

    Without ``snapshots`` nobody can tell how long it holds, and nobody is to keep it.
    """
    if not snapshots:
        return {"cache-control": "no-store"}
    found = tag(digest, snapshots)
    headers = {"cache-control": f"public, max-age={min(map(repository.max_age, snapshots))}"}
    return {**headers, "etag": found} if found else headers


def held(found: str, repository: Repository) -> dict[str, str]:
    """Give the headers of a 304; files that are not in memory were asked for just now."""
    ages = [repository.max_age(each) for each in map(repository.cached, jockey_ids(found)) if each]
    return {"cache-control": f"public, max-age={min([repository.ttl, *ages])}", "etag": found}


async def still_valid(request: Mapping[str, str], digest: str, repository: Repository) -> str | None:
    """Give the tag that the client holds and that still names the answer; None where the operation has to run.

    The storage is asked once for each jockey, and for ``MOST_JOCKEYS`` at most, however many tags there are.
    """
    asked: dict[str, tuple[str, bool]] = {}
    for held in held_tags(request):
        parts = _TAG.fullmatch(held)
        if parts and parts[1] == digest and await _unchanged(parts[2], repository, asked):
            return held
    return None


async def _unchanged(versions: str, repository: Repository, asked: dict[str, tuple[str, bool]]) -> bool:
    """Say whether all jockeys still have their versions; ``asked`` are those that the storage was asked about."""
    for version in versions.split(".")[1:]:
        jockey_id, _, etag = version.partition("=")
        current = repository.cached(jockey_id)
        if current is None and jockey_id not in asked and len(asked) < MOST_JOCKEYS:
            try:
                same = await repository.unchanged(ids.jockey_id(jockey_id), etag)
            except ServiceError:
                same = False
            asked[jockey_id] = etag, same
        if current is not None:
            same = current.etag == etag and not current.stale
        else:
            same = asked.get(jockey_id) == (etag, True)
        if not same:
            return False
    return True


def jockey_ids(held: str) -> list[str]:
    """Give the jockeys whose files a tag names."""
    parts = _TAG.fullmatch(held)
    return [each.partition("=")[0] for each in parts[2].split(".")[1:]] if parts else []

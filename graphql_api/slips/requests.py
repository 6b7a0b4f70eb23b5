"""Ids of clients' requests, so that a request that is sent again has no second effect."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from graphql_api.errors import BadUserInput

MAX_LENGTH = 100
_PRINTABLE = re.compile(rf"[!-~]{{1,{MAX_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class ClientRequest:
    """A request with a client's id: digests of the id and of the request."""

    name: str
    asked: str


def client_request(request_id: str | None, asked: Sequence[Any]) -> ClientRequest | None:
    """Read a request's id. None if it has none. Raises ``BadUserInput``."""
    if request_id is None:
        return None
    if not _PRINTABLE.fullmatch(request_id):
        raise BadUserInput(f"'clientRequestId' must have 1 to {MAX_LENGTH} printable ASCII characters.")
    return ClientRequest(_digest(request_id.encode()), _digest(orjson.dumps(asked)))


def random_part(request_id: str) -> bytes:
    """Return the random bytes of a client's id, which must be a UUID of version 4. Raises ``BadUserInput``."""
    try:
        read = uuid.UUID(request_id)
    except ValueError:
        read = None
    if read is None or read.version != 4:
        raise BadUserInput("To create a slip or a consultation, 'clientRequestId' must be a random UUID (version 4).")
    return read.bytes


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()

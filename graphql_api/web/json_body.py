"""JSON in requests: bodies of limited size, read strictly. Each fault has its own status."""

import json
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.types import Receive

from graphql_api.errors import BadRequest, BodyTooLarge, ContentCoding, MediaType

JSON = "application/json"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MAX_DIGITS = 20
MAX_LEVELS = 200
"""Maximum depth of JSON in a request, which is about the depth that parsers and writers allow."""

NO_LISTS = "Batches are not supported: send one operation a request."


async def read_body(receive: Receive, headers: Mapping[str, str], most: int) -> bytes:
    """Read a JSON body of limited size. Raises ``BadRequest`` or the error of its status."""
    content_type, _, parameters = headers.get("content-type", "").partition(";")
    if content_type.strip().lower() != JSON or (parameters and not _is_utf8(parameters)):
        raise MediaType(f"A POST request must have the content type {JSON}, in UTF-8.")
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise ContentCoding("The request body must not be compressed.")
    declared = headers.get("content-length", "0")
    if declared.isdecimal() and int(declared[:MAX_DIGITS]) > most:
        raise _too_large(most)
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadRequest("The request body ended before it was complete.")
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > most:
            raise _too_large(most)
        more = message.get("more_body", False)
    return b"".join(chunks)


def _too_large(most: int) -> BodyTooLarge:
    return BodyTooLarge(f"The request body is larger than {most} bytes.")


def _is_utf8(parameters: str) -> bool:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower() in {"utf-8", "utf8"}
    return True


def json_object(body: bytes) -> dict[str, Any]:
    """Read a body that must be an object. Raises ``BadRequest``."""
    value = loads(body.removeprefix(BYTE_ORDER_MARK), "The request body")
    if isinstance(value, list):
        raise BadRequest(NO_LISTS)
    if not isinstance(value, dict):
        raise BadRequest("The request body must be a JSON object.")
    return value


def loads(text: bytes, what: str) -> Any:
    """Read JSON strictly: UTF-8, no NaN, no lone surrogates, limited nesting, no duplicate key."""
    try:
        value = orjson.loads(text)
        if text.count(b"[") + text.count(b"{") > MAX_LEVELS and _levels(value) > MAX_LEVELS:
            raise BadRequest(f"{what} is nested more than {MAX_LEVELS} levels deep.")
        if _may_repeat_keys(text, value):
            json.loads(text, object_pairs_hook=_unique)
    except _DuplicateKey as error:
        raise BadRequest(f"{what} has the key '{str(error)[:100]}' twice in one object.") from error
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"{what} is not valid JSON.") from error
    return value


def _may_repeat_keys(text: bytes, value: Any) -> bool:
    """Return whether JSON has to be searched for duplicate keys, which takes longer than all other reading.

    JSON has one colon for each key, and those in texts. If the parsed value has fewer colons when it is written
    again, a key was duplicate. An escape may hide a colon, so JSON with escapes is always searched.
    """
    return b"\\u" in text or text.count(b":") != orjson.dumps(value).count(b":")


def _levels(value: Any) -> int:
    """Count the levels of objects and lists in a JSON value."""
    levels, level = 0, [value]
    while level := [each for each in level if isinstance(each, dict | list)]:
        levels += 1
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return levels


class _DuplicateKey(Exception):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise _DuplicateKey(name)
        seen.add(name)

"""Responses of GraphQL over HTTP: errors in their public form, and the response map as chunks of JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from graphql import GraphQLError

from graphql_api.errors import BadUserInput, DataCorrupt, ServiceError
from graphql_api.execution.engine import Answer
from graphql_api.logs import EventLogger

CHUNK_BYTES = 65_536
MAX_ERRORS = 100
"""Maximum number of errors in one response. A damaged file could cause one in every row."""

NULL_IN_NON_NULL = "Cannot return null for non-nullable field"

log = EventLogger(__name__)


def response_map(answer: Answer, request_id: str) -> list[bytes]:
    """Return a result as JSON, and log its errors. Call it once for each result."""
    return write_map(answer.data, public_errors(answer, request_id))


def public_errors(answer: Answer, request_id: str) -> list[dict[str, Any]]:
    """Return the public form of a result's errors, a hundred at most, and log all of them."""
    errors = [public_error(each, request_id) for each in answer.errors[:MAX_ERRORS]]
    if len(answer.errors) > MAX_ERRORS:
        more = f"There are {len(answer.errors) - MAX_ERRORS} errors more."
        errors.append({"message": more, "extensions": {"code": errors[-1]["extensions"]["code"]}})
    for each in answer.errors:
        _drop_tracebacks(each)
    return errors


def _drop_tracebacks(error: BaseException | None) -> None:
    """Free the frames of an error's traceback: they refer to the request, its data and the error itself."""
    while error is not None:
        error.__traceback__ = None
        if isinstance(error, GraphQLError):
            _drop_tracebacks(error.original_error)
        error = error.__cause__ or error.__context__


def write_map(
    data: list[bytes] | None, errors: list[dict[str, Any]], extensions: Mapping[str, Any] | None = None
) -> list[bytes]:
    """Return ``{"errors": …, "data": …, "extensions": …}`` as JSON; errors come first, so that they are seen."""
    parts: list[bytes] = []
    if errors:
        parts += [b',"errors":', orjson.dumps(errors)]
    if data is not None:
        parts += [b',"data":', *data]
    if extensions:
        parts += [b',"extensions":', orjson.dumps(extensions)]
    parts[0] = b"{" + parts[0].removeprefix(b",")
    return _coalesce([*parts, b"}"])


def public_error(error: GraphQLError, request_id: str) -> dict[str, Any]:
    """Log an error, and return its public form."""
    formatted: dict[str, Any] = dict(error.formatted)
    original = error.original_error
    if isinstance(original, ServiceError):
        if original.status >= 500:
            log.error("operation_failed", code=original.code, error=original.message, **original.log_fields)
        return {**formatted, "message": original.message, "extensions": {"code": original.code}}
    refused_before_execution = error.path is None and "code" in (error.extensions or {})
    if original is None or isinstance(original, GraphQLError) or refused_before_execution:
        return {**formatted, "extensions": {"code": BadUserInput.code, **(error.extensions or {})}}
    if error.message.startswith(NULL_IN_NON_NULL):
        return {**formatted, "extensions": {"code": DataCorrupt.code}}
    log.error("unexpected_error", exc_info=original)
    extensions = {"code": ServiceError.code, "requestId": request_id}
    return {**formatted, "message": "Internal server error", "extensions": extensions}


def _coalesce(chunks: Sequence[bytes]) -> list[bytes]:
    """Join small neighbouring chunks. A large chunk is not copied."""
    if sum(map(len, chunks)) < CHUNK_BYTES:
        return [b"".join(chunks)]
    joined: list[bytes] = []
    small: list[bytes] = []
    for chunk in chunks:
        if len(chunk) < CHUNK_BYTES:
            small.append(chunk)
            continue
        if small:
            joined.append(b"".join(small))
            small = []
        joined.append(chunk)
    if small:
        joined.append(b"".join(small))
    return joined

"""Requests to ``/mcp``, read and checked before the SDK sees them, whose own messages name its internals."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.responses import Response
from starlette.types import Receive, Scope

from graphql_api.errors import BadRequest, NotAcceptable, ServiceError
from graphql_api.web.json_body import BYTE_ORDER_MARK, JSON, NO_LISTS, loads, read_body
from graphql_api.web.json_responses import uncached
from graphql_api.web.middleware import request_log
from graphql_api.web.negotiation import preferred_media_type

PARSE_ERROR, INVALID_REQUEST, INVALID_PARAMS = -32700, -32600, -32602
"""Codes of JSON-RPC 2.0."""

VERSION = "2.0"
CALL = "tools/call"

_PROTOCOL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Id = str | int | None


class Refused(Exception):
    """A request that is not run: a JSON-RPC code, one of our errors, and the id of the request if it has a good one."""

    def __init__(self, code: int, error: ServiceError, id: Id = None) -> None:  # noqa: A002
        """Refuse with the message and the status of ``error``."""
        super().__init__(error.message)
        self.code, self.error, self.id = code, error, id

    def response(self, scope: Scope) -> Response:
        """Return it as a JSON-RPC error, and note it for the log."""
        error = self.error
        request_log(scope).update(code=error.code, error=error.message, **error.log_fields)
        body = {"jsonrpc": VERSION, "id": self.id, "error": {"code": self.code, "message": error.message}}
        return uncached(body, error.status, error.headers)


class Fault(NamedTuple):
    """What is wrong with a message."""

    code: int
    message: str


async def read_message(headers: Mapping[str, str], receive: Receive, max_bytes: int) -> bytes:
    """Return the body of a request that the SDK can read. Raises ``Refused``."""
    try:
        if preferred_media_type(headers.get("accept"), (JSON,), JSON) is None:
            raise NotAcceptable(f"'Accept' must allow {JSON}.")
        if not _PROTOCOL.fullmatch(headers.get("mcp-protocol-version", "2025-03-26")):
            raise BadRequest("'MCP-Protocol-Version' must be a version of the protocol, such as 2025-06-18.")
        body = await read_body(receive, headers, max_bytes)
    except ServiceError as error:
        raise Refused(INVALID_REQUEST, error) from error
    body = body.removeprefix(BYTE_ORDER_MARK)
    try:
        message = loads(body, "The request body")
    except BadRequest as error:
        raise Refused(PARSE_ERROR, error) from error
    fault = _fault(message)
    if fault is not None:
        raise Refused(fault.code, BadRequest(fault.message), _id(message))
    return body


def _fault(message: Any) -> Fault | None:
    """Return what is wrong with a message; None if it is a request, or a notification, which has no id."""
    if not isinstance(message, dict):
        text = NO_LISTS if isinstance(message, list) else "The request body must be a JSON object."
        return Fault(INVALID_REQUEST, text)
    if message.get("jsonrpc") != VERSION:
        return Fault(INVALID_REQUEST, f"'jsonrpc' must be \"{VERSION}\".")
    if "id" in message and _id(message) is None:
        return Fault(INVALID_REQUEST, "'id' must be a string or an integer.")
    if not isinstance(message.get("method"), str):
        return Fault(INVALID_REQUEST, "'method' must be the name of a method.")
    parameters = message.get("params")
    if not isinstance(parameters, dict | None):
        return Fault(INVALID_PARAMS, "'params' must be an object.")
    return _fault_of_call(parameters or {}) if message["method"] == CALL else None


def _fault_of_call(parameters: Mapping[str, Any]) -> Fault | None:
    if not isinstance(parameters.get("name"), str):
        return Fault(INVALID_PARAMS, "'params.name' must be the name of a tool.")
    if not isinstance(parameters.get("arguments"), dict | None):
        return Fault(INVALID_PARAMS, "'params.arguments' must be an object.")
    return None


def _id(message: Any) -> Id:
    """Return the id of a message; None if it has none that can be answered."""
    found = message.get("id") if isinstance(message, dict) else None
    return found if isinstance(found, str | int) and not isinstance(found, bool) else None

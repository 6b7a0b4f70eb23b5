"""GraphQL over HTTP, the request half: method, media types and parameters, each fault with its own status."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import Request

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"
NAMES = ("query", "operationName", "variables", "extensions")


class RequestFault(Exception):
    """A request that is no GraphQL request: answered with ``status`` and one error."""

    def __init__(self, status: int, message: str, code: str = "BAD_REQUEST", **headers: str) -> None:
        """Say what is wrong; ``headers`` go into the answer, underscores as hyphens."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the client asks for."""

    query: str
    operation_name: str | None
    variables: Mapping[str, Any] | None


async def read_parameters(request: Request, max_body: int) -> Parameters:
    """Take the parameters from the query string (GET, HEAD) or the body (POST); raises ``RequestFault``."""
    if request.method == "POST":
        return _parameters(_json_object(await _body(request, max_body)))
    return _parameters(_from_query(request.query_params))


def _parameters(values: Mapping[str, Any]) -> Parameters:
    query = values.get("query")
    operation_name = values.get("operationName")
    variables = values.get("variables")
    if not isinstance(query, str) or not query.strip():
        raise RequestFault(400, "The request must have a 'query': a non-empty string.")
    if operation_name is not None and not isinstance(operation_name, str):
        raise RequestFault(400, "'operationName' must be a string.")
    if variables is not None and not isinstance(variables, dict):
        raise RequestFault(400, "'variables' must be an object.")
    if not isinstance(values.get("extensions"), dict | None):
        raise RequestFault(400, "'extensions' must be an object.")
    if "\0" in query:
        raise RequestFault(400, "The query must not contain NUL.")
    return Parameters(query, operation_name or None, variables)


def _from_query(params: QueryParams) -> dict[str, Any]:
    """Read the query string; an empty parameter counts as absent."""
    values: dict[str, Any] = {}
    for name, value in params.multi_items():
        if name in values and name in NAMES:
            raise RequestFault(400, f"The parameter '{name}' is given more than once.")
        if value:
            values[name] = value
    for name in ("variables", "extensions"):
        if name in values:
            values[name] = _loads(values[name].encode(errors="surrogatepass"), f"The parameter '{name}'")
    return values


async def _body(request: Request, max_body: int) -> bytes:
    """Read a JSON body within its bound."""
    content_type, _, parameters = request.headers.get("content-type", "").partition(";")
    if content_type.strip().lower() != JSON or not _is_utf8(parameters):
        raise RequestFault(415, f"A POST request must have the content type {JSON}, in UTF-8.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise RequestFault(415, "The request body must not be compressed.", accept_encoding="identity")
    declared = request.headers.get("content-length", "0")
    too_large = RequestFault(413, f"The request body is larger than {max_body} bytes.")
    if declared.isdecimal() and int(declared) > max_body:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_body:
            raise too_large
    return bytes(body)


def _is_utf8(parameters: str) -> bool:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower() in {"utf-8", "utf8"}
    return True


def _json_object(body: bytes) -> dict[str, Any]:
    value = _loads(body, "The request body")
    if isinstance(value, list):
        raise RequestFault(400, "Batches are not supported: send one operation a request.")
    if not isinstance(value, dict):
        raise RequestFault(400, "The request body must be a JSON object.")
    return value


def _loads(text: bytes, what: str) -> Any:
    """Read JSON strictly: UTF-8, no NaN, no lone surrogates, bounded nesting, and no key twice."""
    try:
        value = orjson.loads(text)
        json.loads(text, object_pairs_hook=_unique)
    except _DuplicateKey as error:
        raise RequestFault(400, f"{what} has the key '{error}' twice in one object.") from error
    except (ValueError, RecursionError) as error:
        raise RequestFault(400, f"{what} is not valid JSON.") from error
    return value


class _DuplicateKey(Exception):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise _DuplicateKey(next(name for name in names if names.count(name) > 1))

"""Requests of GraphQL over HTTP: method, media types and parameters. Each fault has its own status."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from starlette.types import Receive, Scope

from graphql_api.config import Settings
from graphql_api.errors import BadRequest, QueryTooComplex
from graphql_api.web.json_body import json_object, loads, read_body
from graphql_api.web.query_string import Pairs, query_pairs, single

METHODS = ("GET", "HEAD", "POST")
GRAPHQL_JSON = "application/graphql-response+json"
HTML = "text/html"
NAMES = ("query", "documentId", "operationName", "variables", "extensions")

_HASH = re.compile(r"[0-9A-Fa-f]{64}")


class Parameters(NamedTuple):
    """The client's request: a document by its text, its id, or the SHA-256 of its text.

    A text with a hash is registered. With ``wants_cost`` the extensions of the response contain the cost.
    """

    query: str | None
    operation_name: str | None = None
    variables: Mapping[str, Any] | None = None
    wants_cost: bool = False
    document_id: str | None = None
    query_hash: str | None = None


async def read_parameters(scope: Scope, receive: Receive, headers: Mapping[str, str], limits: Settings) -> Parameters:
    """Return the parameters from the query string (GET, HEAD) or the body (POST).

    Raises ``BadRequest``, and ``QueryTooComplex`` for variables that hold too much.
    """
    if scope["method"] == "POST":
        source = await read_body(receive, headers, limits.max_body_bytes)
        parameters = _parameters(json_object(source))
    else:
        source = scope["query_string"]
        parameters = _parameters(_from_query(query_pairs(scope)))
    variables = parameters.variables
    # A value takes a byte at least.
    if variables and len(source) > limits.max_query_tokens and _holds_more(variables, limits.max_query_tokens):
        message = f"The variables hold more than {limits.max_query_tokens} values."
        raise QueryTooComplex(message)
    return parameters


def _parameters(values: Mapping[str, Any]) -> Parameters:
    query = values.get("query")
    document_id = values.get("documentId")
    operation_name = values.get("operationName")
    variables = _object(values, "variables")
    if document_id is not None and (not isinstance(document_id, str) or query is not None):
        raise BadRequest("'documentId' must be a string, and must not be used together with 'query'.")
    if operation_name is not None and not isinstance(operation_name, str):
        raise BadRequest("'operationName' must be a string.")
    extensions = _object(values, "extensions") or {}
    query_hash = _query_hash(extensions.get("persistedQuery"))
    if query is not None or (document_id is None and query_hash is None):
        _check_query(query)
    wants_cost = extensions.get("cost") is True
    return Parameters(query, operation_name or None, variables, wants_cost, document_id, query_hash)


def _object(values: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """Return an object, or None if it is absent. An empty list is absent: PHP writes an empty array like this."""
    value = values.get(name)
    if value is None or value == []:
        return None
    if not isinstance(value, dict):
        raise BadRequest(f"'{name}' must be an object.")
    return value


def _check_query(query: object) -> None:
    if not isinstance(query, str) or not query.strip():
        raise BadRequest("The request must have a 'query': a non-empty string.")
    if "\0" in query:
        raise BadRequest("The query must not contain NUL.")


def _query_hash(asked: object) -> str | None:
    """Read the extension by which clients ask for a query by its hash, or register it (APQ)."""
    if asked is None:
        return None
    found = asked.get("sha256Hash") if isinstance(asked, dict) and asked.get("version") == 1 else None
    if not isinstance(found, str) or not _HASH.fullmatch(found):
        message = "'extensions.persistedQuery' must have the 'version' 1 and a 'sha256Hash' of 64 hexadecimal digits."
        raise BadRequest(message)
    return found.lower()


def _from_query(pairs: Pairs) -> dict[str, Any]:
    """Read the parameters of GraphQL. Each may be given only once."""
    values: dict[str, Any] = dict(single(pairs, NAMES))
    for name in ("variables", "extensions"):
        if name in values:
            values[name] = loads(values[name].encode(), f"The parameter '{name}'")
    return values


def _holds_more(variables: Mapping[str, Any], values: int) -> bool:
    """Return whether variables contain more values than allowed, at all depths. A value costs as much as a token."""
    return sum(1 for _ in _values(variables)) > values


def _values(value: Any) -> Iterator[Any]:
    """Yield a JSON value and all values in it, at any depth."""
    unseen = [value]
    while unseen:
        value = unseen.pop()
        yield value
        if isinstance(value, dict):
            unseen.extend(value.values())
        elif isinstance(value, list):
            unseen.extend(value)

"""The OpenAPI document: parameters and responses of each plain route."""

from collections.abc import Mapping, Sequence

from graphql_api.web.openapi import answers, parameters
from graphql_api.web.openapi.objects import Json
from graphql_api.web.openapi.operation import Operation
from graphql_api.web.routes import Described

CSV = "text/csv; charset=utf-8"
TAGS = {"operations": "Trusted GraphQL operations.", "health": "For operators."}
HEALTHY: Json = {"status": "ok"}
READY: Json = {"status": "ok", "checks": {"storage": "ok"}, "cache": {"hit": 12, "miss": 3, "entries": 3}}

SECURITY_SCHEMES: Json = {
    "key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "An API key, if the server uses API keys.",
    },
    "bearer": {"type": "http", "scheme": "bearer", "description": "The same key."},
}


def document(version: str, values: Mapping[str, str], operations: Sequence[Operation], routes: Described) -> Json:
    """Return the document of the ``routes`` of slices, the trusted ``operations``, and what every server has.

    ``values`` are example values of GraphQL's types.
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Horse racing: REST API",
            "version": version,
            "summary": "Horse-racing results, races and betting slips over plain HTTP.",
            "description": "GraphQL at `/graphql` has typed, filtered and aggregated data.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "."}],
        "security": [{}, {"key": []}, {"bearer": []}],
        "tags": [{"name": name, "description": about} for name, about in {**TAGS, **routes.tags}.items()],
        "paths": {**routes.paths, **_paths(operations, values)},
        "components": {
            "schemas": {**routes.schemas, **answers.schemas()},
            "parameters": {**routes.parameters, **parameters.parameters()},
            "securitySchemes": SECURITY_SCHEMES,
            "responses": {**answers.failures(), **routes.responses},
        },
    }


def _paths(operations: Sequence[Operation], values: Mapping[str, str]) -> dict[str, Json]:
    return {
        "/q": {"get": _listing()},
        "/q/{name}": {"get": _operation(operations, values)},
        "/q/{name}.csv": {"get": _table(operations, values)},
        "/health": {"get": _health()},
        "/ready": {"get": _ready()},
    }


def _listing() -> Json:
    return {
        "operationId": "listOperations",
        "tags": ["operations"],
        "summary": "The trusted GraphQL operations",
        "description": "Names, variables with types and defaults, document ids, and URLs.",
        "parameters": parameters.shared("Held"),
        "responses": answers.listing(),
    }


def _operation(operations: Sequence[Operation], values: Mapping[str, str]) -> Json:
    return {
        "operationId": "query",
        "tags": ["operations"],
        "summary": "A trusted GraphQL operation",
        "description": "Runs a trusted operation of the folder `JOCKEY_DOCUMENTS` by its name. "
        "The response is the same as that of `/graphql`.",
        "parameters": [
            parameters.operation_name(operations),
            parameters.variables(operations, values),
            *parameters.shared("Held"),
        ],
        "responses": answers.operation("application/json"),
    }


def _table(operations: Sequence[Operation], values: Mapping[str, str]) -> Json:
    tables = [operation for operation in operations if operation.table]
    return {
        "operationId": "queryCsv",
        "tags": ["operations"],
        "summary": "A trusted GraphQL operation as CSV",
        "description": "The same operations as tables. The list of objects in the selection gives the rows. Names of "
        "nested fields are joined by dots.",
        "parameters": [
            parameters.operation_name(tables),
            parameters.variables(tables, values),
            parameters.switch("spreadsheet"),
            *parameters.shared("Held"),
        ],
        "responses": answers.operation(CSV),
    }


def _health() -> Json:
    deep = {
        "name": "deep",
        "in": "query",
        "description": "`1`: check the storage as well, as `/ready` does. Other values are ignored.",
        "schema": {"type": "string"},
        "example": "1",
    }
    return {
        "operationId": "getHealth",
        "tags": ["health"],
        "summary": "Liveness",
        "parameters": [deep],
        "responses": answers.health("The process is running.", HEALTHY),
    }


def _ready() -> Json:
    return {
        "operationId": "getReady",
        "tags": ["health"],
        "summary": "Readiness",
        "responses": answers.health("The storage answers.", READY),
    }

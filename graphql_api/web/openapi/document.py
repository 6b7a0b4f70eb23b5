"""The OpenAPI document: what each plain route takes and answers."""

from collections.abc import Mapping
from typing import Any

from graphql_api.jockeys.openapi import parameters, rows
from graphql_api.jockeys.routes.formats import FORMATS, JSON, Format
from graphql_api.web.openapi import answers
from graphql_api.web.openapi.examples import Examples

Json = dict[str, Any]

CSV = "text/csv; charset=utf-8"
HEALTHY: Json = {"status": "ok"}
READY: Json = {"status": "ok", "checks": {"storage": "ok"}, "cache": {"hit": 12, "miss": 3, "entries": 3}}


def document(version: str, examples: Examples, paths: Mapping[str, Any], schemas: Mapping[str, Any]) -> Json:
    """Make the document of a server that can show ``examples``; ``paths`` and ``schemas`` are those of slices."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Jockey results: the plain routes",
            "version": version,
            "summary": "Horse-racing results by jockey, as netkeiba has them.",
            "description": "Typed, filtered and aggregated answers come from GraphQL at `/graphql`.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "."}],
        "security": [],
        "tags": [{"name": "jockey", "description": "Results."}, {"name": "health", "description": "For operators."}],
        "paths": {**_paths(examples), **paths},
        "components": {
            "schemas": {**rows.schemas(), **answers.schemas(), **schemas},
            "parameters": parameters.parameters(examples),
            "responses": answers.failures(),
        },
    }


def _paths(examples: Examples) -> dict[str, Json]:
    return {
        "/api/jockey/{jockey_id}": {"get": _jockey()},
        **{f"/api/jockey/{{jockey_id}}.{form.extension}": {"get": _export(form)} for form in FORMATS},
        "/q/{name}": {"get": _operation(examples)},
        "/q/{name}.csv": {"get": _table(examples)},
        "/health": {"get": _health()},
        "/ready": {"get": _ready()},
    }


def _jockey() -> Json:
    return {
        "operationId": "getJockey",
        "tags": ["jockey"],
        "summary": "A jockey's races",
        "description": "All races of a jockey, newest first, with the file's own columns and values; or the races and "
        "columns that parameters choose. Of the file's own columns dates read `2024-09-29T00:00:00Z` where the file "
        "holds dates, and missing values are null.",
        "parameters": [*_shared("Id", "SourceColumns", "Order", "Limit", "Filter", "Held")],
        "responses": answers.rows(JSON),
    }


def _export(form: Format) -> Json:
    return {
        "operationId": f"export{form.extension.capitalize()}",
        "tags": ["jockey"],
        "summary": f"A jockey's races as {form.title}",
        "description": "All races, newest first, with typed columns; or the races and columns that parameters choose.",
        "parameters": [
            *_shared("Id", "TypedColumns", "Order", "Limit", "Filter"),
            *map(parameters.switch, form.switches),
            *_shared("Held", "Range"),
        ],
        "responses": answers.rows(form),
    }


def _operation(examples: Examples) -> Json:
    return {
        "operationId": "query",
        "tags": ["jockey"],
        "summary": "A trusted GraphQL operation",
        "description": "The operations that this server's operator has put into `JOCKEY_DOCUMENTS`, by their names. "
        "The answer is that of `/graphql`.",
        "parameters": [
            parameters.operation_name(examples.operations),
            parameters.variables(examples.operations, examples.jockey_id),
            *_shared("Held"),
        ],
        "responses": answers.operation("application/json"),
    }


def _table(examples: Examples) -> Json:
    tables = [operation for operation in examples.operations if operation.table]
    return {
        "operationId": "queryCsv",
        "tags": ["jockey"],
        "summary": "A trusted GraphQL operation as CSV",
        "description": "The same operations as tables. The one list of objects in the selection is the rows, nested "
        "fields are joined by dots.",
        "parameters": [
            parameters.operation_name(tables),
            parameters.variables(tables, examples.jockey_id),
            parameters.switch("spreadsheet"),
            *_shared("Held"),
        ],
        "responses": answers.operation(CSV),
    }


def _shared(*names: str) -> list[Json]:
    """Refer to parameters by their names."""
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _health() -> Json:
    deep = {
        "name": "deep",
        "in": "query",
        "description": "`1`: check the storage as well, as `/ready` does; any other text does not count.",
        "schema": {"type": "string"},
        "example": "1",
    }
    return {
        "operationId": "getHealth",
        "tags": ["health"],
        "summary": "Liveness",
        "parameters": [deep],
        "responses": answers.health("The process lives.", HEALTHY),
    }


def _ready() -> Json:
    return {
        "operationId": "getReady",
        "tags": ["health"],
        "summary": "Readiness",
        "responses": answers.health("The storage answers.", READY),
    }

"""The OpenAPI 3.1 document of the plain routes, made from the column table and the error table."""

from typing import Any

from graphql_api import errors
from graphql_api.columns import SOURCES
from graphql_api.ids import JOCKEY_ID_PATTERN

Json = dict[str, Any]

NUMBERS = {"R", "頭数", "枠番", "馬番", "単勝", "人気", "斤量", "水分量", "賞金(万円)", "page_number"}
"""Columns that are mostly numbers; pandas decides for each file anew, so text is always possible."""


def document(version: str) -> Json:
    """Make the document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Jockey results: the plain routes",
            "version": version,
            "summary": "Horse-racing results by jockey, as netkeiba has them.",
            "description": "Typed, filtered and aggregated answers come from GraphQL at `/graphql`.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "./"}],
        "tags": [{"name": "jockey", "description": "Results."}, {"name": "health", "description": "For operators."}],
        "paths": {
            "/api/jockey/{jockey_id}": {"get": _jockey()},
            "/health": {"get": _health()},
            "/ready": {"get": _ready()},
        },
        "components": {"schemas": {"Jockey": _rows(), "Error": _error(), "Health": _status()}},
    }


def _jockey() -> Json:
    described = "All races of a jockey, newest first, with the file's own columns and values."
    dates = "Dates read `2024-09-29T00:00:00Z`, missing values are null."
    return {
        "operationId": "getJockey",
        "tags": ["jockey"],
        "summary": "A jockey's races",
        "description": f"{described} {dates}",
        "parameters": [
            {
                "name": "jockey_id",
                "in": "path",
                "required": True,
                "description": "A netkeiba jockey id.",
                "schema": {"type": "string", "pattern": JOCKEY_ID_PATTERN},
                "example": "00001",
            },
            {
                "name": "If-None-Match",
                "in": "header",
                "description": "The ETag of the version that the client holds.",
                "schema": {"type": "string"},
            },
        ],
        "responses": {
            "200": {
                "description": "The races.",
                "headers": {
                    "ETag": {"description": "Names the version.", "schema": {"type": "string"}},
                    "Cache-Control": {"description": "How long it may be kept.", "schema": {"type": "string"}},
                },
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Jockey"}}},
            },
            "304": {"description": "The client's version still holds."},
            "400": _failure("What was asked for is no jockey id."),
            "404": _failure("There is no file for this jockey."),
            "405": _failure("Only GET, HEAD and OPTIONS are answered."),
            "500": _failure("The file cannot be read, or an unexpected fault."),
            "503": _failure("The storage cannot be reached; try again later."),
        },
    }


def _health() -> Json:
    return {
        "operationId": "getHealth",
        "tags": ["health"],
        "summary": "Liveness",
        "parameters": [
            {
                "name": "deep",
                "in": "query",
                "description": "`1`: check the storage as well, as `/ready` does.",
                "schema": {"type": "string", "enum": ["0", "1"]},
            }
        ],
        "responses": {"200": _reply("The process lives."), "503": _reply("The storage does not answer.")},
    }


def _ready() -> Json:
    return {
        "operationId": "getReady",
        "tags": ["health"],
        "summary": "Readiness",
        "responses": {"200": _reply("The storage answers."), "503": _reply("The storage does not answer.")},
    }


def _rows() -> Json:
    text = {"type": ["string", "number", "boolean", "null"]}
    number = {"type": ["number", "string", "null"]}
    columns = {
        each.header: {
            **(number if each.header in NUMBERS else text),
            "description": " ".join(field.description for field in each.fields),
        }
        for each in SOURCES
    }
    return {
        "type": "object",
        "required": ["data"],
        "properties": {
            "data": {
                "type": "array",
                "items": {
                    "type": "object",
                    "description": "One race. The keys are the file's own headers, which may have spaces: `天 気`.",
                    "properties": columns,
                    "additionalProperties": True,
                },
            }
        },
    }


def _status() -> Json:
    return {
        "type": "object",
        "required": ["status"],
        "properties": {
            "status": {"type": "string", "enum": ["ok", "unavailable"]},
            "detail": {"type": "string"},
            "checks": {"type": "object", "additionalProperties": {"type": "string"}},
            "cache": {"type": "object", "additionalProperties": {"type": "integer"}},
        },
    }


def _error() -> Json:
    return {
        "type": "object",
        "required": ["detail"],
        "properties": {
            "detail": {"type": "string", "examples": [errors.NotFound.__doc__]},
            "requestId": {"type": "string", "description": "Names the request in the logs; with unexpected faults."},
        },
    }


def _reply(description: str) -> Json:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}
    return {"description": description, "content": content}


def _failure(description: str) -> Json:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {"description": description, "content": content}

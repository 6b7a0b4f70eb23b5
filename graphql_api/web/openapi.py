"""The OpenAPI 3.1 document of the plain routes, made from the column table and the error table."""

from typing import Any

from graphql_api import errors
from graphql_api.jockeys.columns import SOURCES
from graphql_api.jockeys.ids import JOCKEY_ID_PATTERN
from graphql_api.web.exports.description import columns_parameter, filter_parameter, limit_parameter, order_parameter
from graphql_api.web.exports.formats import FORMATS, Format

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
            **{f"/api/jockey/{{jockey_id}}.{each.extension}": {"get": _export(each)} for each in FORMATS},
            "/q/{name}": {"get": _named("application/json", {"type": "object", "required": ["data"]})},
            "/q/{name}.csv": {"get": _named("text/csv; charset=utf-8", {"type": "string"})},
            "/health": {"get": _health()},
            "/ready": {"get": _ready()},
        },
        "components": {
            "schemas": {"Jockey": _rows(), "Error": _error(), "Health": _status()},
            "parameters": {
                "Id": _id(),
                "Held": _held(),
                "SourceColumns": columns_parameter("source"),
                "TypedColumns": columns_parameter("typed"),
                "Order": order_parameter(),
                "Limit": limit_parameter(),
                "Filter": filter_parameter(),
            },
        },
    }


def _jockey() -> Json:
    described = "All races of a jockey, newest first, with the file's own columns and values."
    dates = "Dates read `2024-09-29T00:00:00Z`, missing values are null."
    return {
        "operationId": "getJockey",
        "tags": ["jockey"],
        "summary": "A jockey's races",
        "description": f"{described} {dates}",
        "parameters": [_parameter(each) for each in ("Id", "Held", "SourceColumns", "Order", "Limit", "Filter")],
        "responses": _answers("application/json", {"$ref": "#/components/schemas/Jockey"}),
    }


def _export(form: Format) -> Json:
    parts = {"description": "The bytes that `Range` asks for.", "content": {form.media_type: {}}}
    missing = {"501": _failure("The server lacks the extra `arrow`.")} if form.extra else {}
    return {
        "operationId": f"export{form.extension.capitalize()}",
        "tags": ["jockey"],
        "summary": f"A jockey's races as {form.title}",
        "description": "All races, or those that pass every filter, newest first.",
        "parameters": [
            *map(_parameter, ("Id", "Held", "TypedColumns", "Order", "Limit", "Filter")),
            *map(_switch, form.switches),
        ],
        "responses": {
            **_answers(form.media_type, {"type": "string"} if not form.extra else {}),
            "206": parts,
            "416": _failure("The file has none of the bytes asked for."),
            **missing,
        },
    }


def _switch(name: str) -> Json:
    return {"name": name, "in": "query", "description": _SWITCHES[name], "schema": {"enum": ["0", "1"]}}


_SWITCHES = {
    "spreadsheet": "`1`: for spreadsheets. A byte order mark tells them that it is UTF-8, and an apostrophe stands "
    "before a text that they would run as a formula."
}


def _answers(media_type: str, schema: Json) -> Json:
    """Describe the answers of all routes of a jockey."""
    return {
        "200": {
            "description": "The races.",
            "headers": {
                "ETag": {"description": "Names the version.", "schema": {"type": "string"}},
                "Cache-Control": {"description": "How long it may be kept.", "schema": {"type": "string"}},
            },
            "content": {media_type: {"schema": schema}},
        },
        "304": {"description": "The client's version still holds."},
        "400": _failure("What was asked for is no jockey id, or a parameter is unknown or not of its type."),
        "404": _failure("There is no file for this jockey."),
        "405": _failure("Only GET, HEAD and OPTIONS are answered."),
        "500": _failure("The file cannot be read, or an unexpected fault."),
        "503": _failure("The storage cannot be reached; try again later."),
    }


def _parameter(name: str) -> Json:
    return {"$ref": f"#/components/parameters/{name}"}


def _id() -> Json:
    return {
        "name": "jockey_id",
        "in": "path",
        "required": True,
        "description": "A netkeiba jockey id.",
        "schema": {"type": "string", "pattern": JOCKEY_ID_PATTERN},
        "example": "00001",
    }


def _held() -> Json:
    return {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag of the version that the client holds.",
        "schema": {"type": "string"},
    }


def _named(media_type: str, schema: Json) -> Json:
    table = media_type.startswith("text/csv")
    answered = _answers(media_type, schema)
    return {
        "operationId": "queryCsv" if table else "query",
        "tags": ["jockey"],
        "summary": f"A trusted GraphQL operation{' as CSV' if table else ''}",
        "description": "The operations that this server's operator has put into `JOCKEY_DOCUMENTS`, by their names. "
        + (
            "The one list of objects in the selection is the rows, nested fields are joined by dots."
            if table
            else "The answer is that of `/graphql`."
        ),
        "parameters": [_name(), _parameter("Held"), _variables(), *([_switch("spreadsheet")] if table else [])],
        "responses": {
            **answered,
            "200": {**answered["200"], "description": "The answer."},
            "400": _failure("A parameter is unknown or not of its type, or the operation refuses it."),
            "404": _failure("There is no operation of this name."),
            "414": _failure("The query string is too long."),
            **({"406": _failure("The operation selects no list of objects, or several.")} if table else {}),
        },
    }


def _name() -> Json:
    return {
        "name": "name",
        "in": "path",
        "required": True,
        "description": "The name of an operation.",
        "schema": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
    }


def _variables() -> Json:
    """Describe the variables as one object, each of whose properties is a query parameter."""
    return {
        "name": "variables",
        "in": "query",
        "style": "form",
        "explode": True,
        "description": "The operation's variables by name. A list repeats its parameter; input objects are JSON.",
        "schema": {"type": "object", "additionalProperties": {"type": "string"}},
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
                "description": "`1`: check the storage as well, as `/ready` does; any other text does not count.",
                "schema": {"type": "string"},
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

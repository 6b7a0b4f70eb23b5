"""The routes of comments in the words of OpenAPI."""

from enum import Enum
from typing import Any

from graphql_api.comments.model import CommentKind, CommentLanguage, CommentStyle
from graphql_api.jobs.model import JobState
from graphql_api.language_models.reasons import FallbackReason

Json = dict[str, Any]

TAGS = {"comments": "Comments on races, written in the background. They never advise to buy."}

TEXT: Json = {"type": "string"}
COUNT: Json = {"type": "integer", "minimum": 0}
MOMENT: Json = {**TEXT, "format": "date-time"}
RACE_ID: Json = {**TEXT, "example": "20240929_06_11"}
JOB_ID: Json = {**TEXT, "description": "Secret id. Anyone who knows it can read the job."}


def _enum(kind: type[Enum]) -> Json:
    return {**TEXT, "enum": [each.value for each in kind]}


ABOUT: Json = {"kind": _enum(CommentKind), "style": _enum(CommentStyle), "language": _enum(CommentLanguage)}
STATUS = _enum(JobState)


def schemas() -> dict[str, Json]:
    """Make the schemas of requests and answers."""
    race = {
        "race_id": RACE_ID,
        "race_name": {"type": ["string", "null"]},
        "venue": TEXT,
        "kinds": {"type": "array", "items": ABOUT["kind"]},
    }
    return {
        "CommentRequest": _object(
            {"race_id": {**RACE_ID, "description": "netkeiba's id, or `YYYYMMDD_course_RR`."}, **ABOUT},
            optional=tuple(ABOUT),
        ),
        "CommentAccepted": _object({"job_id": JOB_ID, "status": STATUS}),
        "CommentJob": _object(
            {
                "job_id": JOB_ID,
                "status": STATUS,
                "attempts": COUNT,
                "error_code": {"type": ["string", "null"]},
                "created_at": MOMENT,
                "comment": {"anyOf": [_comment(), {"type": "null"}]},
            }
        ),
        "CommentedRaces": _object(
            {"races": {"type": "array", "items": _object(race)}, "target_date": {**TEXT, "format": "date"}}
        ),
        "CommentError": {
            # What is wrong with a request of any route is told in the form of all of them.
            "anyOf": [_object({"error": _object({"message": TEXT, "code": TEXT})}), _object({"detail": TEXT})]
        },
    }


def _comment() -> Json:
    metadata = {
        "model": TEXT,
        "prompt_version": TEXT,
        "input_tokens": COUNT,
        "output_tokens": COUNT,
        "latency_ms": {"type": "number", "minimum": 0},
    }
    comment = {
        "race_id": RACE_ID,
        **ABOUT,
        "generated_comment": TEXT,
        "advice_comment": TEXT,
        "facts": {"type": "array", "items": TEXT},
        "llm_provider": TEXT,
        "fallback": {"type": "boolean", "description": "Whether the template wrote it in place of a model."},
        "fallback_reason": {"enum": [None, *(reason.name for reason in FallbackReason)]},
        "generation_metadata": _object(metadata),
        "generated_at": MOMENT,
    }
    return _object(comment)


def responses() -> dict[str, Json]:
    """Make the answers of requests that fail."""
    told = {
        "CommentBadRequest": ("Something is not of its form, or the race cannot be commented.", "BAD_REQUEST"),
        "CommentNotFound": ("There is no such race or job.", "NOT_FOUND"),
        "CommentIndexRequired": ("Neither an archive nor a provider tells of races.", "INDEX_REQUIRED"),
        "CommentEngineMissing": ("DuckDB, which the index takes, is not installed.", "ENGINE_MISSING"),
        "CommentTooLarge": ("The body is larger than the server takes.", "BAD_REQUEST"),
        "CommentMediaType": ("The body is no JSON in UTF-8.", "BAD_REQUEST"),
        "CommentUnavailable": ("The store or the provider cannot be used for now.", "STORE_UNAVAILABLE"),
        "CommentTimedOut": ("The request took too long.", "TIMEOUT"),
    }
    return {name: _failure(*each) for name, each in told.items()}


def generate() -> Json:
    """Describe how a comment is asked for."""
    accepted = {
        "description": "It will be written: ask again at `Location` after `Retry-After` seconds.",
        "headers": {"Location": {"schema": TEXT}, "Retry-After": {"schema": COUNT}},
        "content": _content("CommentAccepted"),
    }
    return {
        **_operation("generateComment", "Ask for a comment on a race"),
        "requestBody": {"required": True, "content": _content("CommentRequest")},
        "responses": {"202": accepted, **_failing()},
    }


def comment() -> Json:
    """Describe how a comment is read."""
    return {
        **_operation("getComment", "A job, and its comment once it is written"),
        "parameters": [{"name": "job_id", "in": "path", "required": True, "schema": JOB_ID}],
        "responses": {"200": {"description": "The job.", "content": _content("CommentJob")}, **_failing()},
    }


def races() -> Json:
    """Describe how races with comments are listed."""
    day = {
        "name": "date",
        "in": "query",
        "description": "The day; by default today in Japan.",
        "schema": {**TEXT, "format": "date"},
        "example": "2024-06-01",
    }
    return {
        **_operation("listCommentedRaces", "The races of a day that have comments"),
        "parameters": [day],
        "responses": {"200": {"description": "The races.", "content": _content("CommentedRaces")}, **_failing()},
    }


def _operation(name: str, summary: str) -> Json:
    return {"operationId": name, "tags": ["comments"], "summary": summary}


def _object(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "required": required, "properties": properties}


def _content(schema: str) -> Json:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _failure(description: str, code: str) -> Json:
    example = {"error": {"message": description, "code": code}}
    media = {"schema": {"$ref": "#/components/schemas/CommentError"}, "example": example}
    return {"description": description, "content": {"application/json": media}}


def _failing() -> Json:
    names = {
        "400": "CommentBadRequest",
        "404": "CommentNotFound",
        "405": "MethodNotAllowed",
        "409": "CommentIndexRequired",
        "413": "CommentTooLarge",
        "414": "TooLong",
        "415": "CommentMediaType",
        "500": "ServerError",
        "501": "CommentEngineMissing",
        "503": "CommentUnavailable",
        "504": "CommentTimedOut",
    }
    return {status: {"$ref": f"#/components/responses/{name}"} for status, name in names.items()}

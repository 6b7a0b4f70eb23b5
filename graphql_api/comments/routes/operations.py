"""The routes of comments as OpenAPI describes them."""

from enum import Enum

from graphql_api.comments.model import CommentKind, CommentLanguage, CommentStyle
from graphql_api.jobs.model import JobState
from graphql_api.language_models.reasons import FallbackReason
from graphql_api.web.openapi.coded_failures import CODED_ERROR, CodedFailures, Failure
from graphql_api.web.openapi.objects import COUNT, DATE_TIME, TEXT, Json, json_content, object_of, operation_object

TAGS = {"comments": "Comments on races, written in the background. They never advise to buy."}

RACE_ID: Json = {**TEXT, "example": "20240929_06_11"}
JOB_ID: Json = {**TEXT, "description": "Secret id. Anyone who knows it can read the job."}


def _enum(kind: type[Enum]) -> Json:
    return {**TEXT, "enum": [each.value for each in kind]}


ABOUT: Json = {"kind": _enum(CommentKind), "style": _enum(CommentStyle), "language": _enum(CommentLanguage)}
STATUS = _enum(JobState)

FAILURES = CodedFailures(
    "CommentError",
    {
        400: Failure(
            "CommentBadRequest", "A value has the wrong form, or the race cannot have this comment.", "BAD_REQUEST"
        ),
        404: Failure("CommentNotFound", "There is no such race or job.", "NOT_FOUND"),
        409: Failure("CommentIndexRequired", "There is neither an archive nor a provider of races.", "INDEX_REQUIRED"),
        413: Failure("CommentTooLarge", "The body is larger than the server allows.", "BAD_REQUEST"),
        415: Failure("CommentMediaType", "The body is not JSON in UTF-8.", "BAD_REQUEST"),
        501: Failure("CommentEngineMissing", "DuckDB, which the index requires, is not installed.", "ENGINE_MISSING"),
        503: Failure("CommentUnavailable", "The store or the provider is not available.", "STORE_UNAVAILABLE"),
        504: Failure("CommentTimedOut", "The request took too long.", "TIMEOUT"),
    },
)


def schemas() -> dict[str, Json]:
    """Return the schemas of requests and responses."""
    race = object_of(
        race_id=RACE_ID,
        race_name={"type": ["string", "null"]},
        venue=TEXT,
        kinds={"type": "array", "items": ABOUT["kind"]},
    )
    return {
        "CommentRequest": object_of(
            race_id={**RACE_ID, "description": "netkeiba's id, or `YYYYMMDD_course_RR`."},
            **ABOUT,
            optional=tuple(ABOUT),
        ),
        "CommentAccepted": object_of(job_id=JOB_ID, status=STATUS),
        "CommentJob": object_of(
            job_id=JOB_ID,
            status=STATUS,
            attempts=COUNT,
            error_code={"type": ["string", "null"]},
            created_at=DATE_TIME,
            comment={"anyOf": [_comment(), {"type": "null"}]},
        ),
        "CommentedRaces": object_of(races={"type": "array", "items": race}, target_date={**TEXT, "format": "date"}),
        "CommentError": {
            # What is wrong with a request of any route is told in the form of all of them.
            "anyOf": [CODED_ERROR, object_of(detail=TEXT)]
        },
    }


def _comment() -> Json:
    metadata = object_of(
        model=TEXT,
        prompt_version=TEXT,
        input_tokens=COUNT,
        output_tokens=COUNT,
        latency_ms={"type": "number", "minimum": 0},
    )
    return object_of(
        race_id=RACE_ID,
        **ABOUT,
        generated_comment=TEXT,
        advice_comment=TEXT,
        facts={"type": "array", "items": TEXT},
        llm_provider=TEXT,
        fallback={"type": "boolean", "description": "Whether the template wrote it instead of a model."},
        fallback_reason={"enum": [None, *(reason.name for reason in FallbackReason)]},
        generation_metadata=metadata,
        generated_at=DATE_TIME,
    )


def generate() -> Json:
    """Describe the request for a comment."""
    accepted = "The comment will be written. Send a request to `Location` after `Retry-After` seconds."
    headers = {"Location": {"schema": TEXT}, "Retry-After": {"schema": COUNT}}
    return {
        **operation_object("generateComment", "Request a comment on a race", tag="comments"),
        "requestBody": {"required": True, "content": json_content("CommentRequest")},
        "responses": FAILURES.responses(202, accepted, "CommentAccepted", headers),
    }


def comment() -> Json:
    """Describe how a comment is read."""
    return {
        **operation_object("getComment", "A job, and its comment if it is written", tag="comments"),
        "parameters": [{"name": "job_id", "in": "path", "required": True, "schema": JOB_ID}],
        "responses": FAILURES.responses(200, "The job.", "CommentJob"),
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
        **operation_object("listCommentedRaces", "The races of a day that have comments", tag="comments"),
        "parameters": [day],
        "responses": FAILURES.responses(200, "The races.", "CommentedRaces"),
    }

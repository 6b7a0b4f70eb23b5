"""Responses of plain routes as OpenAPI describes them."""

from graphql_api import errors
from graphql_api.web.openapi.objects import TEXT, Json

CACHING = {
    "ETag": {"description": "Version of the response of this URL.", "schema": TEXT},
    "Cache-Control": {"description": "How long the response may be cached.", "schema": TEXT},
}
_RETRY = {"Retry-After": {"description": "Number of seconds until the next attempt.", "schema": {"type": "integer"}}}


def schemas() -> dict[str, Json]:
    """Return the schemas of all objects that are not rows."""
    return {"Data": _data(), "Error": _error(), "Health": _health()}


def failures() -> dict[str, Json]:
    """Return the responses to requests that fail, by the names that operations refer to."""
    return {
        "NotModified": {"description": "The version of the client is current."},
        "BadRequest": failure(
            "The id, a parameter or the query string does not have the documented form, or a parameter is unknown.",
            "Unknown parameter 'surfac'. Did you mean 'surface'?",
        ),
        "Unauthenticated": {
            **failure("This server requires an API key, or the key is not valid.", "The API key is not valid."),
            "headers": {"WWW-Authenticate": {"description": "How to send a key.", "schema": TEXT}},
        },
        "Forbidden": failure("The API key is not meant for this route.", "The API key does not have the scope 'rest'."),
        "RateLimited": {
            **failure("A limit of the caller is used up.", "The limit of requests a minute is used up."),
            "headers": _RETRY,
        },
        "NoOperation": failure("There is no operation with this name.", "There is no operation with this name."),
        "NoTable": failure(
            "The operation selects no list of objects, or several.",
            "CSV takes exactly one list of objects in the selection; here are: none.",
        ),
        "MethodNotAllowed": failure("Only GET and HEAD are allowed.", "Method Not Allowed"),
        "TooLarge": failure("The response is larger than the server or its platform allows.", errors.ResponseTooLarge),
        "TooLong": failure("The URL is too long.", errors.UrlTooLong),
        "NoSuchPart": failure("The file has no byte in the requested range.", "The file has 1234 bytes."),
        "ServerError": failure("The file cannot be read, or an unexpected fault.", errors.DataCorrupt),
        "Unavailable": {
            **failure("The storage is not available. Try again later.", errors.UpstreamUnavailable),
            "headers": _RETRY,
        },
        "TimedOut": failure("The request took too long.", errors.RequestTimeout),
    }


def failing(**own: str) -> Json:
    """Return references to the failures that all routes share. ``own`` adds others: ``s404="NotFound"``."""
    shared = {
        "304": "NotModified",
        "400": "BadRequest",
        "401": "Unauthenticated",
        "403": "Forbidden",
        "405": "MethodNotAllowed",
        "413": "TooLarge",
        "414": "TooLong",
        "429": "RateLimited",
        "500": "ServerError",
        "503": "Unavailable",
        "504": "TimedOut",
    }
    chosen = {**shared, **{status.removeprefix("s"): name for status, name in own.items()}}
    return {status: {"$ref": f"#/components/responses/{name}"} for status, name in sorted(chosen.items())}


def operation(media_type: str) -> Json:
    """Describe the responses of a trusted operation."""
    table = media_type.startswith("text/csv")
    schema = TEXT if table else {"$ref": "#/components/schemas/Data"}
    own = {"s406": "NoTable"} if table else {}
    return {
        "200": {"description": "The answer.", "headers": CACHING, "content": {media_type: {"schema": schema}}},
        **failing(s404="NoOperation", **own),
    }


def listing() -> Json:
    """Describe the list of trusted operations."""
    text_or_null = {"type": ["string", "null"]}
    own = {
        "name": TEXT,
        "description": {**TEXT, "description": "The comment at the top of the file. Empty if there is none."},
        "documentId": {**TEXT, "description": "Its `documentId` at `/graphql`."},
        "variables": {"type": "object", "description": "Types and defaults by name.", "additionalProperties": TEXT},
        "href": {**TEXT, "description": "Its URL, relative to that of the service."},
        "csv": {**text_or_null, "description": "The URL of its table. Null if it is not a table."},
    }
    operation = {"type": "object", "required": list(own), "properties": own}
    schema = {
        "type": "object",
        "required": ["operations"],
        "properties": {"operations": {"type": "array", "items": operation}},
    }
    answer = {"description": "The list.", "headers": CACHING, "content": {"application/json": {"schema": schema}}}
    return {"200": answer, **failing()}


def health(lives: str, example: Json) -> Json:
    """Describe the responses of ``/health`` and ``/ready``."""
    down = {"status": "unavailable", "detail": "The storage cannot be reached."}
    return {
        "200": _report(lives, example),
        "400": {"$ref": "#/components/responses/BadRequest"},
        "405": {"$ref": "#/components/responses/MethodNotAllowed"},
        "414": {"$ref": "#/components/responses/TooLong"},
        "503": _report("The storage does not answer.", down),
    }


def _report(description: str, example: Json) -> Json:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}, "example": example}}
    return {"description": description, "content": content}


def failure(description: str, example: str | type[errors.ServiceError]) -> Json:
    """Describe the response to a request that fails. A class of errors is described by its own message."""
    detail = example if isinstance(example, str) else (example.__doc__ or "").partition("\n")[0]
    body = {"schema": {"$ref": "#/components/schemas/Error"}, "example": {"detail": detail}}
    return {"description": description, "content": {"application/json": body}}


def _data() -> Json:
    data = {"type": ["object", "null"], "description": "What the operation selects.", "additionalProperties": True}
    return {"type": "object", "required": ["data"], "properties": {"data": data}}


def _health() -> Json:
    return {
        "type": "object",
        "required": ["status"],
        "properties": {
            "status": {"type": "string", "enum": ["ok", "unavailable"]},
            "detail": {"type": "string", "description": "Why it is unavailable."},
            "checks": {"type": "object", "additionalProperties": {"type": "string"}},
            "cache": {
                "type": "object",
                "description": "Counts of cache requests by outcome, and the size of the cache.",
                "additionalProperties": {"type": "integer"},
            },
        },
    }


def _error() -> Json:
    return {
        "type": "object",
        "required": ["detail"],
        "properties": {
            "detail": {"type": "string", "description": "Description of the error."},
            "requestId": {"type": "string", "description": "Id of the request in the logs, after unexpected errors."},
        },
    }

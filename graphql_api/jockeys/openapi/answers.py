"""Responses of the jockeys' routes as OpenAPI describes them."""

from graphql_api.jockeys.openapi.rows import CSV_EXAMPLE, EXAMPLES, NDJSON_EXAMPLE
from graphql_api.jockeys.routes.formats import JSON, Format
from graphql_api.web.openapi.answers import CACHING, failing, failure
from graphql_api.web.openapi.objects import TEXT, Json

_BYTES: Json = {"type": "string", "format": "binary"}
_CACHING = {
    **CACHING,
    "Last-Modified": {"description": "When the jockey's file was written.", "schema": TEXT},
}
_FILE = {
    "Accept-Ranges": {"description": "`bytes`: ranges can be requested.", "schema": TEXT},
    "Content-Disposition": {"description": "The file's name.", "schema": TEXT},
}
_PART = {"Content-Range": {"description": "The bytes in this response, and the size of the file.", "schema": TEXT}}

_BODIES: dict[str, Json] = {
    "": {"schema": {"$ref": "#/components/schemas/Jockey"}, "examples": EXAMPLES},
    "csv": {"schema": TEXT, "example": CSV_EXAMPLE},
    "ndjson": {"schema": TEXT, "example": NDJSON_EXAMPLE},
}


def failures() -> dict[str, Json]:
    """Return the slice's own responses to requests that fail, by the names that operations refer to."""
    return {
        "NotFound": failure("There is no file for this jockey.", "Jockey with ID '99999' not found"),
        "NotInstalled": failure("The server lacks the extra `arrow`.", "Parquet and Arrow are not installed."),
    }


def rows(form: Format) -> Json:
    """Describe the responses of rows in a format. All formats except JSON support ranges."""
    body = {form.media_type: _BODIES.get(form.extension, {"schema": _BYTES})}
    if form is JSON:
        return {"200": {"description": "The races.", "headers": _CACHING, "content": body}, **failing(s404="NotFound")}
    missing = {"s501": "NotInstalled"} if form.extra else {}
    part = {"description": "The bytes that `Range` requests.", "headers": _PART, "content": {form.media_type: {}}}
    return {
        "200": {"description": "The races.", "headers": {**_CACHING, **_FILE}, "content": body},
        "206": part,
        **failing(s404="NotFound", s416="NoSuchPart", **missing),
    }

"""The routes of the archive in the words of OpenAPI."""

from collections.abc import Sequence

from graphql_api.jockeys.routes.formats import Format
from graphql_api.text import MAX_LENGTH
from graphql_api.web.openapi.answers import CACHING, failing, failure
from graphql_api.web.openapi.objects import TEXT, Json
from graphql_api.web.openapi.parameters import shared, switch

TAGS = {"rides": "Rides of all jockeys."}


def export(form: Format, names: Sequence[str], max_cells: int) -> Json:
    """Describe the route of one format."""
    columns = {
        "name": "columns",
        "in": "query",
        "description": "Fields of GraphQL's Ride in snake case, separated by commas. Default: all fields.",
        "schema": {"type": "string", "maxLength": MAX_LENGTH, "pattern": _list_of(names)},
        "example": "date,racecourse,race_number,horse_name,jockey_id,finish_position",
    }
    content = {form.media_type: {"schema": {"type": "string"} | ({"format": "binary"} if form.extra else {})}}
    headers = {**CACHING, "Content-Disposition": {"description": "The file's name.", "schema": TEXT}}
    return {
        "operationId": f"exportRides{form.extension.capitalize()}",
        "tags": ["rides"],
        "summary": f"Rides of all jockeys as {form.title}",
        "description": f"The newest first, or as `order` says; {max_cells:,} cells at most, of which `limit` may ask "
        "for fewer. Requires the index (`graphql-api index`).",
        "parameters": [columns, *shared("Order", "Limit", "Filter"), *map(switch, form.switches), *shared("Held")],
        "responses": {
            "200": {"description": "The rides.", "headers": headers, "content": content},
            **failing(s409="NoArchive", s501="NoEngine"),
        },
    }


def responses() -> dict[str, Json]:
    """Make the answers of requests that fail in ways of their own."""
    return {
        "NoArchive": failure("The storage has no index.", "This storage has no index; this takes one."),
        "NoEngine": failure("The server lacks an extra.", "This takes DuckDB, which is not installed."),
    }


def _list_of(names: Sequence[str]) -> str:
    item = f"(?:{'|'.join(names)})"
    return f"^{item}(?:,{item})*$"

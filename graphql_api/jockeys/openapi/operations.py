"""The operations of the jockeys' routes in the words of OpenAPI."""

from graphql_api.jockeys.openapi import answers
from graphql_api.jockeys.routes.formats import JSON, Format
from graphql_api.web.openapi.objects import Json
from graphql_api.web.openapi.parameters import shared, switch


def rows() -> Json:
    """Describe the plain route."""
    return {
        "operationId": "getJockey",
        "tags": ["jockey"],
        "summary": "A jockey's races",
        "description": "All races of a jockey, newest first, with the file's own columns and values; or the races and "
        "columns that parameters choose. Of the file's own columns dates read `2024-09-29T00:00:00Z` where the file "
        "holds dates, and missing values are null.",
        "parameters": [*shared("Id", "SourceColumns", "Order", "Limit", "Filter", "Held")],
        "responses": answers.rows(JSON),
    }


def export(form: Format) -> Json:
    """Describe the route of one format of the exports."""
    return {
        "operationId": f"export{form.extension.capitalize()}",
        "tags": ["jockey"],
        "summary": f"A jockey's races as {form.title}",
        "description": "All races, newest first, with typed columns; or the races and columns that parameters choose.",
        "parameters": [
            *shared("Id", "TypedColumns", "Order", "Limit", "Filter"),
            *map(switch, form.switches),
            *shared("Held", "Range"),
        ],
        "responses": answers.rows(form),
    }

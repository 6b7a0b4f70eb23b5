"""The operations of the jockeys' routes as OpenAPI describes them."""

from graphql_api.jockeys.openapi import answers
from graphql_api.jockeys.routes.formats import JSON, Format
from graphql_api.web.openapi.objects import Json
from graphql_api.web.openapi.parameters import shared, switch

TAGS = {"jockey": "Race records of one jockey."}


def rows() -> Json:
    """Describe the plain route."""
    return {
        "operationId": "getJockey",
        "tags": ["jockey"],
        "summary": "A jockey's races",
        "description": "All races of a jockey, newest first, with the columns and values of the file. Parameters "
        "select races and columns. A datetime has the form `2024-09-29T00:00:00Z`, and missing values are null.",
        "parameters": [*shared("Id", "SourceColumns", "Order", "Limit", "Filter", "Held")],
        "responses": answers.rows(JSON),
    }


def export(form: Format) -> Json:
    """Describe the route of one format of the exports."""
    return {
        "operationId": f"export{form.extension.capitalize()}",
        "tags": ["jockey"],
        "summary": f"A jockey's races as {form.title}",
        "description": "All races, newest first, with typed columns. Parameters select races and columns.",
        "parameters": [
            *shared("Id", "TypedColumns", "Order", "Limit", "Filter"),
            *map(switch, form.switches),
            *shared("Held", "Range"),
        ],
        "responses": answers.rows(form),
    }

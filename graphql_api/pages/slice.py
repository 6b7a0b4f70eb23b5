"""The slice of pages: HTML for people from GraphQL operations, and labels of enums."""

from graphql_api.slices import Slice

SLICE = Slice(
    name="pages",
    query="graphql_api.pages.schema.query:Query",
    pages="graphql_api.pages.http.routes:routes",
    layer="graphql_api.pages.http.layer:layer",
)

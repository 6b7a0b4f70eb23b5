"""The slice of pages: HTML for people, made of what the GraphQL schema answers, and the labels of enums."""

from graphql_api.slices import Slice

SLICE = Slice(
    name="pages",
    query="graphql_api.pages.schema.query:Query",
    pages="graphql_api.pages.http.routes:routes",
    layer="graphql_api.pages.http.layer:layer",
)

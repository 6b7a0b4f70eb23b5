"""The slice of betting slips: so far its tickets, counted by GraphQL and by the command line."""

from graphql_api.slices import Slice

SLICE = Slice(
    name="slips",
    query="graphql_api.slips.schema:Query",
    commands={"ticket": "graphql_api.slips.commands:ticket"},
)

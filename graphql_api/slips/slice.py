"""The slice of betting slips: tickets are counted, added to slips, and settled after their races."""

from graphql_api.slices import Deployment, Slice
from graphql_api.slips.settings import SlipsSettings

SLICE = Slice(
    name="slips",
    settings=SlipsSettings,
    query="graphql_api.slips.schema.query:Query",
    mutation="graphql_api.slips.schema.mutation:Mutation",
    extensions={"Race": "graphql_api.slips.schema.races:RaceBets"},
    routes="graphql_api.slips.routes.routes:routes",
    commands={"ticket": "graphql_api.slips.commands:ticket"},
    deployment=Deployment(functions={"api": ("dynamodb",)}),
)

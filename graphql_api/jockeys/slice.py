"""The slice of jockeys: their race records by id, filtered, counted and grouped."""

from graphql_api.jockeys.settings import JockeysSettings
from graphql_api.slices import Slice

SLICE = Slice(
    name="jockeys",
    settings=JockeysSettings,
    query="graphql_api.jockeys.schema.query:Query",
    routes="graphql_api.jockeys.routes.routes:routes",
    examples="graphql_api.jockeys.routes.routes:examples",
    commands={
        "inspect": "graphql_api.jockeys.commands.inspect:inspect",
        "sample": "graphql_api.samples.commands:sample",
    },
    holdings="graphql_api.jockeys.commands.holdings:describe",
    jobs={"warm": "graphql_api.jockeys.warmer:warm_job"},
    preload=("graphql_api.jockeys.decoding",),
    snapshots={"jockeys": "graphql_api.jockeys.repository:Jockeys"},
)

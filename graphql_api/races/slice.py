"""The slice of races: results from the archive, cards from a provider."""

from graphql_api.races.settings import RacesSettings
from graphql_api.slices import Deployment, Slice

_RACE = "graphql_api.races.schema.query:RideRace"

SLICE = Slice(
    name="races",
    settings=RacesSettings,
    query="graphql_api.races.schema.query:Query",
    extensions={"RaceRecord": _RACE, "Ride": _RACE},
    routes="graphql_api.races.routes.routes:routes",
    deployment=Deployment(functions={"api": ()}),
)

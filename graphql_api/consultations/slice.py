"""The slice of consultations."""

from graphql_api.consultations.settings import ConsultationsSettings
from graphql_api.slices import Deployment, Slice

SLICE = Slice(
    name="consultations",
    settings=ConsultationsSettings,
    query="graphql_api.consultations.schema.query:Query",
    mutation="graphql_api.consultations.schema.mutation:Mutation",
    routes="graphql_api.consultations.routes.routes:routes",
    deployment=Deployment(functions={"api": ("bedrock-runtime", "dynamodb", "secretsmanager")}),
)

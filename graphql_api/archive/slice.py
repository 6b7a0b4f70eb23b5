"""The slice of the archive: all jockeys listed and found, their rides counted across files."""

from graphql_api.archive.settings import ArchiveSettings
from graphql_api.slices import Deployment, Slice

SLICE = Slice(
    name="archive",
    settings=ArchiveSettings,
    query="graphql_api.archive.schema.query:Query",
    routes="graphql_api.archive.routes.exports:routes",
    commands={
        "archive": "graphql_api.archive.commands.archive:archive",
        "index": "graphql_api.archive.commands.index:index",
    },
    holdings="graphql_api.archive.commands.holdings:describe",
    deployment=Deployment(functions={"api": ("athena", "glue", "s3")}),
    snapshots={"archive": "graphql_api.archive.editions:Editions"},
)

"""The slice that shows jobs of the queue to clients that have their id."""

from graphql_api.slices import Slice

SLICE = Slice(name="job_status", query="graphql_api.job_status.schema.query:Query")

"""The slice that shows jobs: what the queue knows of one, to whoever has its id."""

from graphql_api.slices import Slice

SLICE = Slice(name="job_status", query="graphql_api.job_status.schema.query:Query")

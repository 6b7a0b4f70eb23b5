"""The slice of jockeys: their race records by id, filtered, counted and grouped."""

from graphql_api.slices import Slice

SLICE = Slice(name="jockeys", query="graphql_api.jockeys.schema.query:Query")

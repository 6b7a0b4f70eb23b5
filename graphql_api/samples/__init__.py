"""Sample data: a fictional racing calendar, and jockeys' results from it in the form of a scraper of netkeiba."""

from graphql_api.samples.careers import jockey_ids, whole_field_ids
from graphql_api.samples.files import frame, write, write_complete

__all__ = ["frame", "jockey_ids", "whole_field_ids", "write", "write_complete"]

"""Sample data: deterministic, fictional careers, pickled just as a scraper of netkeiba's jockey pages leaves them."""

from graphql_api.samples.careers import jockey_ids
from graphql_api.samples.files import frame, write

__all__ = ["frame", "jockey_ids", "write"]

"""The reasons for a template's text in place of a model's, as a GraphQL enum. Import it from here."""

from graphql_api.language_models.reasons import FALLBACKS, FallbackReason
from graphql_api.schema.enums import declare

__all__ = ["FallbackReason"]

declare(FallbackReason, FALLBACKS)

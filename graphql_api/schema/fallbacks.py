"""Why a template's text takes the place of a model's, as a GraphQL enum: imported from here, as it is declared once."""

from graphql_api.language_models.reasons import FALLBACKS, FallbackReason
from graphql_api.schema.enums import declare

__all__ = ["FallbackReason"]

declare(FallbackReason, FALLBACKS)

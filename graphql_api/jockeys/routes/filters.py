"""The filters of race records as query parameters."""

from graphql_api.jockeys.columns import FIELDS
from graphql_api.web.filters import filter_parameters

PARAMETERS = filter_parameters(FIELDS)
"""All filter parameters by name. A field's own name tests equality, others end in the operator."""

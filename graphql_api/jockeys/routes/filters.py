"""The filters of race records as query parameters."""

from graphql_api.jockeys.columns import FIELDS
from graphql_api.web.filters import filter_parameters

PARAMETERS = filter_parameters(FIELDS)
"""Every filter parameter by name: a field's own name tests equality, other operators stand behind it."""

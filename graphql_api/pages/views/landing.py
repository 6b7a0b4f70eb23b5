"""The landing page: links for people and for programs."""

from collections.abc import Mapping
from typing import Any

from graphql_api.pages.page_request import PageRequest
from graphql_api.pages.texts import Texts


def variables(_asked: PageRequest) -> dict[str, Any]:
    """Return the variables, which do not depend on the request."""
    return {}


def context(data: Mapping[str, Any], _asked: PageRequest, _texts: Texts) -> dict[str, Any]:
    """Return the leaders of all years and the newest race days, as far as there is data."""
    return {"leaders": data.get("leaders"), "days": data["rides"]["groupBy"] if data else None}

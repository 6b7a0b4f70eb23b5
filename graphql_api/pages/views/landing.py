"""The landing page: where to look, and where programs begin."""

from collections.abc import Mapping
from typing import Any

from graphql_api.pages.page_request import PageRequest
from graphql_api.pages.texts import Texts


def variables(_asked: PageRequest) -> dict[str, Any]:
    """Ask for nothing in particular."""
    return {}


def context(data: Mapping[str, Any], _asked: PageRequest, _texts: Texts) -> dict[str, Any]:
    """Show the leaders of all years, and the newest race days, as far as there is data."""
    return {"leaders": data.get("leaders"), "days": data["rides"]["groupBy"] if data else None}

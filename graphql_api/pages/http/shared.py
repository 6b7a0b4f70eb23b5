"""Values that all pages of an application share."""

from typing import Any

from graphql_api.config import Settings
from graphql_api.pages.http.style import style
from graphql_api.web.static_pages import asset_name


def shared(settings: Settings) -> dict[str, Any]:
    """Return the values that every template may use."""
    return {
        "has_explorer": settings.has_explorer,
        "stylesheet": style()[0],
        "licences": asset_name("licences"),
    }

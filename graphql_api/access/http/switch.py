"""Whether there is a layer of access: what enforces keys is imported where they are used."""

from collections.abc import Callable

from starlette.types import ASGIApp

from graphql_api.access.slice import AccessSettings
from graphql_api.web.routes import Http


def layer(http: Http) -> Callable[[ASGIApp], ASGIApp] | None:
    """Return the layer; None where access is off."""
    if http.settings.of(AccessSettings).access == "off":
        return None
    from graphql_api.access.http.layer import layer as on

    return on(http)

"""The provider of odds, which is that of races."""

from graphql_api.odds.provider import OddsProvider
from graphql_api.races.settings import RacesSettings
from graphql_api.services import Services


def open_provider(services: Services) -> OddsProvider:
    """Return the provider that the settings name. Raises ``ValueError`` for ``records``, which has only final odds."""
    settings = services.settings.of(RacesSettings)
    if settings.races_provider == "mock":
        from graphql_api.odds.mock import MockOdds
        from graphql_api.races.mock import FictionalRacing

        return MockOdds(services.get(FictionalRacing))
    if settings.races_provider == "jravan":
        from graphql_api.odds.jravan import JraVanOdds
        from graphql_api.races.jravan.bridge import Bridge

        return JraVanOdds(Bridge(settings.jravan_url), settings.jravan_timeout)
    raise ValueError("The archive has no odds that could be updated.")

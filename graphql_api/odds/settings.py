"""The settings of odds."""

from dataclasses import dataclass

from graphql_api.config import Settings, setting
from graphql_api.races.settings import RacesSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class OddsSettings:
    """The slice's table of settings."""

    odds_updates: bool = setting(
        False,  # noqa: FBT003
        "Update odds on a schedule and keep their history. Requires a provider of race cards other than `records`, "
        "which is asked up to 3,000 times on a race day",
    )
    odds_kept: int = setting(14 * 86_400, "Seconds for which odds and their history are kept", minimum=3_600)
    odds_watches: int = setting(
        100,
        "Maximum number of watches of odds per day (in Japan) for one API key, or for one address without a key. "
        "`0`: no watches",
    )
    odds_webhooks: bool = setting(
        False,  # noqa: FBT003
        "Send alerts of watches to the webhooks of clients. Requires `JOCKEY_NOTIFICATIONS_SECRET`",
    )


def is_updating(settings: Settings) -> bool:
    """Return whether odds are updated: the setting is on, and there is a provider of odds."""
    return settings.of(OddsSettings).odds_updates and settings.of(RacesSettings).races_provider != "records"

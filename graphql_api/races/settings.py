"""The settings of races."""

from dataclasses import dataclass
from typing import Literal

from graphql_api.config import ConfigError, setting

Provider = Literal["records", "mock", "jravan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RacesSettings:
    """The slice's table of settings."""

    races_provider: Provider = setting(
        "records",
        "Provider of race cards in addition to the archive: `records` (none), `mock` (a fictional calendar) or "
        "`jravan` (a JRA-VAN bridge)",
    )
    races_ttl: float = setting(30.0, "Seconds until a race card is read from the provider again")
    races_bytes: int = setting(64 * 2**20, "Maximum memory of the race cards, in bytes", minimum=1)
    jravan_url: str = setting("", "URL of the JRA-VAN bridge: `http://host:port`")
    jravan_timeout: float = setting(
        5.0,
        "Time limit for reading a race card from the bridge, in seconds, including all requests and retries",
        minimum=0.01,
    )

    def __post_init__(self) -> None:
        """Raise ``ConfigError`` if the provider is the bridge but its URL is missing."""
        if self.races_provider == "jravan" and not self.jravan_url.startswith(("http://", "https://")):
            raise ConfigError("JOCKEY_JRAVAN_URL must be the URL of the bridge, such as http://10.0.1.100:8000.")

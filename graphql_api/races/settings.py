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
        "Who tells of races beside the archive: `records` nobody, `mock` a fictional calendar, `jravan` a bridge to "
        "JRA-VAN",
    )
    races_ttl: float = setting(30.0, "Seconds until a card of such a provider is asked for again")
    races_bytes: int = setting(64 * 2**20, "Memory that the cards of such a provider may take, in bytes", minimum=1)
    jravan_url: str = setting("", "The bridge to JRA-VAN: `http://host:port`")
    jravan_timeout: float = setting(
        5.0, "Seconds that the bridge may take for a card, all its questions and tries together", minimum=0.01
    )

    def __post_init__(self) -> None:
        """Raise ``ConfigError`` where the bridge is asked for but not named."""
        if self.races_provider == "jravan" and not self.jravan_url.startswith(("http://", "https://")):
            raise ConfigError("JOCKEY_JRAVAN_URL must name the bridge, such as http://10.0.1.100:8000.")

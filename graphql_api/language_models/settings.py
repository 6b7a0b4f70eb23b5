"""Settings of models. Every process imports them at its start, so they import no client."""

from dataclasses import dataclass, field, fields
from typing import Literal, Self

from graphql_api.config import ConfigError

ProviderName = Literal["template", "bedrock", "http"]
Api = Literal["openai", "anthropic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """The model of a slice. ``timeout`` is in seconds. ``api_key`` may be the place of the key."""

    provider: ProviderName
    model: str
    url: str
    api: Api
    api_key: str = field(repr=False)
    timeout: float
    max_tokens: int

    @classmethod
    def of(cls, settings: object, prefix: str) -> Self:
        """Return the choice in a table of settings, whose names start with ``prefix``."""
        return cls(**{each.name: getattr(settings, f"{prefix}_{each.name}") for each in fields(cls)})

    def check(self, prefix: str) -> None:
        """Raise ``ConfigError`` if the provider needs a model that is not named. Settings start with ``prefix``."""
        if self.provider == "template":
            return
        if not self.model:
            raise ConfigError(f"{prefix}_MODEL must name the model.")
        if self.provider == "http" and not self.url.startswith(("https://", "http://")):
            raise ConfigError(f"{prefix}_URL must be a URL, such as https://host/v1/chat/completions.")

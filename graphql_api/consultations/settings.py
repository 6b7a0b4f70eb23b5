"""The settings of consultations."""

from dataclasses import dataclass
from typing import Literal

from graphql_api.config import ConfigError, setting

ProviderName = Literal["template", "bedrock", "http"]
Api = Literal["openai", "anthropic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationsSettings:
    """The slice's table of settings."""

    consultations_ttl: int = setting(86_400, "Seconds after its start that a consultation is kept", minimum=1)
    consultations_provider: ProviderName = setting(
        "template",
        "Who answers messages: `template` with the facts themselves, or a model: `bedrock` or `http`",
    )
    consultations_model: str = setting("", "The model: an id or profile of Bedrock, or the name that the API knows")
    consultations_url: str = setting("", "For `http` the whole URL, such as `https://host/v1/chat/completions`")
    consultations_api: Api = setting("openai", "For `http` the form: `openai`-compatible, or `anthropic` (Messages)")
    consultations_api_key: str = setting("", "For `http` the key of the API. Empty: none is sent")
    consultations_timeout: float = setting(10.0, "Seconds that a model may take; one try", minimum=0.1)
    consultations_max_tokens: int = setting(500, "Most tokens of a model's answer", minimum=1)
    consultations_session_tokens: int = setting(50_000, "Most tokens of one consultation, in and out")
    consultations_key_tokens: int = setting(
        200_000, "Most tokens of one API key a day (UTC), and of all callers without one together"
    )
    consultations_day_tokens: int = setting(1_000_000, "Most tokens of all consultations a day (UTC)")

    def __post_init__(self) -> None:
        """Raise ``ConfigError`` where a model is asked for but not named."""
        if self.consultations_provider == "template":
            return
        if not self.consultations_model:
            raise ConfigError("JOCKEY_CONSULTATIONS_MODEL must name the model.")
        if self.consultations_provider == "http" and not self.consultations_url.startswith(("https://", "http://")):
            raise ConfigError("JOCKEY_CONSULTATIONS_URL must be a URL, such as https://host/v1/chat/completions.")

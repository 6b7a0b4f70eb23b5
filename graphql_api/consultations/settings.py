"""The settings of consultations."""

from dataclasses import dataclass

from graphql_api.config import setting
from graphql_api.language_models.settings import Api, ModelChoice, ProviderName


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationsSettings:
    """The slice's table of settings."""

    consultations_ttl: int = setting(86_400, "Seconds until a consultation expires, counted from its start", minimum=1)
    consultations_provider: ProviderName = setting(
        "template",
        "Source of the answers: `template` (the facts without a model), or a language model by `bedrock` or `http`",
    )
    consultations_model: str = setting(
        "", "Model: the id or inference profile of Bedrock, or the model name of the API"
    )
    consultations_url: str = setting("", "For `http`: the full URL, such as `https://host/v1/chat/completions`")
    consultations_api: Api = setting(
        "openai", "For `http`: the type of the API, `openai` (compatible) or `anthropic` (Messages)"
    )
    consultations_api_key: str = setting(
        "",
        "For `http`: the API key of the model, or its place: `ssm:///name`, `secretsmanager://name` or "
        "`secretsmanager://name#field`. Empty: no key is sent",
    )
    consultations_timeout: float = setting(
        10.0, "Time limit of one call of the model, in seconds. There are no retries", minimum=0.1
    )
    consultations_max_tokens: int = setting(500, "Maximum number of tokens in one answer of the model", minimum=1)
    consultations_session_tokens: int = setting(
        50_000, "Maximum number of tokens of one consultation, input and output"
    )
    consultations_key_tokens: int = setting(
        200_000, "Maximum number of tokens per day (UTC) for one API key, or for one address without a key"
    )
    consultations_day_tokens: int = setting(1_000_000, "Maximum number of tokens per day (UTC) for all consultations")

    def __post_init__(self) -> None:
        """Raise ``ConfigError`` if a provider needs a model that is not named."""
        self.choice.check("JOCKEY_CONSULTATIONS")

    @property
    def choice(self) -> ModelChoice:
        """Return the chosen model."""
        return ModelChoice.of(self, "consultations")

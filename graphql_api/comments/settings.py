"""The settings of comments."""

from dataclasses import dataclass

from graphql_api.config import Settings, setting
from graphql_api.language_models.settings import Api, ModelChoice, ProviderName


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentsSettings:
    """The slice's table of settings."""

    comments_kept: int = setting(14 * 86_400, "Seconds for which a comment on a race is kept", minimum=60)
    comments_fresh: int = setting(
        600, "Seconds for which a comment is returned unchanged. After that, its facts are collected again", minimum=1
    )
    comments_ahead: int = setting(
        36,
        "Maximum number of races of the next day for which the job `queue-comments` requests "
        "previews. Races with the most queries come first",
    )
    comments_updates: bool = setting(
        False,  # noqa: FBT003
        "Request previews each evening (`queue-comments`) and delete replaced comments each morning (`clean-comments`) "
        "in the plain server. On AWS the slice's schedules do this",
    )
    comments_provider: ProviderName = setting(
        "template",
        "Writer of comments: `template` (the facts without a model), or a language model by `bedrock` or `http`",
    )
    comments_model: str = setting(
        "", "Model that writes comments: the id or inference profile of Bedrock, or the model name of the API"
    )
    comments_url: str = setting(
        "", "For `http`: the full URL of the model that writes comments, such as `https://host/v1/chat/completions`"
    )
    comments_api: Api = setting(
        "openai",
        "For `http`: the type of the API of the model that writes comments, `openai` (compatible) or `anthropic` "
        "(Messages)",
    )
    comments_api_key: str = setting(
        "",
        "For `http`: the API key of the model that writes comments, or its place: `ssm:///name`, "
        "`secretsmanager://name` or `secretsmanager://name#field`. Empty: no key is sent",
    )
    comments_timeout: float = setting(
        30.0, "Time limit of one call of the model that writes comments, in seconds. There are no retries", minimum=0.1
    )
    comments_max_tokens: int = setting(800, "Maximum number of tokens that a model writes for one comment", minimum=1)
    comments_day_tokens: int = setting(
        1_000_000, "Maximum number of tokens per day (UTC) for all comments. Then `template` writes them"
    )
    comments_workflow: str = setting(
        "", "ARN of the Step Functions state machine that writes comments. Empty: the worker does all steps itself"
    )

    def __post_init__(self) -> None:
        """Raise ``ConfigError`` if a provider needs a model that is not named."""
        self.choice.check("JOCKEY_COMMENTS")

    @property
    def choice(self) -> ModelChoice:
        """Return the chosen model."""
        return ModelChoice.of(self, "comments")


def is_updating(settings: Settings) -> bool:
    """Return whether the plain server runs the schedules of comments."""
    return settings.of(CommentsSettings).comments_updates

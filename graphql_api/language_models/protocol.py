"""The interface of language models, which Bedrock and plain HTTP implement."""

from dataclasses import dataclass
from typing import Any, Protocol

from graphql_api.language_models.prompt import Prompt
from graphql_api.language_models.reasons import FallbackReason

MAX_TOKENS = 10_000_000
"""Maximum number of tokens of one call. Larger reports are not believed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A text, and the tokens that it used."""

    text: str
    model: str
    input_tokens: int = 0
    output_tokens: int = 0


class ModelFault(Exception):
    """A model has no answer. ``charged`` are the tokens that it used nevertheless. ``detail`` is for the log."""

    def __init__(self, reason: FallbackReason, detail: str = "", charged: Answer | None = None) -> None:
        """Store the reason."""
        super().__init__(f"{reason.name} {detail}")
        self.reason = reason
        self.detail = detail
        self.charged = charged


def token_count(told: Any) -> int:
    """Return a number of tokens. 0, which means unknown, for an impossible value."""
    return told if type(told) is int and 0 <= told <= MAX_TOKENS else 0


class LanguageModel(Protocol):
    """A language model. It answers a prompt without retries, blocks, and is called in a thread."""

    name: str

    def answer(self, prompt: Prompt, seconds: float, /) -> Answer:
        """Answer within ``seconds``. Raises ``ModelFault``."""

    def close(self) -> None:
        """Close connections."""

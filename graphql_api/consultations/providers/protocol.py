"""The interface of what answers messages."""

from dataclasses import dataclass
from typing import Any, Protocol

from graphql_api.consultations.model import FallbackReason
from graphql_api.consultations.question import Question

MAX_TOKENS = 10_000_000
"""The most tokens that one call is believed to have taken."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A text, and what a model was charged for it."""

    text: str
    model: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0


class ProviderFault(Exception):
    """A provider has no answer. ``answer`` is what it was charged for all the same; the log holds ``detail``."""

    def __init__(self, reason: FallbackReason, detail: str = "", charged: Answer | None = None) -> None:
        """Keep the reason."""
        super().__init__(f"{reason.name} {detail}")
        self.reason = reason
        self.detail = detail
        self.charged = charged


def token_count(told: Any) -> int:
    """Return a number of tokens; 0, as if it was not told, for what cannot be one."""
    return told if type(told) is int and 0 <= told <= MAX_TOKENS else 0


class Provider(Protocol):
    """Answers messages in one try. It blocks, and is called in a thread unless it ``is_local``."""

    name: str
    is_local: bool

    def answer(self, question: Question, seconds: float, /) -> Answer:
        """Answer within ``seconds``. Raises ``ProviderFault``."""

    def close(self) -> None:
        """Close connections."""

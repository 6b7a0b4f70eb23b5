"""The model of comments on races."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from graphql_api.language_models.reasons import FallbackReason
from graphql_api.races.fact import Fact


class CommentKind(Enum):
    """Kind of a comment: before or after the race."""

    PREVIEW = "preview"
    REVIEW = "review"


class CommentStyle(Enum):
    """Length of a comment."""

    SHORT = "short"
    FULL = "full"


class CommentLanguage(Enum):
    """The language of a comment."""

    JA = "ja"
    EN = "en"


DESCRIPTIONS: Mapping[Enum, str] = {
    CommentKind.PREVIEW: "Preview (展望). It uses only facts known before the race, also if the race is over.",
    CommentKind.REVIEW: "Review (回顧). It uses the result of the race.",
    CommentStyle.SHORT: "The race, and the three facts with the largest samples.",
    CommentStyle.FULL: "The race, and facts about each jockey.",
    CommentLanguage.JA: "Japanese.",
    CommentLanguage.EN: "English.",
}


@dataclass(frozen=True, slots=True)
class CommentRequest:
    """A request for a comment. ``race_id`` is the bridge's."""

    race_id: str
    kind: CommentKind
    style: CommentStyle
    language: CommentLanguage


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a provider, and the tokens that it used."""

    text: str
    advice: str
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment. ``digest`` covers its facts, its model and the version of the prompt.

    ``fallback`` is the reason why the template wrote it. The tokens are then those that the model used.
    """

    wanted: CommentRequest
    digest: str
    written: Text
    facts: tuple[Fact, ...]
    provider: str
    model: str
    prompt_version: str
    latency_ms: float
    created_at: datetime
    fallback: FallbackReason | None = None

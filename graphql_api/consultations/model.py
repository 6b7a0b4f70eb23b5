"""A consultation: the slip as it was at the start, its facts, and the messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType

from graphql_api.language import Language
from graphql_api.language_models.reasons import FallbackReason
from graphql_api.races.fact import Fact
from graphql_api.slips.model import SlipItem


class ConsultationStatus(Enum):
    """Status of a consultation."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


class WarningLevel(Enum):
    """Comparison of the total of a slip with the user's limit."""

    NONE = "none"
    CAUTION = "caution"
    WARNING = "warning"


class MessageType(Enum):
    """Author of a message."""

    USER = "user"
    AI = "ai"


STATUSES: Mapping[Enum, str] = MappingProxyType(
    {
        ConsultationStatus.NOT_STARTED: "No message has been sent yet.",
        ConsultationStatus.IN_PROGRESS: "Messages are exchanged.",
        ConsultationStatus.COMPLETED: "The consultation has ended. No more messages can be sent.",
    }
)

LEVELS: Mapping[Enum, str] = MappingProxyType(
    {
        WarningLevel.NONE: "Below 80 % of the limit, or no limit was given.",
        WarningLevel.CAUTION: "At least 80 % of the limit, but below the limit.",
        WarningLevel.WARNING: "At or above the limit.",
    }
)

MESSAGE_TYPES: Mapping[Enum, str] = MappingProxyType(
    {MessageType.USER: "The user.", MessageType.AI: "The service: a model, or the template."}
)


@dataclass(frozen=True, slots=True)
class BetFeedback:
    """Facts on an item of the slip, and a comment."""

    item_id: str
    comment: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class AmountFeedback:
    """The total of the slip compared with the user's ``limit``. None if there is no limit."""

    total: int
    limit: int | None
    level: WarningLevel
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message. It has an ``id`` when it is written. ``fallback`` is the reason why the template answered."""

    type: MessageType
    content: str
    at: datetime
    id: str = ""
    provider: str | None = None
    model: str | None = None
    fallback: FallbackReason | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of models in one session: those that models reported, and all that were ``charged``."""

    input_tokens: int = 0
    output_tokens: int = 0
    charged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """A version of a consultation. ``items`` are those of the slip at the start.

    ``asked`` is a digest of the request that started it. None if the request had no id.
    """

    status: ConsultationStatus
    language: Language
    items: tuple[SlipItem, ...]
    feedback: tuple[BetFeedback, ...]
    amount: AmountFeedback
    started_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    asked: str | None = None
    version: int = 0
    usage: Usage = Usage()

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Return all facts, each once."""
        return tuple(dict.fromkeys(fact for feedback in self.feedback for fact in feedback.facts))

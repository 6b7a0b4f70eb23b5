"""The question for a provider: the facts of a session as data, the earlier messages, and the new one."""

from dataclasses import dataclass

from graphql_api.consultations.model import Consultation, MessageType
from graphql_api.language import Language

MAX_TURNS = 10
"""Maximum number of earlier messages in a question."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier message."""

    type: MessageType
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A message of a consultation. The answer has at most ``max_tokens``."""

    consultation: Consultation
    turns: tuple[Turn, ...]
    message: str
    max_tokens: int

    @property
    def language(self) -> Language:
        """Return the language of the session."""
        return self.consultation.language

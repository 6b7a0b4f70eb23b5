"""What a provider is asked: the facts of a session as data, the messages so far, and the new one."""

from dataclasses import dataclass

from graphql_api.consultations.model import Consultation, MessageType
from graphql_api.language import Language

MAX_TURNS = 10
"""Earlier messages that a provider sees."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier message."""

    type: MessageType
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A message to be answered from a consultation, in at most ``max_tokens``."""

    consultation: Consultation
    turns: tuple[Turn, ...]
    message: str
    max_tokens: int

    @property
    def language(self) -> Language:
        """Return the language of the session."""
        return self.consultation.language

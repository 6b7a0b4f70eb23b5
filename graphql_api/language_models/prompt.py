"""What a model is asked: an instruction, and turns whose texts are data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

BYTES_A_TOKEN = 2
"""Bytes of UTF-8 to a token, at the least on average: a letter of Japanese has three, and takes 1 to 1.5 tokens."""

Role = Literal["user", "assistant"]


class Turn(NamedTuple):
    """One turn of a conversation; the first and the last one are the user's."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked, to be answered in at most ``max_tokens``."""

    system: str
    turns: Sequence[Turn]
    max_tokens: int

    @property
    def most_tokens(self) -> int:
        """Return the most tokens that a call may take, in and out."""
        texts = (self.system, *(turn.text for turn in self.turns))
        return sum(len(text.encode()) for text in texts) // BYTES_A_TOKEN + self.max_tokens

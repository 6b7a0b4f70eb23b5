"""The prompt of a model: an instruction, and turns whose texts are data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

BYTES_A_TOKEN = 2
"""Minimum average of UTF-8 bytes in a token. A Japanese character has three bytes and takes 1 to 1.5 tokens."""

Role = Literal["user", "assistant"]


class Turn(NamedTuple):
    """One turn of a conversation. The first and the last are the user's."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt. The answer has at most ``max_tokens``."""

    system: str
    turns: Sequence[Turn]
    max_tokens: int

    @property
    def most_tokens(self) -> int:
        """Return the maximum number of tokens of a call, input and output."""
        texts = (self.system, *(turn.text for turn in self.turns))
        return sum(len(text.encode()) for text in texts) // BYTES_A_TOKEN + self.max_tokens

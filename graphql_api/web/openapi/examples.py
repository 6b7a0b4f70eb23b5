"""What the document shows as examples of this very server: a jockey that it holds, and its operations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operation:
    """A trusted operation: its variables with types and defaults (``Int = 20``); whether its answer is a table too."""

    name: str
    variables: Mapping[str, str]
    table: bool


@dataclass(frozen=True, slots=True)
class Examples:
    """A jockey's id to try, a sentence on what is wrong with it (empty where nothing is), and the operations."""

    jockey_id: str
    notice: str
    operations: Sequence[Operation]

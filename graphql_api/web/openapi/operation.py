"""A trusted operation as the document describes it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operation:
    """A trusted operation: its variables with types and defaults (``Int = 20``). ``table``: it is available as CSV."""

    name: str
    variables: Mapping[str, str]
    table: bool

"""What pages and the OpenAPI document show as examples of this very server."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Examples:
    """Ids to try, at least one; ``notice`` says in a sentence why they may not be found, and is else empty."""

    ids: tuple[str, ...]
    notice: str = ""


GetExamples = Callable[[], Awaitable[Examples]]
"""Returns the examples; never raises for what a storage does."""


async def no_examples() -> Examples:
    """Return a placeholder id, for servers in which no slice has examples."""
    return Examples(("1",))

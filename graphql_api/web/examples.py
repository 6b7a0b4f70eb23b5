"""Examples of this server's own data, for pages and for the OpenAPI document."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Examples:
    """At least one id to try. ``notice`` is a sentence that says why it may not exist, or is empty."""

    ids: tuple[str, ...]
    notice: str = ""


GetExamples = Callable[[], Awaitable[Examples]]
"""Returns the examples. Faults of a storage never raise an error."""


async def no_examples() -> Examples:
    """Return a placeholder id, for servers in which no slice has examples."""
    return Examples(("1",))

"""Names and messages of others made harmless: for statements, for prompts, and for the store."""

import unicodedata

from graphql_api.text import compatible

MAX_NAME = 40
"""Characters of a name; the longest real one has 19."""

_HARMLESS = frozenset({"\n"})
_DROPPED = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
"""Categories of Unicode: control, format (those that turn the direction of writing too), and no characters at all."""


def clean_name(name: str) -> str:
    """Return a name in compatible form, without control characters or line ends, and cut."""
    kept = "".join(letter for letter in name[: 4 * MAX_NAME] if unicodedata.category(letter) not in _DROPPED)
    return " ".join(compatible(kept).split())[:MAX_NAME]


def clean_message(text: str) -> str:
    """Return a message without control characters; line ends stay."""
    kept = (each for each in text if each in _HARMLESS or unicodedata.category(each) not in _DROPPED)
    return "".join(kept).strip()

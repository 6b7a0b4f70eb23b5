"""Names of horses and people made harmless: they come from files and cards, and become a part of texts."""

import unicodedata

from graphql_api.text import compatible

MAX_NAME = 40
"""Characters of a name; the longest real one has 19."""


def clean_name(name: str) -> str:
    """Return a name in compatible form, without control characters (category C of Unicode) and line ends, and cut."""
    kept = "".join(letter for letter in name[: 4 * MAX_NAME] if not unicodedata.category(letter).startswith("C"))
    return " ".join(compatible(kept).split())[:MAX_NAME]

"""The form of jockey ids."""

import re

from graphql_api.errors import BadUserInput

JOCKEY_ID_PATTERN = r"^(?:\d{4,5}|a[0-9a-f]{4}|z\d{4})$"
_JOCKEY_ID = re.compile(r"(?:[0-9]{4,5}|a[0-9a-f]{4}|z[0-9]{4})")


def jockey_id(text: str) -> str:
    """Return a valid netkeiba jockey id, which is safe in a key or a path. Raises ``BadUserInput``."""
    if not _JOCKEY_ID.fullmatch(text):
        message = "A jockey id is four or five digits, 'a' and four hexadecimal digits, or 'z' and four digits."
        raise BadUserInput(message)
    return text

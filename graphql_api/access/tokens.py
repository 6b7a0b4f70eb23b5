"""The text of a key: ``jk_``, an id of 8 characters, a secret of 32, and a checksum of 6, all of letters and digits.

The checksum refuses a typo without a look-up. The secret has 190 random bits: a fast digest of it is as good as a slow
one, and the digest is all that is stored.
"""

import secrets
import string
from hashlib import blake2b
from typing import NamedTuple
from zlib import crc32

PREFIX = "jk_"
ID_LENGTH = 8
SECRET_LENGTH = 32
CHECKSUM_LENGTH = 6
LENGTH = len(PREFIX) + ID_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_CHARACTERS = frozenset(ALPHABET)
_PURPOSE = b"graphql-api key"


class Token(NamedTuple):
    """A well-formed key: its id, which is no secret, and the digest of all of it."""

    id: str
    digest: str


def new_id() -> str:
    """Return a random id of a key."""
    return _random(ID_LENGTH)


def new_token(key_id: str) -> str:
    """Return the text of a new key with this id."""
    text = PREFIX + key_id + _random(SECRET_LENGTH)
    return text + _checksum(text)


def read_token(text: str) -> Token | None:
    """Read the text of a key; None where it cannot be one."""
    if len(text) != LENGTH or not text.startswith(PREFIX) or not _CHARACTERS.issuperset(text[len(PREFIX) :]):
        return None
    if _checksum(text[:-CHECKSUM_LENGTH]) != text[-CHECKSUM_LENGTH:]:
        return None
    return Token(text[len(PREFIX) : len(PREFIX) + ID_LENGTH], digest(text))


def digest(text: str) -> str:
    """Return the digest by which a key is known."""
    return blake2b(text.encode(), key=_PURPOSE, digest_size=32).hexdigest()


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _checksum(text: str) -> str:
    number, digits = crc32(text.encode()), []
    for _ in range(CHECKSUM_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[rest])
    return "".join(reversed(digits))

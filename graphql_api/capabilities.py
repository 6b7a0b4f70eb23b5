"""Ids that are capabilities: anyone who knows an id may use its object.

So they cannot be guessed and are never listed, ``logs`` masks them everywhere, and a store has only their digests.
"""

import re
import secrets
from hashlib import blake2b
from string import ascii_letters, digits

BEGINNING = "cap_"
_ALPHABET = digits + ascii_letters
_LENGTH = 22
_FORM = re.compile(rf"{BEGINNING}[{_ALPHABET}]{{{_LENGTH}}}", re.ASCII)


def new_capability() -> str:
    """Return an id of 128 random bits."""
    return _written(secrets.randbits(128))


def derived_capability(secret: bytes, purpose: str) -> str:
    """Return the id derived from a client's random ``secret``. Equal secrets give equal ids."""
    digest = blake2b(secret, digest_size=16, person=purpose.encode()).digest()
    return _written(int.from_bytes(digest, "big"))


def is_capability(text: str) -> bool:
    """Return whether a text has the form of a capability."""
    return _FORM.fullmatch(text) is not None


def stored_name(capability: str) -> str:
    """Return the digest that is the object's name in a store, so that readers of the store do not learn the id."""
    return blake2b(capability.encode(), digest_size=16, person=b"capability").hexdigest()


def _written(number: int) -> str:
    letters = []
    for _ in range(_LENGTH):
        number, rest = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[rest])
    return BEGINNING + "".join(letters)

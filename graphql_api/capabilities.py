"""Ids that are capabilities: whoever knows one may use what it names.

So each is unguessable, nobody lists them, ``logs`` masks them wherever they stand, and a store knows only their digest.
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
    """Return the id that follows from a client's own random ``secret``: the same for the same one, as strong as it."""
    digest = blake2b(secret, digest_size=16, person=purpose.encode()).digest()
    return _written(int.from_bytes(digest, "big"))


def is_capability(text: str) -> bool:
    """Return whether a text has the form of a capability."""
    return _FORM.fullmatch(text) is not None


def stored_name(capability: str) -> str:
    """Return the digest under which a store holds what the capability names: who reads the store cannot use it."""
    return blake2b(capability.encode(), digest_size=16, person=b"capability").hexdigest()


def _written(number: int) -> str:
    letters = []
    for _ in range(_LENGTH):
        number, rest = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[rest])
    return BEGINNING + "".join(letters)

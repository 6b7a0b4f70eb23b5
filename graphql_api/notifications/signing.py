"""Signatures of webhooks, as Standard Webhooks (standardwebhooks.com) has them: HMAC-SHA256 of id, time and body."""

import hmac
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping
from hashlib import sha256

PREFIX = "whsec_"


def key_of(secret: str) -> bytes:
    """Return the bytes of a secret: ``whsec_`` and base64, or any other text as it is."""
    if secret.startswith(PREFIX):
        try:
            return b64decode(secret.removeprefix(PREFIX), validate=True)
        except Error:
            pass
    return secret.encode()


def derived_secret(master: str, owner: str, url: str) -> str:
    """Return the secret of one owner's webhook, which tells nothing about the master secret or other owners'."""
    digest = hmac.digest(key_of(master), f"webhook\n{owner}\n{url}".encode(), sha256)
    return PREFIX + b64encode(digest).decode()


def signed_headers(secret: str, event_id: str, now: int, body: bytes) -> Mapping[str, str]:
    """Return the headers that sign a body sent ``now``, in seconds since 1970."""
    signature = hmac.digest(key_of(secret), b".".join((event_id.encode(), str(now).encode(), body)), sha256)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(now),
        "webhook-signature": f"v1,{b64encode(signature).decode()}",
    }

"""A secret of the settings: the text itself, or its place in AWS."""

import logging
import time
from collections.abc import Callable
from contextlib import closing
from threading import Lock
from typing import Any

import orjson

from graphql_api.config import ConfigError
from graphql_api.errors import UpstreamUnavailable
from graphql_api.storage.faults import error_code, faults
from graphql_api.storage.protocol import UNAVAILABLE

SSM = "ssm://"
SECRETS_MANAGER = "secretsmanager://"

KEPT_SECONDS = 300.0
"""Seconds for which a secret is used before it is read again. A new secret is used everywhere after that."""

RENEWED_SECONDS = 60.0
"""Minimum seconds between two reads after a secret was refused."""

TIMEOUTS = 1.0, 2.0
"""Seconds to connect to AWS and to wait for its response."""


class Secret:
    """A secret, read on first use and kept for some minutes. No message and no ``repr`` contains it.

    ``ssm:///a/name`` is a parameter (SecureString) of SSM, ``secretsmanager://name`` a secret of Secrets Manager,
    ``secretsmanager://name#field`` a text within one that is a JSON object; any other text is the secret itself.
    """

    def __init__(self, given: str, region: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        """Store the place without reading it. Raises ``ConfigError`` if a place has no name."""
        if given in (SSM, SECRETS_MANAGER):
            raise ConfigError(f"{given} must be followed by the name of a secret.")
        self._given = given
        self._region = region
        self._clock = clock
        self._lock = Lock()
        self._held: tuple[str, float] | None = None

    def read(self) -> str:
        """Return the secret. It blocks if AWS has it. Raises ``UpstreamUnavailable``."""
        if not self._given.startswith((SSM, SECRETS_MANAGER)):
            return self._given
        with self._lock:
            if self._held is None or self._clock() - self._held[1] >= KEPT_SECONDS:
                self._held = self._fetch(), self._clock()
            return self._held[0]

    def renew(self, refused: str) -> bool:
        """Read the secret again after it was refused. Return whether it has changed."""
        with self._lock:
            if self._held is None:
                return False
            if self._held[0] == refused and self._clock() - self._held[1] >= RENEWED_SECONDS:
                self._held = self._fetch(), self._clock()
            return self._held[0] != refused

    def _fetch(self) -> str:
        from boto3.session import Session
        from botocore.config import Config

        # At DEBUG, botocore logs the answers it parses: the secrets.
        logging.getLogger("botocore.parsers").setLevel(logging.INFO)
        service = "ssm" if self._given.startswith(SSM) else "secretsmanager"
        config = Config(connect_timeout=TIMEOUTS[0], read_timeout=TIMEOUTS[1], retries={"total_max_attempts": 2})
        session: Any = Session()  # whose types know each service by its name alone
        try:
            with closing(session.client(service, region_name=self._region or None, config=config)) as client:
                return self._told(client)
        except faults() as error:
            raise UpstreamUnavailable(UNAVAILABLE, service=service, error_code=error_code(error)) from error
        except (KeyError, TypeError, ValueError) as error:
            # Without the cause, whose message may hold a part of the secret.
            reason = "the secret is not of its form"
            raise UpstreamUnavailable(UNAVAILABLE, service=service, reason=reason, kind=type(error).__name__) from None

    def _told(self, client: Any) -> str:
        if self._given.startswith(SSM):
            name = self._given.removeprefix(SSM)
            return str(client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]).strip()
        name, _, field = self._given.removeprefix(SECRETS_MANAGER).partition("#")
        text = client.get_secret_value(SecretId=name)["SecretString"]
        return str(orjson.loads(text)[field] if field else text).strip()

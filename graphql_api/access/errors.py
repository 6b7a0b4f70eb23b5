"""Why access refuses a request.

ServiceError
├── Unauthenticated  401  UNAUTHENTICATED  there is no API key, or it is wrong, expired or disabled
├── Forbidden        403  FORBIDDEN        the API key is not meant for this route
└── RateLimited      429  RATE_LIMITED     the caller has used up a limit; retry later, as Retry-After says
"""

from collections.abc import Mapping

from graphql_api.errors import ServiceError

REALM = 'Bearer realm="graphql-api"'

NO_KEY = "This server asks for an API key. Send it as X-API-Key or as Authorization: Bearer."
BAD_KEY = "The API key is not valid: it is wrong, expired or disabled."


class Unauthenticated(ServiceError):
    """There is no API key, or it is not valid; ``challenge`` says how to send one."""

    code = "UNAUTHENTICATED"
    status = 401

    def __init__(self, message: str, challenge: str) -> None:
        """Keep ``message`` for the client and ``challenge`` for ``WWW-Authenticate`` (RFC 6750, 3)."""
        super().__init__(message)
        self.challenge = challenge

    @property
    def headers(self) -> Mapping[str, str]:
        """Challenge the client."""
        return {"www-authenticate": self.challenge}


class Forbidden(ServiceError):
    """The API key is valid, but not meant for this; ``challenge`` names the scope that is."""

    code = "FORBIDDEN"
    status = 403

    def __init__(self, message: str, challenge: str) -> None:
        """Keep ``message`` for the client and ``challenge`` for ``WWW-Authenticate`` (RFC 6750, 3.1)."""
        super().__init__(message)
        self.challenge = challenge

    @property
    def headers(self) -> Mapping[str, str]:
        """Challenge the client."""
        return {"www-authenticate": self.challenge}


class RateLimited(ServiceError):
    """The caller has used up one of its limits."""

    code = "RATE_LIMITED"
    status = 429

    def __init__(self, message: str, seconds: int, told: Mapping[str, str]) -> None:
        """Keep ``message`` for the client, the seconds that it should wait, and headers that tell its limits."""
        super().__init__(message)
        self.seconds = seconds
        self.told = told

    @property
    def headers(self) -> Mapping[str, str]:
        """Say when to come again."""
        return {**self.told, "retry-after": str(self.seconds)}


def no_key() -> Unauthenticated:
    """Return the error for a request without a key."""
    return Unauthenticated(NO_KEY, REALM)


def bad_key() -> Unauthenticated:
    """Return the error for a key that is not valid; why, only its owner's operator can tell."""
    return Unauthenticated(BAD_KEY, f'{REALM}, error="invalid_token"')


def wrong_scope(scope: str) -> Forbidden:
    """Return the error for a key that is not meant for this route."""
    return Forbidden(
        f"The API key does not have the scope {scope!r}, which this takes.",
        f'{REALM}, error="insufficient_scope", scope="{scope}"',
    )


def rate_limited(limit: str, seconds: int, headers: Mapping[str, str]) -> RateLimited:
    """Return the error for a caller that has used up ``limit`` for ``seconds``."""
    return RateLimited(f"The limit of {limit} a minute is used up. Try again in {seconds} s.", seconds, headers)

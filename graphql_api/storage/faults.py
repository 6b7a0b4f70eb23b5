"""The table of our errors for faults of AWS, by error code or by exception class."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from graphql_api.errors import NotFound, ServiceError, StorageFault, UpstreamUnavailable
from graphql_api.storage.protocol import REFUSED, UNAVAILABLE

NOT_MODIFIED = "304"
CHANGED = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409", "NoSuchKey"})
"""Error codes of S3 if the condition of a write fails. NoSuchKey means that the object was deleted."""

# The credentials are unusable: with others, which may be had by connecting anew, the same request may succeed.
CREDENTIALS = frozenset(
    {
        "NoCredentialsError",
        "PartialCredentialsError",
        "CredentialRetrievalError",
        "MetadataRetrievalError",
        "TokenRetrievalError",
        "SSOError",
        "ProfileNotFound",
        "ExpiredToken",
        "ExpiredTokenException",
        "RequestExpired",
        "TokenRefreshRequired",
        "InvalidToken",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
        "AuthFailure",
        "RequestTimeTooSkewed",
    }
)
# What may come with a status below 500 and yet means "later".
_THROTTLED = (
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "RequestThrottled",
    "TooManyRequests",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "RequestTimeout",
    "OperationAborted",
    "429",
)
BROKEN = (
    "ConnectionError",  # refused, DNS, TLS, connect timeout
    "HTTPClientError",  # read timeout, reset, truncated body
    "HTTPError",  # what botocore leaves unwrapped of urllib3's
    "IncompleteReadError",
    "FlexibleChecksumError",
    "ResponseParserError",  # an answer cut off, or not of AWS
)
_PASSING_STATUSES = frozenset({500, 502, 503, 504})

_KINDS: Mapping[str, type[ServiceError]] = {
    **dict.fromkeys(("NoSuchKey", "404"), NotFound),
    **dict.fromkeys([*CREDENTIALS, *_THROTTLED, *BROKEN], UpstreamUnavailable),
}
_MESSAGES: Mapping[type[ServiceError], str] = {
    NotFound: "There is no such file.",
    UpstreamUnavailable: UNAVAILABLE,
    StorageFault: REFUSED,
}


def faults() -> tuple[type[Exception], ...]:
    """Return the exception classes of boto3, which have no common base class."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError
    from urllib3.exceptions import HTTPError

    return (ClientError, BotoCoreError, ResponseParserError, HTTPError)


def error_code(error: Exception) -> str:
    """Return the error code of AWS, or the exception's name if AWS did not respond."""
    from botocore.exceptions import ClientError

    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else type(error).__name__


@contextmanager
def translated(**where: str) -> Iterator[None]:
    """Translate errors of boto3 to ours, with ``where`` and the error code for the log.

    ``StorageFault`` is for all errors that are not in the table, such as ``AccessDenied``. (A role without
    ``s3:ListBucket`` gets it for missing keys too. It is not translated to "not found", which would hide that the
    service has no right to read.)
    """
    try:
        yield
    except faults() as error:
        kind = _kind(error)
        raise kind(_MESSAGES[kind], error_code=error_code(error), **where) from error


def _kind(error: Exception) -> type[ServiceError]:
    """Return our error class for a fault: by its code, its classes, or its status (5xx is temporary)."""
    names = (error_code(error), *(each.__name__ for each in type(error).__mro__))
    otherwise = UpstreamUnavailable if _status(error) >= 500 else StorageFault
    return next((_KINDS[name] for name in names if name in _KINDS), otherwise)


def is_passing(error: Exception) -> bool:
    """Return whether a retry may succeed: after faults of S3 itself and broken connections."""
    names = {error_code(error), *(each.__name__ for each in type(error).__mro__)}
    return _status(error) in _PASSING_STATUSES or not names.isdisjoint((*_THROTTLED, *BROKEN))


def _status(error: Exception) -> int:
    """Return the HTTP status of AWS's response. 0 if there was none."""
    from botocore.exceptions import ClientError

    return int(error.response["ResponseMetadata"]["HTTPStatusCode"]) if isinstance(error, ClientError) else 0

"""Every error a client can be shown, each with its stable code and HTTP status.

ServiceError
├── BadRequest            400  BAD_REQUEST            the request cannot be read: bytes, form, or what is given twice
│   └── UrlTooLong        414  BAD_REQUEST            the path or the query string is longer than the limit
├── BadUserInput          400  BAD_USER_INPUT         an argument, id or header is not of its form
├── CursorExpired         400  CURSOR_EXPIRED         the file changed and the cursor's race is no longer there
├── IndexRequired         409  INDEX_REQUIRED         what was asked for takes an index, and the storage has none
├── NotFound              404  NOT_FOUND              no such jockey, route or asset
├── ResponseTooLarge      413  RESPONSE_TOO_LARGE     the answer would pass the platform's limit
├── Overloaded            503  OVERLOADED             the process holds as many answers as it may; retry later
├── UpstreamUnavailable   503  UPSTREAM_UNAVAILABLE   S3, SSM or credentials unusable for now; retry later
├── RequestTimeout        504  TIMEOUT                the request took longer than its wall-time limit
├── StorageFault          500  INTERNAL_SERVER_ERROR  S3 refused (access denied, …): an operator must act
└── DataCorrupt           500  DATA_CORRUPT           the jockey's file is no readable, safe frame

A message is written for the client: it never holds a bucket, a key, a path or a cause. What the operator needs goes
into ``log_fields`` and, with ``raise … from``, into the chained exception; both are logged, neither is sent.
"""

from typing import ClassVar


class ServiceError(Exception):
    """An error whose message may be shown to the client. ``log_fields`` is for the log only."""

    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"
    status: ClassVar[int] = 500

    def __init__(self, message: str, **log_fields: object) -> None:
        """Keep ``message`` for the client and ``log_fields`` for the operator."""
        super().__init__(message)
        self.message = message
        self.log_fields = log_fields


class BadRequest(ServiceError):
    """The request cannot be read: it is not of the form that HTTP, the URL or the body must have."""

    code = "BAD_REQUEST"
    status = 400


class UrlTooLong(BadRequest):
    """The path or the query string is longer than the limit."""

    status = 414


class BadUserInput(ServiceError):
    """The client sent something that is not of the form the API documents."""

    code = "BAD_USER_INPUT"
    status = 400


class CursorExpired(ServiceError):
    """The jockey's file changed so that a cursor no longer names its race."""

    code = "CURSOR_EXPIRED"
    status = 400


class IndexRequired(ServiceError):
    """What was asked of all jockeys takes the index, which the operator has not built."""

    code = "INDEX_REQUIRED"
    status = 409


class NotFound(ServiceError):
    """What was asked for does not exist."""

    code = "NOT_FOUND"
    status = 404


class ResponseTooLarge(ServiceError):
    """The answer would pass the size limit of the platform (Lambda: 6 MB)."""

    code = "RESPONSE_TOO_LARGE"
    status = 413


class Overloaded(ServiceError):
    """The process holds as many connections or unsent answers as it may; the same request may succeed later."""

    code = "OVERLOADED"
    status = 503


class UpstreamUnavailable(ServiceError):
    """S3, SSM or the credentials cannot be used for now; the same request may succeed later."""

    code = "UPSTREAM_UNAVAILABLE"
    status = 503


class RequestTimeout(ServiceError):
    """The request took longer than its wall-time limit."""

    code = "TIMEOUT"
    status = 504


class StorageFault(ServiceError):
    """The storage answered with a fault that a retry will not cure, such as access denied."""


class DataCorrupt(ServiceError):
    """The jockey's file cannot be read as a safe frame; the refusal is logged."""

    code = "DATA_CORRUPT"

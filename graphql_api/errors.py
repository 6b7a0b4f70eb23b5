"""Every error a client can be shown, each with its stable code and HTTP status.

ServiceError
├── BadRequest            400  BAD_REQUEST            the request cannot be read: bytes, form, or what is given twice
│   ├── BodyTooLarge      413  BAD_REQUEST            the body is larger than the limit
│   ├── UrlTooLong        414  BAD_REQUEST            the path or the query string is longer than the limit
│   └── MediaType         415  BAD_REQUEST            the body is of a media type that is not read
│       └── ContentCoding 415  BAD_REQUEST            the body is compressed
├── MethodNotAllowed      405  METHOD_NOT_ALLOWED     the method is not served here, or not for such an operation
├── NotAcceptable         406  NOT_ACCEPTABLE         the client accepts no media type that can be given
├── ParseFailed           400  GRAPHQL_PARSE_FAILED   the document is no GraphQL
├── ValidationFailed      400  GRAPHQL_VALIDATION_FAILED  the document does not fit the schema
├── QueryTooComplex       400  QUERY_TOO_COMPLEX      the operation or its variables pass a limit
├── DocumentNotFound      400  PERSISTED_QUERY_NOT_FOUND  no document has this id or hash; send the text
├── BadUserInput          400  BAD_USER_INPUT         an argument, id or header is not of its form
├── CursorExpired         400  CURSOR_EXPIRED         the file changed and the cursor's race is no longer there
├── IndexRequired         409  INDEX_REQUIRED         what was asked for takes an index, and the storage has none
│   └── IndexOutdated     409  INDEX_OUTDATED         the index is of another layout than this release reads
├── Conflict              409  CONFLICT               another writer came first; look again, then write
├── NotFound              404  NOT_FOUND              no such jockey, route or asset
├── EngineMissing         501  ENGINE_MISSING         a library is not installed; the message names it
├── NoSpace               507  INSUFFICIENT_STORAGE   the server's disk is full; an operator must act
├── ResponseTooLarge      413  RESPONSE_TOO_LARGE     the answer would pass the platform's limit
├── ItemTooLarge          413  ITEM_TOO_LARGE         what is to be stored is larger than one item may be
├── Overloaded            503  OVERLOADED             the process holds as many answers as it may; retry later
├── DeliveryRefused       502  DELIVERY_REFUSED       a webhook or topic does not take a notification, now or later
│   └── DeliveryGone      502  DELIVERY_GONE          a webhook takes no notifications any more (410)
├── UpstreamUnavailable   503  UPSTREAM_UNAVAILABLE   S3, SSM or credentials unusable for now; retry later
├── StoreUnavailable      503  STORE_UNAVAILABLE      the store is locked, throttled, slow or absent; retry later
├── RequestTimeout        504  TIMEOUT                the request took longer than its wall-time limit
├── StorageFault          500  INTERNAL_SERVER_ERROR  S3 refused (access denied, …): an operator must act
├── StoreFault            500  INTERNAL_SERVER_ERROR  the store refused, or its file is damaged: an operator must act
└── DataCorrupt           500  DATA_CORRUPT           the jockey's file is no readable, safe frame

A message is written for the client: it never holds a bucket, a key, a path or a cause. What the operator needs goes
into ``log_fields`` and, with ``raise … from``, into the chained exception; both are logged, neither is sent.
"""

from collections.abc import Mapping
from typing import ClassVar, Self


class ServiceError(Exception):
    """An error whose message may be shown to the client. ``log_fields`` is for the log only."""

    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"
    status: ClassVar[int] = 500

    def __init__(self, message: str, **log_fields: object) -> None:
        """Keep ``message`` for the client and ``log_fields`` for the operator."""
        super().__init__(message)
        self.message = message
        self.log_fields = log_fields

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the headers that the answer takes besides, by their names in lower case."""
        return {}

    def __copy__(self) -> Self:
        """Return an equal error with all fields of its class, and without a traceback; no constructor is called."""
        twin = type(self).__new__(type(self), *self.args)
        twin.__dict__.update(self.__dict__, log_fields=dict(self.log_fields))
        return twin


class BadRequest(ServiceError):
    """The request cannot be read: it is not of the form that HTTP, the URL or the body must have."""

    code = "BAD_REQUEST"
    status = 400


class BodyTooLarge(BadRequest):
    """The body is larger than the limit."""

    status = 413


class UrlTooLong(BadRequest):
    """The path or the query string is longer than the limit."""

    status = 414


class MediaType(BadRequest):
    """The body is of a media type or a charset that is not read."""

    status = 415


class ContentCoding(MediaType):
    """The body is compressed."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Name the coding that is read (RFC 9110, 15.5.16)."""
        return {"accept-encoding": "identity"}


class MethodNotAllowed(ServiceError):
    """The method is not allowed for this path or operation; ``allow`` lists the allowed methods."""

    code = "METHOD_NOT_ALLOWED"
    status = 405

    def __init__(self, message: str, allow: str) -> None:
        """Keep ``message`` for the client and ``allow`` for the header of that name."""
        super().__init__(message)
        self.allow = allow

    @property
    def headers(self) -> Mapping[str, str]:
        """Name the methods that are served (RFC 9110, 15.5.6)."""
        return {"allow": self.allow}


class NotAcceptable(ServiceError):
    """The client accepts no media type in which the answer can be given."""

    code = "NOT_ACCEPTABLE"
    status = 406


class ParseFailed(ServiceError):
    """The document is not valid GraphQL syntax."""

    code = "GRAPHQL_PARSE_FAILED"
    status = 400


class ValidationFailed(ServiceError):
    """The document does not fit the schema."""

    code = "GRAPHQL_VALIDATION_FAILED"
    status = 400


class QueryTooComplex(ServiceError):
    """The operation, or what its variables hold, passes a limit."""

    code = "QUERY_TOO_COMPLEX"
    status = 400


class DocumentNotFound(ServiceError):
    """No document has this id or hash; the client may send the text instead."""

    code = "PERSISTED_QUERY_NOT_FOUND"
    status = 400


class BadUserInput(ServiceError):
    """The input of the client does not have the documented form."""

    code = "BAD_USER_INPUT"
    status = 400


class CursorExpired(ServiceError):
    """The data of a cursor has changed, so that the cursor is no longer valid."""

    code = "CURSOR_EXPIRED"
    status = 400


class IndexRequired(ServiceError):
    """The query requires the index, which the operator has not built."""

    code = "INDEX_REQUIRED"
    status = 409


class IndexOutdated(IndexRequired):
    """The index has a format that this release does not read; the operator must build it again."""

    code = "INDEX_OUTDATED"


class Conflict(ServiceError):
    """Another request changed the same item first; the client may read it again and retry."""

    code = "CONFLICT"
    status = 409


class EngineMissing(ServiceError):
    """The request requires a library that is not installed; the message names the extra."""

    code = "ENGINE_MISSING"
    status = 501


class NoSpace(ServiceError):
    """The server does not have enough disk space."""

    code = "INSUFFICIENT_STORAGE"
    status = 507


class NotFound(ServiceError):
    """The requested object does not exist."""

    code = "NOT_FOUND"
    status = 404


class ResponseTooLarge(ServiceError):
    """The response is larger than the limit of the platform (Lambda: 6 MB)."""

    code = "RESPONSE_TOO_LARGE"
    status = 413


class ItemTooLarge(ServiceError):
    """The item is larger than the limit of the store."""

    code = "ITEM_TOO_LARGE"
    status = 413


class Overloaded(ServiceError):
    """The limit of connections or unsent responses is reached; the same request may succeed later."""

    code = "OVERLOADED"
    status = 503


class DeliveryRefused(ServiceError):
    """The receiver of a notification refuses it, or may not be sent one; another attempt would not succeed."""

    code = "DELIVERY_REFUSED"
    status = 502


class DeliveryGone(DeliveryRefused):
    """The webhook was removed by its owner (410); nothing is to be sent to it any more."""

    code = "DELIVERY_GONE"


class UpstreamUnavailable(ServiceError):
    """S3, SSM or the credentials are not available; the same request may succeed later."""

    code = "UPSTREAM_UNAVAILABLE"
    status = 503

    def __init__(self, message: str, *, retry_after: float = 0, **log_fields: object) -> None:
        """Keep ``message`` for the client, and for how many seconds the other side wants no other attempt."""
        super().__init__(message, **log_fields)
        self.retry_after = retry_after


class StoreUnavailable(ServiceError):
    """The store is not available (locked, throttled, slow or missing); the same request may succeed later."""

    code = "STORE_UNAVAILABLE"
    status = 503


class RequestTimeout(ServiceError):
    """The request took longer than its time limit."""

    code = "TIMEOUT"
    status = 504


class StorageFault(ServiceError):
    """The storage returned an error that a retry cannot fix, such as access denied."""


class StoreFault(ServiceError):
    """The store returned an error that a retry cannot fix: access denied, or a damaged file."""


class DataCorrupt(ServiceError):
    """The jockey's file cannot be read as a safe frame; the refusal is logged."""

    code = "DATA_CORRUPT"

"""Logs: one JSON object a line on standard output, with secrets masked.

structlog rather than a Lambda-only logger: it writes bytes with orjson at a few microseconds a line, its context
follows tasks and threads, and the plain server logs the same lines as the function.
"""

import logging
import re
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

SECRET_NAMES = re.compile(
    r"secret|password|passwd|token|authorization|credential|access_key|api[_-]?key", re.IGNORECASE
)
SECRETS = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b|(?<![0-9A-Za-z])(?:jk_[0-9A-Za-z]{20,}|cap_[0-9A-Za-z]{8,})")
"""Key ids of AWS, keys of this API, and capabilities, even if they are cut or misspelt."""

SECRET_BEGINNINGS = ("AKIA", "ASIA", "jk_", "cap_")
MASK = "***"

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The request that this task, or this thread, works for."""

levels = logging.getLogger("graphql_api")
"""Tells by ``isEnabledFor`` whether a line would be written, for those whose lines cost something to put together."""


def configure(level: str) -> None:
    """Set the process up to log from ``level`` on; the standard library's loggers join in from WARNING."""
    structlog.configure(
        processors=[
            add_request_id,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            mask_secrets,
            structlog.processors.EventRenamer("message"),
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    levels.setLevel(level)
    handler = _Forward()
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def add_request_id(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Name the request that a line belongs to."""
    identifier = REQUEST_ID.get()
    if identifier is not None:
        event.setdefault("request_id", identifier)
    return event


def mask_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blank out what looks like a secret by its name, and access key ids wherever they stand."""
    return {name: MASK if _is_secret(name) else _masked(value) for name, value in event.items()}


@lru_cache(1_000)
def _is_secret(name: str) -> bool:
    """Judge a field's name; the names are those in our own calls, so they are few."""
    return SECRET_NAMES.search(name) is not None


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return SECRETS.sub(MASK, value) if any(each in value for each in SECRET_BEGINNINGS) else value
    if isinstance(value, dict):
        return {name: MASK if SECRET_NAMES.search(str(name)) else _masked(each) for name, each in value.items()}
    return value


def _dumps(event: object, **_options: object) -> bytes:
    return orjson.dumps(event, default=repr, option=orjson.OPT_NON_STR_KEYS)


class _Forward(logging.Handler):
    """Sends the standard library's records, of libraries and the server, through structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger().bind(logger=record.name)
        log.log(record.levelno, record.getMessage(), exc_info=record.exc_info or None)

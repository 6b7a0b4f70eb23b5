"""Logs: lines of JSON objects on standard output, with masked secrets.

The standard library's loggers, under records that carry fields: structlog took 60 ms to import, three times that where
rich is installed, and more than twice as long to write a line.
"""

import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, BinaryIO

import orjson

NAME_PARTS = ("secret", "passw", "token", "authorization", "credential", "access_key", "api_key", "api-key", "apikey")
"""Parts of the names of fields whose values are secret."""

SECRETS = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b|(?<![0-9A-Za-z])(?:jk_[0-9A-Za-z]{20,}|cap_[0-9A-Za-z]{8,})")
"""Key ids of AWS, keys of this API, and capabilities, even if they are cut or misspelt."""

VALUE_PARTS = ("akia", "asia", "jk_", "cap_")
"""Their prefixes in lower case."""

MASK = "***"
_SUSPICIOUS = (*NAME_PARTS, *VALUE_PARTS)
_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
_format_exception = logging.Formatter().formatException

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The request of this task or thread."""


class EventLogger:
    """Writes events with fields by a logger of the standard library.

    ``exc_info`` is an error whose traceback is added to the line.
    """

    __slots__ = ("_logger",)

    def __init__(self, name: str) -> None:
        """Write by the logger ``name``, which is that of a module."""
        self._logger = logging.getLogger(name)

    def writes(self, level: int) -> bool:
        """Return whether a line of a level would be written, to avoid the cost of making it."""
        return self._logger.isEnabledFor(level)

    def debug(self, event: str, /, **fields: Any) -> None:
        """Write an event that helps to find a fault."""
        self.log(logging.DEBUG, event, **fields)

    def info(self, event: str, /, **fields: Any) -> None:
        """Write a normal event."""
        self.log(logging.INFO, event, **fields)

    def warning(self, event: str, /, **fields: Any) -> None:
        """Write a fault of a client, or a fault that was handled."""
        self.log(logging.WARNING, event, **fields)

    def error(self, event: str, /, **fields: Any) -> None:
        """Write a fault that needs an action."""
        self.log(logging.ERROR, event, **fields)

    def exception(self, event: str, /, **fields: Any) -> None:
        """Write an error with the traceback of the current exception."""
        self.log(logging.ERROR, event, exc_info=sys.exception(), **fields)

    def log(self, level: int, event: str, /, *, exc_info: BaseException | None = None, **fields: Any) -> None:
        """Write an event of a level, as ``logging`` numbers them."""
        if self._logger.isEnabledFor(level):
            # Without looking for the file and line that call, which no line tells.
            record = logging.LogRecord(self._logger.name, level, "", 0, event, None, _with_traceback(exc_info))
            record.fields = fields
            self._logger.handle(record)


def _with_traceback(error: BaseException | None) -> Any:
    return None if error is None else (type(error), error, error.__traceback__)


def configure(level: str, stream: BinaryIO | None = None) -> None:
    """Configure the process to log from ``level``. Loggers of libraries log from WARNING.

    Lines go to ``stream``. None is the current standard output.
    """
    # No line tells them, and to find them takes a third of a record's time.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.getLogger("graphql_api").setLevel(level)
    logging.basicConfig(handlers=[LineHandler(stream)], level=logging.WARNING, force=True)


class LineHandler(logging.Handler):
    """Writes each record as a line of JSON in UTF-8, since a terminal's encoding may not support Japanese."""

    def __init__(self, stream: BinaryIO | None = None) -> None:
        """Write to ``stream``; None is standard output."""
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record. If that fails, report it as ``logging`` does."""
        try:
            write_line(line_of(record), self._stream)
        except Exception:  # noqa: BLE001 - nothing fails since it cannot be logged
            self.handleError(record)


def write_line(line: bytes, stream: BinaryIO | None = None) -> None:
    """Write bytes and a line end, to standard output if there is no ``stream``."""
    output = stream or sys.stdout.buffer
    output.write(line)
    output.flush()


def line_of(record: logging.LogRecord) -> bytes:
    """Return a record as JSON: its own fields or the library's name, common fields, and its message."""
    line = dict(getattr(record, "fields", None) or {"logger": record.name})
    identifier = REQUEST_ID.get()
    if identifier is not None:
        line.setdefault("request_id", identifier)
    line["level"] = record.levelname.lower()
    line["timestamp"] = datetime.fromtimestamp(record.created, UTC)
    if record.exc_info:
        line["exception"] = _format_exception(record.exc_info)
    line["message"] = record.getMessage()
    return mask_secrets(orjson.dumps(line, default=repr, option=_OPTIONS))


def mask_secrets(line: bytes) -> bytes:
    """Mask values whose names look secret, and key ids and capabilities everywhere.

    Few lines contain a part of one. Only these are checked value by value.
    """
    lowered = line.lower().decode()  # texts are searched faster than bytes
    if not any(map(lowered.__contains__, _SUSPICIOUS)):
        return line
    return orjson.dumps(_masked(orjson.loads(line)), option=orjson.OPT_APPEND_NEWLINE)


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return SECRETS.sub(MASK, value)
    if isinstance(value, list):
        return [_masked(each) for each in value]
    if isinstance(value, dict):
        return {name: MASK if _is_secret(name) else _masked(each) for name, each in value.items()}
    return value


def _is_secret(name: str) -> bool:
    lowered = name.lower()
    return any(part in lowered for part in NAME_PARTS)

"""What this API logs, caught before it is written."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from graphql_api.logs import REQUEST_ID


class _Catcher(logging.Handler):
    """Keeps records as mappings: event, level, the event's own fields, and its error."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = {"event": record.getMessage(), "log_level": record.levelname.lower(), **vars(record)["fields"]}
        if REQUEST_ID.get() is not None:
            line["request_id"] = REQUEST_ID.get()
        if record.exc_info:
            line["exc_info"] = record.exc_info[1]
        self.lines.append(line)


@contextmanager
def captured_logs() -> Iterator[list[dict[str, Any]]]:
    """Catch what is logged of any level; nothing is written meanwhile."""
    logger, catcher = logging.getLogger("graphql_api"), _Catcher()
    level, propagate = logger.level, logger.propagate
    logger.addHandler(catcher)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield catcher.lines
    finally:
        logger.removeHandler(catcher)
        logger.setLevel(level)
        logger.propagate = propagate

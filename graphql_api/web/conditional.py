"""Conditional requests (RFC 9110, 13): whether the client's copy still holds, by entity tag, else by date."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_TAGS = 32
"""Tags of one header that are looked at; the answer to more of them is the whole answer, as if none were equal."""

MAX_TAG_LENGTH = 512
"""Characters of a tag; ours are shorter."""

MAX_DATE_LENGTH = 64

_DATE_END = re.compile(r"(?:GMT|:[0-9]{2} [0-9]{4})$")
"""How a date of HTTP ends: in its usual form, and in that of asctime. One of another time zone is no date of HTTP."""


def held_tags(request: Mapping[str, str]) -> list[str]:
    """Return the entity tags of ``If-None-Match``, none if it has too many or a tag is too long."""
    header = request.get("if-none-match", "")
    if header.count(",") >= MAX_TAGS:
        return []
    tags = [tag.strip() for tag in header.split(",")]
    return [] if any(len(tag) > MAX_TAG_LENGTH for tag in tags) else [tag for tag in tags if tag]


def not_modified(request: Mapping[str, str], tag: str, last_modified: datetime | None = None) -> bool:
    """Return whether the client holds the version named ``tag``, or one that is not older than ``last_modified``.

    Tags are compared weakly. A date counts only where the client sent no tag, to the second.
    """
    if "if-none-match" in request:
        held = held_tags(request)
        return held == ["*"] or _opaque(tag) in map(_opaque, held)
    date = _date(request.get("if-modified-since", ""))
    return date is not None and last_modified is not None and last_modified.replace(microsecond=0) <= date


def _date(text: str) -> datetime | None:
    """Return a date of HTTP; None if it is not valid, which the RFC tells servers to ignore."""
    if len(text) > MAX_DATE_LENGTH or not _DATE_END.search(text.strip()):
        return None
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date


def _opaque(tag: str) -> str:
    return tag.removeprefix("W/")

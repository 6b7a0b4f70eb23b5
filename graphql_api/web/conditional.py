"""Conditional requests (RFC 9110, 13): whether the client's copy is current, by entity tag or else by date."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_TAGS = 32
"""Maximum number of tags in one header. If there are more, none of them matches and the response is complete."""

MAX_TAG_LENGTH = 512
"""Maximum length of a tag in characters. The tags of this service are shorter."""

MAX_DATE_LENGTH = 64

_DATE_END = re.compile(r"(?:GMT|:[0-9]{2} [0-9]{4})$")
"""The end of an HTTP date, in the usual form and in that of asctime. Other time zones are not allowed."""


def held_tags(request: Mapping[str, str]) -> list[str]:
    """Return the entity tags of ``If-None-Match``. Return none if there are too many or one is too long."""
    header = request.get("if-none-match", "")
    if header.count(",") >= MAX_TAGS:
        return []
    tags = [tag.strip() for tag in header.split(",")]
    return [] if any(len(tag) > MAX_TAG_LENGTH for tag in tags) else [tag for tag in tags if tag]


def not_modified(request: Mapping[str, str], tag: str, last_modified: datetime | None = None) -> bool:
    """Return whether the client holds the version named ``tag``, or one that is not older than ``last_modified``.

    The comparison of tags is weak. A date counts only if the client sent no tag. It is compared in seconds.
    """
    if "if-none-match" in request:
        held = held_tags(request)
        return held == ["*"] or _opaque(tag) in map(_opaque, held)
    date = _date(request.get("if-modified-since", ""))
    return date is not None and last_modified is not None and last_modified.replace(microsecond=0) <= date


def _date(text: str) -> datetime | None:
    """Return an HTTP date. Return None if it is invalid: the RFC requires servers to ignore it."""
    if len(text) > MAX_DATE_LENGTH or not _DATE_END.search(text.strip()):
        return None
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date


def _opaque(tag: str) -> str:
    return tag.removeprefix("W/")

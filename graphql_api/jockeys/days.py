"""Reading of dates in the forms that people and programs write."""

import re
from datetime import date, datetime, timedelta, timezone

from graphql_api.japan_time import day_in_japan
from graphql_api.jockeys.texts import fold, within

_YEARS = (1900, 2100)
_WEEKDAY = r"(?:\s*\([^()\d]{1,8}\)|\s*[月火水木金土日]曜日?)?"
_DATES = tuple(
    re.compile(rf"(?P<year>{year}(?P<month>{month}(?P<day>{day}{_WEEKDAY}(?:[T ]\s*(?P<time>.*))?", re.ASCII)
    for year, month, day in (
        (r"-?\d{4,})(?P<mark>[/.-])", r"\d{1,2})(?P=mark)", r"\d{1,2})"),
        (r"\d{4})\s*年\s*", r"\d{1,2})\s*月\s*", r"\d{1,2})\s*日"),
        (r"\d{4})", r"\d{2})", r"\d{2})(?:\.0)?"),
    )
)
_ZONED_TIME = re.compile(
    r"(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?\s*"
    r"(?:(?:UTC|GMT)?([+-](?:0?\d|1[0-4]))(?::?(\d{2})(?::?\d{2})?)?|Z|UTC|GMT)"
    r"(?:\s*[\[(]?[A-Za-z_/]+[\])]?)?",  # the zone's name behind its offset
    re.ASCII | re.IGNORECASE,
)
_LOCAL_MEAN_TIME = (timedelta(hours=9, minutes=18), timedelta(hours=9, minutes=19))
"""Offset of Tokyo until 1887. pytz uses it if Asia/Tokyo is the ``tzinfo`` of a new datetime."""


def day(text: str) -> tuple[date]:
    """Read ``2024/09/29``, ``2024.9.29``, ``2024年9月29日`` or ``20240929``, with an optional weekday or time of day.

    A time with a zone is converted to the day in Japan.
    """
    text = fold(text)
    for pattern in _DATES:
        if match := pattern.fullmatch(text):
            year, month, day_of_month, time = match.group("year", "month", "day", "time")
            found = date(within(int(year[:6]), *_YEARS), int(month), int(day_of_month))
            return (_in_japan(found, time) if time else found,)
    raise ValueError


def _in_japan(day: date, time: str) -> date:
    """Return the day in Japan at a time of day, if that has a zone."""
    zoned = _ZONED_TIME.fullmatch(time)
    if not zoned:
        return day
    hour, minute, second, hours, minutes = (int(part or 0) for part in zoned.groups())
    ahead = timedelta(hours=hours, minutes=-minutes if (zoned[4] or "").startswith("-") else minutes)
    if ahead in _LOCAL_MEAN_TIME:
        return day
    moment = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=timezone(ahead))
    return day_in_japan(moment)

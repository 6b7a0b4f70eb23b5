"""Times with a zone: frames contain them in UTC, and the name of their dtype contains the zone."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_ZONED = re.compile(r"(?:datetime64\[\w+, |timestamp\[\w+, tz=)([\w+:./()-]{1,64})\](?:\[pyarrow\])?", re.ASCII)
_OFFSET = re.compile(r"(?:UTC)?([+-])(\d{1,2}):?(\d{2})(?::\d{2})?", re.ASCII)
_MINUTES = re.compile(r"pytz\.FixedOffset\((-?\d{1,4})\)", re.ASCII)

FIXED = {name: timezone(timedelta(hours=9), name) for name in ("Asia/Tokyo", "Japan")}
"""Zones without a zone database: Japan's last clock change was in 1951, before all races in files."""


def zone_of(dtype: str) -> tzinfo | None:
    """Return the zone of a dtype's name. None without a zone, UTC for an unknown one."""
    zoned = _ZONED.fullmatch(dtype)
    return named_zone(zoned[1]) if zoned else None


def in_zone(values: Iterable[Any], zone: tzinfo | None) -> list[Any]:
    """Return values with all times, which are in UTC, converted to the local time of a zone."""
    return list(values) if zone is None else [_shown(value, zone) for value in values]


def named_zone(name: str) -> tzinfo:
    """Return the zone of pandas' name. UTC for an unknown one."""
    if offset := _OFFSET.fullmatch(name):
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return _fixed(ahead if offset[1] == "+" else -ahead)
    if minutes := _MINUTES.fullmatch(name):
        return _fixed(timedelta(minutes=int(minutes[1])))
    try:
        return FIXED.get(name) or ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _fixed(ahead: timedelta) -> tzinfo:
    return timezone(ahead) if abs(ahead) < timedelta(days=1) else UTC


def _shown(value: Any, zone: tzinfo) -> Any:
    if not isinstance(value, datetime):
        return value
    moment = value.replace(tzinfo=UTC)
    try:
        return moment.astimezone(zone)
    except OverflowError:  # in the first or last hours that there are
        return moment

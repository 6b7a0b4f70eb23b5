"""Time zones as they are recorded: a name for people, and an offset where the pickle itself holds it."""

import datetime as dt
import re
from typing import Any

from graphql_api.pickles.kinds import kind_of
from graphql_api.pickles.limits import unreadable
from graphql_api.pickles.standins import Foreign, Node

_NAME = re.compile(r"[A-Za-z0-9_+/-]{1,64}")

_FIXED = {"Asia/Tokyo": 32400, "Japan": 32400, "UTC": 0, "Etc/UTC": 0}
"""Seconds ahead of UTC of zones whose clocks never change: Japan's last did in 1951, before any race that is held."""


def zone_name(zone: Any) -> str:
    """Give the name of a zone as pandas prints it; of a foreign one, that of its class."""
    match zone:
        case Node(name="pytz_utc") | None:
            return "UTC"
        case Node(name="pytz_zone" | "zone_key", args=(str(name), *_)) if _NAME.fullmatch(name):
            return name
        case Node(name="pytz_offset", args=(int(minutes),)):
            return f"pytz.FixedOffset({minutes})"
        case Foreign():
            return kind_of(zone)
    return str(dt.timezone(zone_offset(zone)))


def zone_offset(zone: Any) -> dt.timedelta:
    """Give how far a zone is ahead of UTC. A name alone would take the zone database, and is refused but for a few."""
    seconds: Any = None
    match zone:
        case Node(name="pytz_utc"):
            seconds = 0
        case Node(name="pytz_zone", args=(str(), int(seconds), *_)):
            pass
        case Node(name="pytz_offset", args=(int(minutes),)):
            seconds = minutes * 60
        case Node(name="zone_key", args=(str(name), *_)) if name in _FIXED:
            seconds = _FIXED[name]
        case Node(name="timezone", args=(Node(name="timedelta", args=(int(days), int(seconds), 0)), *_)):
            seconds += days * 86400
    if seconds is None or not -86400 < seconds < 86400:
        raise unreadable("time_zone", "a time zone whose offset the pickle does not hold")
    return dt.timedelta(seconds=seconds)

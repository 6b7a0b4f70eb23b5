"""Time zones as they are recorded: a name for people, and an offset where the pickle itself holds it."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from graphql_api.pickles.kinds import kind_of
from graphql_api.pickles.limits import Budget, Unreadable, unreadable
from graphql_api.pickles.moments import FIXED, named_zone
from graphql_api.pickles.standins import Foreign, Node, fields

_NAME = re.compile(r"[A-Za-z0-9_+/-]{1,64}")
_FILE = re.compile(rf"(?:.{{0,200}}/zoneinfo/)?({_NAME.pattern})")

_LOOKUP = 1000  # cells: to look for a zone that the database does not have takes about as long


def zone_name(zone: Any) -> str:
    """Return the name of a zone as pandas prints it; of a foreign one, that of its class."""
    match zone:
        case Node(name="utc") | None:
            return "UTC"
        case Node(name="pytz_offset", args=(int(minutes),)):
            return f"pytz.FixedOffset({minutes})"
        case Foreign():
            return kind_of(zone)
    return _database_name(zone) or str(dt.timezone(_offset(zone)))


def zone_of(zone: Any) -> dt.tzinfo:
    """Return a zone as Python has it: of its offset where the pickle holds that, else of its name."""
    match zone:
        case Node(name="pytz_zone", args=(_, _, *_)):  # one offset of a zone, which a datetime of the zone names
            return dt.timezone(_offset(zone))
    if name := _database_name(zone):
        try:
            return FIXED.get(name) or ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise unreadable("time_zone", "a time zone that is not known by its name") from error
    return dt.timezone(_offset(zone))


def shown_zones(zones: Iterable[Any], budget: Budget) -> dict[int, dt.tzinfo]:
    """Give, by the ``id`` of each zone, the one whose clocks show moments that are known in UTC; None has no entry.

    UTC stands for one that is not known, as for columns.
    """
    names = {id(zone): _printed(zone) for zone in zones if zone is not None}
    known: dict[str, dt.tzinfo] = {}
    for name in set(names.values()):
        budget.spend_cells(_LOOKUP)
        known[name] = named_zone(name)
    return {key: known[name] for key, name in names.items()}


def _printed(zone: Any) -> str:
    try:
        return zone_name(zone)
    except Unreadable:
        return "UTC"


def _database_name(zone: Any) -> str | None:
    """Return the name of a zone in the zone database; None for one of a fixed offset."""
    match zone:
        case Node(name="pytz_zone" | "zone_key", args=(str(name), *_)) if _NAME.fullmatch(name):
            return name
        case Node(name="dateutil_zone", args=(_, str(path), *_)):  # a path, or a name of the database alone
            name_in_path = _FILE.fullmatch(path)
            return name_in_path and name_in_path[1]
    return None


def _offset(zone: Any) -> dt.timedelta:
    """Return how far a zone is ahead of UTC."""
    seconds: Any = None
    match zone:
        case Node(name="utc"):
            seconds = 0
        case Node(name="pytz_zone", args=(str(), int(seconds), *_)):
            pass
        case Node(name="pytz_offset", args=(int(minutes),)):
            seconds = minutes * 60
        case Node(name="timezone", args=(ahead, *_)) | Node(name="dateutil_offset", args=(_, ahead)):
            seconds = _seconds(ahead)
        case Node(name="dateutil_offset", args=()):  # before dateutil made them of arguments
            seconds = _seconds(fields(zone.state, "a time zone").get("_offset"))
    if seconds is None or not -86400 < seconds < 86400:
        raise unreadable("time_zone", "a time zone whose offset the pickle does not hold")
    return dt.timedelta(seconds=seconds)


def _seconds(duration: Any) -> int | None:
    match duration:
        case Node(name="timedelta", args=(int(days), int(seconds), 0)):
            return days * 86400 + seconds
    return None

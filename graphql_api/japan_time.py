"""Time in Japan, where race days begin and end."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")
"""Japan Standard Time. Japan has no daylight saving time."""


def day_in_japan(moment: datetime) -> date:
    """Return the date in Japan at ``moment``, which has a time zone."""
    return moment.astimezone(JST).date()


def read_time(value: object) -> datetime | None:
    """Read a text in ISO 8601 as a time in Japan; without a time zone it is one already. None if it is not a time.

    The first and last hours that a datetime can hold do not exist in other time zones. They are not a time either.
    """
    if not isinstance(value, str):
        return None
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(value)
        return (moment.replace(tzinfo=JST) if moment.tzinfo is None else moment).astimezone(UTC).astimezone(JST)
    return None

"""The page of a race day, and that of all race days of a year."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from graphql_api.pages.page_request import PageRequest
from graphql_api.pages.texts import Texts

REACH = timedelta(days=92)
"""Maximum distance of the neighbouring race days of a day."""

BACK, AHEAD = timedelta(days=6), timedelta(days=7)
"""The same for days of a provider of race cards: 14 days, which is the maximum of a request."""

ONE = timedelta(days=1)


def variables(asked: PageRequest) -> dict[str, Any]:
    """Read the day. Raises ``BadUserInput``."""
    day = asked.day("date")
    return {
        "day": day.isoformat(),
        "since": _moved(day, -REACH),
        "eve": _moved(day, -ONE),
        "morrow": _moved(day, ONE),
        "until": _moved(day, REACH),
        **_near(day),
        "page": asked.at_most(REACH.days),
    }


def context(data: Mapping[str, Any], asked: PageRequest, _texts: Texts) -> dict[str, Any]:
    """Return the races by racecourse, and the neighbouring race days."""
    day, own = asked.day("date"), [each for each in data["day"]["nodes"] if each["date"] == asked.path["date"]]
    races = sorted(own[0]["races"] if own else [], key=lambda each: (each["racecourse"], each["raceNumber"]))
    known = {each["date"] for key in ("before", "near", "after") if key in data for each in data[key]["nodes"]}
    before = [each for each in known if each < day.isoformat()]
    after = [each for each in known if each > day.isoformat()]
    return {
        "date": day.isoformat(),
        "courses": [(name, list(found)) for name, found in groupby(races, key=lambda each: each["racecourse"])],
        "before": max(before, default=None),
        "after": min(after, default=None),
    }


def card_variables(asked: PageRequest) -> dict[str, Any]:
    """Read the day, for an operation on race cards only. Raises ``BadUserInput``."""
    day = asked.day("date")
    return {"day": day.isoformat(), **_near(day), "page": asked.at_most(REACH.days)}


def days_variables(asked: PageRequest) -> dict[str, Any]:
    """Read the year. Raises ``BadUserInput``."""
    year = asked.year("year")
    return {"rides": {"date": {"gte": f"{year}-01-01", "lte": f"{year}-12-31"}} if year else None}


def days_context(data: Mapping[str, Any], asked: PageRequest, _texts: Texts) -> dict[str, Any]:
    """Return the days by month, newest first."""
    days = data["rides"]["groupBy"]
    return {
        "months": [(month, list(found)) for month, found in groupby(days, key=lambda each: each["key"]["date"][:7])],
        "years": [each["key"]["year"] for each in data["years"]["groupBy"]],
        "year": asked.year("year"),
    }


def _near(day: date) -> dict[str, str]:
    return {"near": _moved(day, -BACK), "far": _moved(day, AHEAD)}


def _moved(day: date, by: timedelta) -> str:
    """Return the day some days later or earlier, within the calendar."""
    try:
        return (day + by).isoformat()
    except OverflowError:
        return (date.max if by > timedelta() else date.min).isoformat()

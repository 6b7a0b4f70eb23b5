"""Numbers, times and names as texts for people."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from graphql_api.language import Language

NONE = "–"
"""The text for null."""

WEEKDAYS = {Language.JA: "月火水木金土日", Language.EN: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


def percent(value: float | None) -> str:
    """Write a fraction as a percentage."""
    return NONE if value is None else f"{value * 100:.1f}%"


def interval(value: Mapping[str, float] | None) -> str:
    """Write an interval of fractions."""
    return NONE if value is None else f"{value['lower'] * 100:.1f}–{value['upper'] * 100:.1f}%"


def decimal(value: float | None, digits: int = 1) -> str:
    """Write a number with a fixed number of decimals."""
    return NONE if value is None else f"{value:,.{digits}f}"


def integer(value: float | None) -> str:
    """Write a whole number with separators."""
    return NONE if value is None else f"{value:,.0f}"


def yen(value: float | None, language: Language) -> str:
    """Write an amount of yen. In Japanese, amounts from 10,000 are in 万円, as in the source."""
    if value is None:
        return NONE
    if language is Language.EN:
        return f"¥{value:,.0f}"
    return f"{value / 10_000:,.0f}万円" if value >= 10_000 else f"{value:,.0f}円"


def race_time(seconds: float | None) -> str:
    """Write a time of a race in seconds as minutes and seconds."""
    if seconds is None:
        return NONE
    minutes, rest = divmod(round(seconds * 10), 600)
    return f"{minutes}:{rest / 10:04.1f}" if minutes else f"{rest / 10:.1f}"


def weight(body: int | None, change: int | None) -> str:
    """Write the weight of a horse in kg with its change."""
    if body is None:
        return NONE
    return f"{body}({change:+d})" if change else f"{body}({change})" if change == 0 else str(body)


def day(text: str | None, language: Language) -> str:
    """Write a date with its day of the week."""
    if text is None:
        return NONE
    found = date.fromisoformat(text)
    name = WEEKDAYS[language][found.weekday()]
    if language is Language.JA:
        return f"{found.year}年{found.month}月{found.day}日({name})"
    return f"{name} {found.day} {found:%B} {found.year}"


def month(text: str, language: Language) -> str:
    """Write a month, given as ``YYYY-MM``."""
    found = date.fromisoformat(f"{text}-01")
    return f"{found.year}年{found.month}月" if language is Language.JA else f"{found:%B} {found.year}"


def day_of_month(text: str, language: Language) -> str:
    """Write a date below the name of its month."""
    found = date.fromisoformat(text)
    name = WEEKDAYS[language][found.weekday()]
    return f"{found.day}日({name})" if language is Language.JA else f"{name} {found.day}"


def clock(text: str | None) -> str:
    """Write the time of day of a moment, in its own time zone."""
    return NONE if text is None else f"{datetime.fromisoformat(text):%H:%M}"


def record(statistics: Mapping[str, Any]) -> str:
    """Write the record 1-2-3-rest."""
    numbers = (statistics[key] for key in ("wins", "seconds", "thirds", "unplaced"))
    return "-".join(NONE if number is None else str(number) for number in numbers)

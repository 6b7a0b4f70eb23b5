"""Parsers of cell texts: a stripped, non-blank text in, one value per field out.

Pure functions. ``OutOfRangeError`` says that a text is of its form but no possible value, ``IncompleteError`` that it
tells some of its values only; any other ``ValueError`` that it is not of its form.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from typing import Any, TypeVar

from graphql_api.jockeys.vocabulary import (
    GOINGS,
    GRADES,
    JRA_COURSES,
    NAR_COURSES,
    NON_FINISHES,
    SURFACES,
    WEATHERS,
    FinishStatus,
    Going,
    Grade,
    Jurisdiction,
    RaceClass,
    Surface,
    Weather,
)
from graphql_api.text import compatible

MOST_RUNNERS = 40
_YEARS = (1900, 2100)
_SECONDS = (5, 1800)
_YEN = 10_000
# Names have some 40 characters. The suffixes of a longer text are sought at its end, lest a hostile one take minutes.
_LONGEST_NAME = 200

_WEEKDAY = r"(?:\s*\([^()\d]{1,8}\)|\s*[月火水木金土日]曜日?)?"
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|[+-]?inf", re.ASCII)
_DATES = tuple(
    re.compile(rf"(?P<year>{year}(?P<month>{month}(?P<day>{day}{_WEEKDAY}(?:[T ]\s*(?P<time>.*))?", re.ASCII)
    for year, month, day in (
        (r"-?\d{4,})(?P<mark>[/.-])", r"\d{1,2})(?P=mark)", r"\d{1,2})"),
        (r"\d{4})年\s*", r"\d{1,2})月\s*", r"\d{1,2})日"),
        (r"\d{4})", r"\d{2})", r"\d{2})"),
    )
)
_ZONED_TIME = re.compile(r"(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(?:Z|UTC|([+-]\d{2}):?(\d{2}))", re.ASCII)
_JAPAN = timezone(timedelta(hours=9))
_JRA_MEETING = re.compile(rf"(\d{{1,2}})({'|'.join(JRA_COURSES)})(\d{{1,2}})", re.ASCII)
_SUFFIXES = re.compile(r"(?:\([^()]*\)\s*)+$")
_SUFFIX = re.compile(r"\(([^()]*)\)")
_POSITION = re.compile(r"(\d{1,3})(?:\.0+|(\(降\)))?", re.ASCII)
_DISTANCE = re.compile(r"([芝ダ障])(\d{1,5})", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})[.:](\d{1,2})", re.ASCII)
_LENGTHS = re.compile(r"ハナ|アタマ|クビ|大差|大|同着|(?:\d+\.)?\d/\d", re.ASCII)
_PACE = re.compile(r"(\d{1,3}(?:\.\d)?)-(\d{1,3}(?:\.\d)?)", re.ASCII)
_CORNERS = re.compile(r"\d{1,3}(?:-\d{1,3}){0,3}", re.ASCII)
_WEIGHT = re.compile(r"(\d{3,4})(?:\((?:([+-]?\d{1,4})|前計不)\))?", re.ASCII)
BRACKETED = re.compile(r"[(（](.*)[)）]", re.DOTALL)
_GRADE_NOISE = re.compile(r"[.・\s]")
_UNWEIGHED = frozenset({"計不", "前計不"})

# What an entry of the race's name (a suffix, or the name itself) says of its class; the first that matches counts.
_CLASSES = (
    (re.compile("新馬"), RaceClass.NEWCOMER),
    (re.compile("未勝利"), RaceClass.MAIDEN),
    (re.compile(r"1勝クラス|(?<!\d)500万"), RaceClass.ONE_WIN),
    (re.compile(r"2勝クラス|(?<!\d)(?:9|10)00万"), RaceClass.TWO_WINS),
    (re.compile(r"3勝クラス|(?<!\d)1[456]00万"), RaceClass.THREE_WINS),
    (re.compile(r"(?<![A-Z])OP$|オープン"), RaceClass.OPEN),
)
_NAR_SUFFIX = re.compile(r"([ABC])(?![A-Za-z])")
_NAR_NAME = re.compile(r"(?<![A-Za-z])([ABC])[1-4]|歳([ABC])(?![A-Za-z])")
_NAR_CLASSES = {"A": RaceClass.NAR_A, "B": RaceClass.NAR_B, "C": RaceClass.NAR_C}

Member = TypeVar("Member", bound=Enum)
Number = TypeVar("Number", int, float)


class OutOfRangeError(ValueError):
    """The text is of its form, and its value is none that the field can take."""


class IncompleteError(ValueError):
    """The text tells only some of its ``values``; the others are None."""

    def __init__(self, *values: Any) -> None:
        """Hold what can be told, one value for each field."""
        super().__init__()
        self.values = values


def fold(text: str) -> str:
    """Give the compatibility form: half-width digits, letters and brackets, full-width kana, a plain minus."""
    return text if text.isascii() else compatible(text).replace("\N{MINUS SIGN}", "-")


def _number(text: str, low: float, high: float) -> float:
    text = fold(text).replace(",", "")
    if not _NUMBER.fullmatch(text):
        raise ValueError
    return _within(float(text), low, high)


def _within(value: Number, low: float, high: float) -> Number:
    if not low <= value <= high:
        raise OutOfRangeError
    return value


def _match(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    match = pattern.fullmatch(fold(text))
    if not match:
        raise ValueError
    return match


def _member(table: Mapping[str, Member], text: str) -> tuple[Member]:
    member = table.get(fold(text))
    if member is None:
        raise ValueError
    return (member,)


def verbatim(text: str) -> tuple[str]:
    """Take any text to the letter."""
    return (text,)


def integer(text: str, *, low: int, high: int) -> tuple[int]:
    """Read a whole number within inclusive bounds; ``11.0`` is one."""
    value = _number(text, low, high)
    if not value.is_integer():
        raise ValueError
    return (int(value),)


def decimal(text: str, *, low: float, high: float) -> tuple[float]:
    """Read a number within inclusive bounds; thousands may be parted by commas."""
    return (_number(text, low, high),)


def day(text: str) -> tuple[date]:
    """Read ``2024/09/29``, ``2024.9.29``, ``2024年9月29日`` or ``20240929``, a weekday or time of day behind it or not.

    A moment with a zone is the day that it was in Japan.
    """
    text = fold(text)
    match = next(filter(None, (pattern.fullmatch(text) for pattern in _DATES)), None)
    if match is None:
        raise ValueError
    year = _within(int(match["year"][:6]), *_YEARS)
    return (_in_japan(date(year, int(match["month"]), int(match["day"])), match["time"]),)


def _in_japan(day: date, time: str | None) -> date:
    """Give the day in Japan at a time of day, where that has a zone."""
    zoned = time and _ZONED_TIME.fullmatch(time)
    if not zoned:
        return day
    hour, minute, second, hours, minutes = (int(part or 0) for part in zoned.groups())
    ahead = timedelta(hours=hours, minutes=-minutes if (zoned[4] or "").startswith("-") else minutes)
    moment = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=timezone(ahead))
    return moment.astimezone(_JAPAN).date()


def meeting(text: str) -> tuple[str, str, int | None, int | None, Jurisdiction]:
    """Read ``4中山9`` (JRA: round, course, day), ``船橋`` (NAR) or anything else without digits (overseas)."""
    name = "".join(fold(text).split())
    if match := _JRA_MEETING.fullmatch(name):
        number, course, days = match.groups()
        return text, course, _within(int(number), 1, 7), _within(int(days), 1, 12), Jurisdiction.JRA
    if any(map(str.isdigit, name)):
        raise ValueError
    if name in NAR_COURSES:
        return text, name, None, None, Jurisdiction.NAR
    return text, text, None, None, Jurisdiction.OVERSEAS


def weather(text: str) -> tuple[Weather]:
    """Read 晴, 曇 and so on."""
    return _member(WEATHERS, text)


def race_name(text: str) -> tuple[str, Grade | None, RaceClass | None]:
    """Keep the name, and find its grade and class: in its suffixes from the last to the first, then in the name."""
    name = fold(text[-_LONGEST_NAME:])
    tail = _SUFFIXES.search(name)
    suffixes = _SUFFIX.findall(tail.group())[::-1] if tail else []
    body = name[: tail.start()] if tail else name
    grade = next(filter(None, (GRADES.get(_GRADE_NOISE.sub("", each).upper()) for each in suffixes)), None)
    return text, grade, RaceClass.OPEN if grade else _race_class(suffixes, body.strip())


def _race_class(suffixes: list[str], body: str) -> RaceClass | None:
    for entry in suffixes:
        if found := _named_class(entry) or _nar_class(_NAR_SUFFIX.match(entry)):
            return found
    return _named_class(body) or _nar_class(_NAR_NAME.search(body))


def _named_class(entry: str) -> RaceClass | None:
    return next((race_class for pattern, race_class in _CLASSES if pattern.search(entry)), None)


def _nar_class(match: re.Match[str] | None) -> RaceClass | None:
    return _NAR_CLASSES[match.group(match.lastindex or 0)] if match else None


def finish_position(text: str) -> tuple[int | None]:
    """Read ``3`` and ``4(降)``; null for 中, 取, 除, 失 and 再."""
    return (_finish(text)[0],)


def finish_status(text: str | None, field_size: int | None) -> FinishStatus:
    """Say how the ride ended, of the cell's text (None where blank) and the number of starters; never fails."""
    if text is None:
        return FinishStatus.ABANDONED if field_size == 0 else FinishStatus.UNKNOWN
    try:
        return _finish(text)[1]
    except ValueError:
        return FinishStatus.UNKNOWN


def _finish(text: str) -> tuple[int | None, FinishStatus]:
    if status := NON_FINISHES.get(text):
        return None, status
    position, demoted = _match(_POSITION, text).groups()
    return _within(int(position), 1, MOST_RUNNERS), FinishStatus.DEMOTED if demoted else FinishStatus.FINISHED


def course(text: str) -> tuple[Surface, int]:
    """Read ``芝1600``: surface and distance in metres."""
    surface, distance = _match(_DISTANCE, text).groups()
    return SURFACES[surface], _within(int(distance), 100, 10_000)


def going(text: str) -> tuple[Going]:
    """Read 良, 稍 or 稍重, 重, 不 or 不良."""
    return _member(GOINGS, text)


def clock(text: str) -> tuple[float]:
    """Read ``1:07.2``, ``2.05.3`` or ``59.8`` as seconds."""
    match = _CLOCK.fullmatch(fold(text))
    if not match:
        return (_number(text, *_SECONDS),)
    minutes, seconds, fraction = match.groups()
    if int(seconds) >= 60:
        raise OutOfRangeError
    return (_within(float(f"{int(minutes) * 60 + int(seconds)}.{fraction}"), *_SECONDS),)


def margin(text: str) -> tuple[float | None]:
    """Read seconds behind the winner; null for the lengths of race pages (クビ, ``1.1/4``)."""
    if all(map(_LENGTHS.fullmatch, fold(text).split("+"))):
        return (None,)
    return (_number(text, -100, 1000),)


def corners(text: str) -> tuple[tuple[int, ...]]:
    """Read ``6-6-4-2``, one to four positions."""
    positions = tuple(map(int, _match(_CORNERS, text).group().split("-")))
    _within(min(positions), 1, MOST_RUNNERS)
    _within(max(positions), 1, MOST_RUNNERS)
    return (positions,)


def pace(text: str) -> tuple[float | None, float | None]:
    """Read ``33.0-34.5``, seconds; ``0.0`` stands for not measured and is null."""
    first, last = map(float, _match(_PACE, text).groups())
    return first or None, last or None


def body_weight(text: str) -> tuple[int | None, int | None]:
    """Read ``466(+4)`` in kilograms; the change is null where it is unknown, both for 計不."""
    if text in _UNWEIGHED:
        return None, None
    weight, change = _match(_WEIGHT, text).groups()
    return _within(int(weight), 100, 2000), None if change is None else _within(int(change), -500, 500)


def runner_up(text: str) -> tuple[str | None]:
    """Read the second horse, given in brackets where the horse itself won."""
    match = BRACKETED.fullmatch(text)
    return (match.group(1).strip() or None if match else None,)


def yen(text: str) -> tuple[float]:
    """Read prize money given in units of 10,000 yen, as whole yen."""
    return (float(round(_number(text, 0, 10_000_000) * _YEN)),)

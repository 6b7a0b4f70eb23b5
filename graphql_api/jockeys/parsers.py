"""Parsers of cell texts: functions of a stripped, non-blank text that return one value for each field.

They are pure and raise the errors of ``texts``. They also read forms of other scrapers and pages, but no
ambiguous forms.
"""

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TypeVar

from graphql_api.jockeys.days import day
from graphql_api.jockeys.race_names import race_name
from graphql_api.jockeys.racecourses import JRA_COURSES, NAR_COURSES, NAR_NAMES
from graphql_api.jockeys.texts import IncompleteError, OutOfRangeError, fold, joined, matched, number, squeeze, within
from graphql_api.jockeys.vocabulary import (
    FINISH_NOTES,
    GOINGS,
    NON_FINISHES,
    SURFACES,
    WEATHERS,
    FinishStatus,
    Going,
    Jurisdiction,
    Surface,
    Weather,
)

__all__ = [
    "BRACKETED",
    "MAX_RUNNERS",
    "body_weight",
    "clock",
    "corners",
    "course",
    "day",
    "decimal",
    "finish_position",
    "finish_status",
    "going",
    "integer",
    "margin",
    "meeting",
    "pace",
    "race_name",
    "runner_up",
    "verbatim",
    "weather",
    "yen",
]

MAX_RUNNERS = 40
_SECONDS = (5, 1800)
_MAX_YEN = 100_000_000_000
_YEN = {"万円": 10_000, "万": 10_000, "円": 1, "¥": 1, "": 10_000}
"""Yen of each unit. A number without a unit has the column's unit."""

_JRA_MEETING = re.compile(
    rf"(?:JRA|第)?(?:(\d{{1,2}})回?)?({'|'.join(JRA_COURSES)})(?:競馬場?)?(?:第?(\d{{1,2}})(?:日目?)?)?", re.ASCII
)
_POSITION = re.compile(rf"(\d{{1,3}})(?:\.0+)?[着位]?(?:\(?({'|'.join(FINISH_NOTES)})\)?)?", re.ASCII)
_NOTE = re.compile(r"\([^()]*\)?$")  # (落馬), of which the closing bracket may be stripped
_DISTANCE = re.compile(r"(芝|ダ|障)(?:ート|害)?(?:芝|ダート|ダ|右|左|直線?|外|内|[・→()])*(\d{1,5})m?", re.ASCII)
_CLOCK = re.compile(r"(?:0 ?days)?(?:0{1,2}:)?(\d{1,2})[:.'分](\d{2})[.:\"秒](\d{1,3}|\d{6})", re.ASCII)
_LENGTHS = re.compile(r"ハナ|鼻|アタマ|頭|クビ|首|大差|大|同着|(?:\d+[.\s])?\d/\d(?:馬身)?|\d+馬身", re.ASCII)
_PACE = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)[-ー](\d{1,3}(?:\.\d{1,2})?)", re.ASCII)
_CORNERS = re.compile(r"\d{1,3}(?:[-ー]\d{1,3}){0,3}", re.ASCII)
_PLAIN_CORNERS = re.compile(r"\d{1,3}(?:-\d{1,3}){0,3}", re.ASCII)
_BESIDE = re.compile(r"(?<=\d)\s+(?=\d)", re.ASCII)
_CIRCLED = re.compile("[①-⑳]")
_WEIGHT = re.compile(
    r"(\d{3,4})(?:\.0+)?(?:kg)?(?:\((?:[±+]?(-?\d{1,4})(?:kg)?|初|前?計不|-*)\)|([+-]\d{1,3}))?", re.ASCII
)
_PRIZE = re.compile(r"(¥?)(?:(\d{1,3})億)?(-?\d[\d,]*(?:\.\d*)?)?(万円|万|円|)", re.ASCII)
BRACKETED = re.compile(r"[(（](.*)[)）]", re.DOTALL)
_UNWEIGHED = frozenset({"計不", "前計不", "計測不能", "計量不能"})

Member = TypeVar("Member", bound=Enum)


def _member(table: Mapping[str, Member], text: str) -> tuple[Member]:
    member = table.get(text) or table.get(squeeze(text))
    if member is None:
        raise ValueError
    return (member,)


def verbatim(text: str) -> tuple[str]:
    """Return any text unchanged."""
    return (text,)


def integer(text: str, *, low: int, high: int, units: Iterable[str] = ()) -> tuple[int]:
    """Read a whole number within inclusive bounds, such as ``11.0``."""
    value = number(text, low, high, units)
    if not value.is_integer():
        raise ValueError
    return (int(value),)


def decimal(text: str, *, low: float, high: float, units: Iterable[str] = ()) -> tuple[float]:
    """Read a number within inclusive bounds. Thousands may be separated by commas."""
    return (number(text, low, high, units),)


def meeting(text: str) -> tuple[str, str, int | None, int | None, Jurisdiction]:
    """Read ``4中山9`` (JRA: round, course, day), ``船橋`` (NAR) or anything else without digits (overseas).

    Raises ``IncompleteError`` for a JRA course without one of its numbers, or with neither.
    """
    name = squeeze(text)
    if match := _JRA_MEETING.fullmatch(name):
        round_, course, days = match.groups()
        if round_ is None or days is None:
            raise IncompleteError(text, course, None, None, Jurisdiction.JRA)
        return text, course, within(int(round_), 1, 7), within(int(days), 1, 12), Jurisdiction.JRA
    if any(map(str.isdigit, name)):
        raise ValueError
    name = name.removesuffix("競馬場").removesuffix("競馬")
    name = NAR_NAMES.get(name, name)
    if name in NAR_COURSES:
        return text, name, None, None, Jurisdiction.NAR
    return text, text, None, None, Jurisdiction.OVERSEAS


def weather(text: str) -> tuple[Weather]:
    """Read 晴, 曇 and so on."""
    return _member(WEATHERS, text)


def finish_position(text: str) -> tuple[int | None]:
    """Read ``3``, ``3着`` and ``4(降)``. Null for 中, 取, 除, 失 and 再, short or in full."""
    return (_finish(text)[0],)


def finish_status(text: str | None, field_size: int | None) -> FinishStatus:
    """Return the finish status by the cell's text (None if blank) and the number of starters. Never raises."""
    if text is None:
        return FinishStatus.ABANDONED if field_size == 0 else FinishStatus.UNKNOWN
    try:
        return _finish(text)[1]
    except ValueError:
        return FinishStatus.UNKNOWN


def _finish(text: str) -> tuple[int | None, FinishStatus]:
    if status := NON_FINISHES.get(text) or NON_FINISHES.get(_NOTE.sub("", squeeze(text).strip("()"))):
        return None, status
    position, note = matched(_POSITION, text).groups()
    return within(int(position), 1, MAX_RUNNERS), FINISH_NOTES[note] if note else FinishStatus.FINISHED


def course(text: str) -> tuple[Surface, int]:
    """Read ``芝1600``, ``ダート1800m`` or ``芝右1600``: surface and distance in metres."""
    surface, distance = matched(_DISTANCE, text).groups()
    return SURFACES[surface], within(int(distance), 100, 10_000)


def going(text: str) -> tuple[Going]:
    """Read 良, 稍 or 稍重, 重, 不 or 不良."""
    return _member(GOINGS, text)


def clock(text: str) -> tuple[float]:
    """Read ``1:07.2``, ``2.05.3``, ``1分07秒2`` or ``59.8`` as seconds."""
    match = _CLOCK.fullmatch(text) or _CLOCK.fullmatch(joined(text))
    if not match:
        return (number(text, *_SECONDS, ("秒",)),)
    minutes, seconds, fraction = match.groups()
    if int(seconds) >= 60:
        raise OutOfRangeError
    return (within(float(f"{int(minutes) * 60 + int(seconds)}.{fraction}"), *_SECONDS),)


def margin(text: str) -> tuple[float | None]:
    """Read seconds behind the winner. Null for lengths, as on race pages (クビ, ``1.1/4``)."""
    if all(map(_LENGTHS.fullmatch, fold(text).split("+"))):
        return (None,)
    return (number(text, -100, 1000, ("秒",)),)


def corners(text: str) -> tuple[tuple[int, ...]]:
    """Read ``6-6-4-2``, ``6 6 4 2`` or ``⑥⑥④②``, one to four positions."""
    if not _PLAIN_CORNERS.fullmatch(text):
        if not text.isascii():
            text = fold(_CIRCLED.sub(lambda circled: f"-{fold(circled[0])}", text)).removeprefix("-")
        text = matched(_CORNERS, _BESIDE.sub("-", text))[0].replace("ー", "-")
    positions = tuple(map(int, text.split("-")))
    within(min(positions), 1, MAX_RUNNERS)
    within(max(positions), 1, MAX_RUNNERS)
    return (positions,)


def pace(text: str) -> tuple[float | None, float | None]:
    """Read ``33.0-34.5`` in seconds. ``0.0`` means not measured and is null."""
    first, last = map(float, matched(_PACE, text).groups())
    return first or None, last or None


def body_weight(text: str) -> tuple[int | None, int | None]:
    """Read ``466(+4)`` or ``466( 0)`` in kilograms. The change is null if unknown, both are null for 計不."""
    match = _WEIGHT.fullmatch(text)
    if match is None and squeeze(text) in _UNWEIGHED:
        return None, None
    weight, bracketed, behind = (match or matched(_WEIGHT, text)).groups()
    change = bracketed or behind
    return within(int(weight), 100, 2000), None if change is None else within(int(change), -500, 500)


def runner_up(text: str) -> tuple[str | None]:
    """Read the second horse, which is in brackets if the horse itself won."""
    match = BRACKETED.fullmatch(text)
    return (match.group(1).strip() or None if match else None,)


def yen(text: str) -> tuple[float]:
    """Read prize money in units of 10,000 yen, or in the given unit, as whole yen."""
    sign, hundreds_of_millions, amount, unit = matched(_PRIZE, text).groups()
    if hundreds_of_millions is None and amount is None:
        raise ValueError
    value = float((amount or "0").replace(",", "")) * _YEN[unit or sign] + 100_000_000 * int(hundreds_of_millions or 0)
    return (float(round(within(value, 0, _MAX_YEN))),)

"""When jobs are due: expressions of EventBridge Scheduler, such as ``rate(5 minutes)`` and ``cron(0 18 * * ? *)``.

A rate counts from midnight in Japan on 1 January 1970, so that all processes have the same due times. The forms ``L``,
``W`` and ``#`` of cron are not read.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from graphql_api.japan_time import JST

Due = Callable[[datetime], bool]
"""Return whether a job is due in a minute, given as a time with a zone."""

_RATE = re.compile(r"rate\(([1-9][0-9]{0,5}) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_PART = re.compile(r"(\*|\w+)(?:-(\w+))?(?:/([1-9][0-9]*))?")
_UNITS: Mapping[str, int] = MappingProxyType({"minute": 1, "hour": 60, "day": 24 * 60})
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

_FIELDS: tuple[tuple[range, Mapping[str, int]], ...] = (
    (range(60), {}),
    (range(24), {}),
    (range(1, 32), {}),
    (range(1, 13), {name: place for place, name in enumerate(_MONTHS, 1)}),
    (range(1, 8), {name: place for place, name in enumerate(_DAYS, 1)}),
    (range(1970, 2200), {}),
)
"""Values and names of minute, hour, day of the month, month, day of the week (1 is Sunday), and year."""


def parse(expression: str) -> Due:
    """Return when a job is due. Raises ``ValueError`` for what is no expression."""
    if match := _RATE.fullmatch(expression):
        every = int(match[1]) * _UNITS[match[2]]
        return lambda moment: (_minutes(moment) % every) == 0
    match = _CRON.fullmatch(expression)
    if match is None:
        raise ValueError(f"{expression!r} is neither rate(n minutes|hours|days) nor cron(with six fields).")
    if [match[3], match[5]].count("?") != 1:
        raise ValueError(f"{expression!r}: either the day of the month or that of the week must be '?'.")
    allowed = [_values(text, *field) for text, field in zip(match.groups(), _FIELDS, strict=True)]
    return lambda moment: all(value in values for value, values in zip(_parts(moment), allowed, strict=True))


def _minutes(moment: datetime) -> int:
    """Count the minutes since midnight in Japan on 1 January 1970."""
    return int((moment.timestamp() + JST.utcoffset(None).total_seconds()) // 60)


def _parts(moment: datetime) -> tuple[int, ...]:
    """Return the parts of a moment in Japan, in the order of the fields."""
    local = moment.astimezone(JST)
    return local.minute, local.hour, local.day, local.month, local.isoweekday() % 7 + 1, local.year


def _values(text: str, known: range, names: Mapping[str, int]) -> frozenset[int]:
    """Return the values that a field allows."""
    if text in ("*", "?"):
        return frozenset(known)
    return frozenset(value for part in text.split(",") for value in _part(part, known, names))


def _part(text: str, known: range, names: Mapping[str, int]) -> range:
    """Read one part of a field: a value, a range, or steps."""
    match = _PART.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} cannot be read in a cron expression.")
    first, last, step = match.groups()
    if first == "*":
        begin, end = known[0], known[-1]
    else:
        begin = _value(first, known, names)
        end = _value(last, known, names) if last else known[-1] if step else begin
    return range(begin, end + 1, int(step or 1))


def _value(text: str, known: range, names: Mapping[str, int]) -> int:
    value = names.get(text.upper(), int(text) if text.isdecimal() else -1)
    if value not in known:
        raise ValueError(f"{text!r} is no value of this field of a cron expression.")
    return value

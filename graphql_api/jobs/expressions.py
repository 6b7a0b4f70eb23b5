"""When jobs are due: expressions of EventBridge Scheduler, such as ``rate(5 minutes)`` and ``cron(0 18 * * ? *)``.

A rate counts from midnight in Japan on 1 January 1970, so that all processes have the same due times. The forms ``L``,
``W`` and ``#`` of cron are not read. What AWS does not define is refused, since it would mean something else there: a
range that ends before it begins (FRI-MON), an interval that is longer than its field, one of days of the week, ``*`` in
a list. So is what is never due (31 February).
"""

import re
from calendar import monthrange
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from types import MappingProxyType

from graphql_api.japan_time import JST

Due = Callable[[datetime], bool]
"""Return whether a job is due in a minute, given as a time with a zone."""

_RATE = re.compile(r"rate\(([1-9][0-9]{0,5}) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_EVERY = re.compile(r"\*(?:/([1-9][0-9]{0,3}))?")
_PART = re.compile(r"([0-9]{1,4}|[A-Za-z]{3})(?:-([0-9]{1,4}|[A-Za-z]{3}))?(?:/([1-9][0-9]{0,3}))?")
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
    _check_days(expression, list(match.groups()))
    allowed = [_values(text, *field) for text, field in zip(match.groups(), _FIELDS, strict=True)]
    if not _is_ever_due(days=allowed[2], months=allowed[3], years=allowed[5]):
        raise ValueError(f"{expression!r} is never due: there is no such day.")
    return lambda moment: all(value in values for value, values in zip(_parts(moment), allowed, strict=True))


def due_of(job: str, expression: str) -> Due:
    """Return when a job is due. Raises ``ValueError``, which names the job."""
    try:
        return parse(expression)
    except ValueError as error:
        raise ValueError(f"The schedule of the job {job}: {error}") from error


def _check_days(expression: str, fields: list[str]) -> None:
    """Raise ``ValueError`` unless one of the fields of days is '?', and no other field."""
    if [fields[2], fields[4]].count("?") != 1 or fields.count("?") != 1:
        raise ValueError(f"{expression!r}: either the day of the month or that of the week must be '?', and no other.")
    if "/" in fields[4]:
        raise ValueError(f"{expression!r}: there are no intervals of days of the week.")


def _is_ever_due(*, days: Collection[int], months: Collection[int], years: Collection[int]) -> bool:
    """Return whether there is such a day; every month has all days of the week."""
    first = min(days)
    return any(first <= monthrange(year, month)[1] for year in sorted(years) for month in months)


def _minutes(moment: datetime) -> int:
    """Count the minutes since midnight in Japan on 1 January 1970."""
    return int((moment.timestamp() + JST.utcoffset(None).total_seconds()) // 60)


def _parts(moment: datetime) -> tuple[int, ...]:
    """Return the parts of a moment in Japan, in the order of the fields."""
    local = moment.astimezone(JST)
    return local.minute, local.hour, local.day, local.month, local.isoweekday() % 7 + 1, local.year


def _values(text: str, known: range, names: Mapping[str, int]) -> frozenset[int]:
    """Return the values that a field allows."""
    if text == "?":
        return frozenset(known)
    if every := _EVERY.fullmatch(text):
        return frozenset(known[:: _step(every[1], text, known)])
    return frozenset(value for part in text.split(",") for value in _part(part, known, names))


def _part(text: str, known: range, names: Mapping[str, int]) -> range:
    """Read one part of a field: a value, a range, or steps."""
    match = _PART.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} cannot be read in a cron expression.")
    first, last, step = match.groups()
    begin = _value(first, known, names)
    end = _value(last, known, names) if last else known[-1] if step else begin
    if end < begin:
        raise ValueError(f"{text!r}: a range of a cron expression must not end before it begins. Write two ranges.")
    return range(begin, end + 1, _step(step, text, known))


def _step(step: str | None, text: str, known: range) -> int:
    """Read the interval of steps; 1 if there is none."""
    if step and int(step) >= len(known):
        raise ValueError(f"{text!r}: an interval of a cron expression must be shorter than its field.")
    return int(step or 1)


def _value(text: str, known: range, names: Mapping[str, int]) -> int:
    value = names.get(text.upper(), int(text) if text.isdecimal() else -1)
    if value not in known:
        raise ValueError(f"{text!r} is not a valid value of this field of a cron expression.")
    return value

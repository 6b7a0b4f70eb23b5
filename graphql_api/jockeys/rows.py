"""Which rows of a file are races, each once, and in which order: the newest first, whatever the file's own order.

A race needs a date that can be read: a blank row, or one that repeats the headers, has none. Its identity is its date,
meeting, number and horse's number; where one of the last two is blank, only a row that is equal in every cell is the
same race, as it is in a file that has the horse's name instead of its number. In a file without one of these columns
no row is known to be repeated.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphql_api.jockeys.readings import Reading
from graphql_api.jockeys.texts import squeeze
from graphql_api.tables.column import DictColumn, combinations, used

DATE, MEETING, RACE, HORSE = IDENTITY = ("日付", "開催", "R", "馬番")

_HORSE_NAME = "馬名"
_PAGE = "page_number"
_RACES = 64
"""More than any number of a race, so that a day and a number make one key."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Numbers of rows of the file: ``kept`` newest first (None: all of them, as they stand), and those left out."""

    kept: np.ndarray | None
    undated: np.ndarray
    repeated: np.ndarray


def choose(readings: Mapping[str, Reading], headers: Collection[str], rows: int) -> Choice:
    """Choose the rows that are races, the first of those that stand for the same one, and order them.

    ``headers`` are the columns that the file has.
    """
    dated = _known(readings[DATE].first, np.arange(rows))
    numbers = np.flatnonzero(dated)
    repeated = _repeated(readings, numbers) if _identifies(headers) else numbers[:0]
    if len(repeated):
        numbers = np.setdiff1d(numbers, repeated, assume_unique=True)
    kept = _newest_first(readings, numbers)
    return Choice(None if kept is numbers and len(kept) == rows else kept, np.flatnonzero(~dated), repeated)


def _identifies(headers: Collection[str]) -> bool:
    """Return whether a file has the columns by which a row that was scraped twice is known."""
    return all(header in headers for header in (DATE, MEETING, RACE)) and (HORSE in headers or _HORSE_NAME in headers)


def _repeated(readings: Mapping[str, Reading], rows: np.ndarray) -> np.ndarray:
    """Find the rows that stand for a race that an earlier row stands for."""
    date, race, horse = (readings[header].first for header in (DATE, RACE, HORSE))
    if not len(_later([date, race], rows)):  # all the more no two rows are equal in more columns
        return rows[:0]
    complete = _known(race, rows) & _known(horse, rows)
    repeated = _later([date, _meetings(readings[MEETING]), race, horse], rows[complete])
    if complete.all():
        return repeated
    texts = [DictColumn(reading.codes, reading.texts) for header, reading in readings.items() if header != _PAGE]
    return np.sort(np.concatenate([repeated, _later(texts, rows[~complete])]))


def _meetings(reading: Reading) -> DictColumn:
    """Return a meeting's parts, however it is written, and the text of one that cannot be read."""
    _, courses, rounds, days, _ = reading.values
    parts = zip(reading.texts, courses, rounds, days, strict=True)
    places = [
        (squeeze(course), number, day) if course else text and squeeze(text) for text, course, number, day in parts
    ]
    return DictColumn(reading.codes, places)


def _later(columns: Sequence[DictColumn], rows: np.ndarray) -> np.ndarray:
    """Return the rows whose values an earlier row has, all of them."""
    keys = combinations([_distinct(column, rows) for column in columns], len(rows))
    if len(np.unique(keys)) == len(rows):
        return rows[:0]
    _, first = np.unique(keys, return_index=True)
    return np.delete(rows, first)


def _distinct(column: DictColumn, rows: np.ndarray) -> DictColumn:
    """Return some rows of a column with one code for each distinct value."""
    codes, values = column.codes.take(rows), column.values
    if len(rows) < len(values):
        codes, occurring = used(codes)
        values = [values[place] for place in occurring]
    places: dict[Any, int] = {}
    numbers = np.array([*(places.setdefault(value, len(places)) for value in values), 0], np.int64)
    return DictColumn(numbers.take(codes), list(places))


def _known(column: DictColumn, rows: np.ndarray) -> np.ndarray:
    """Return which rows have a value."""
    known: np.ndarray = np.array([*(value is not None for value in column.values), False]).take(column.codes.take(rows))
    return known


def _newest_first(readings: Mapping[str, Reading], rows: np.ndarray) -> np.ndarray:
    """Order rows by date and number, the newest first; equals stay, or are turned round in a file that is oldest first.

    Rows that stand so already are given back as they are.
    """
    days = _numbers(readings[DATE].first, rows, lambda day: day.toordinal())
    keys = days * _RACES + _numbers(readings[RACE].first, rows, int)
    steps = np.diff(keys)
    if not (steps > 0).any():
        return rows
    places = np.arange(len(rows))
    is_oldest_first = np.sign(np.diff(days)).sum() > 0
    return rows[np.lexsort((-places if is_oldest_first else places, -keys))]


def _numbers(column: DictColumn, rows: np.ndarray, number: Any) -> np.ndarray:
    """Return each row's value as a number, 0 for null."""
    numbers = [0 if value is None else number(value) for value in column.values]
    return np.array([*numbers, 0], np.int64).take(column.codes.take(rows))

"""Selecting the rows of a file that are races, each once, ordered newest first for any order of the file.

A race needs a readable date: a blank row, or one that repeats the headers, has none. Its identity is its date,
meeting, number and horse number. If one of the last two is blank, only a row with all cells equal is the
same race, and also in a file with the horse's name instead of its number. In a file without one of these columns
no row counts as repeated.
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
"""A number above all race numbers, so that a day and a number make one key."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Row numbers of the file: ``kept`` newest first (None: all in their order), and omitted ones."""

    kept: np.ndarray | None
    undated: np.ndarray
    repeated: np.ndarray


def choose(readings: Mapping[str, Reading], headers: Collection[str], rows: int) -> Choice:
    """Return the rows that are races in order. Of repeated ones, the first is used.

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
    """Return whether a file has the columns that identify a row."""
    return all(header in headers for header in (DATE, MEETING, RACE)) and (HORSE in headers or _HORSE_NAME in headers)


def _repeated(readings: Mapping[str, Reading], rows: np.ndarray) -> np.ndarray:
    """Return the rows that repeat the race of an earlier row."""
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
    """Return a meeting's parts for any spelling, or its text if it cannot be read."""
    _, courses, rounds, days, _ = reading.values
    parts = zip(reading.texts, courses, rounds, days, strict=True)
    places = [
        (squeeze(course), number, day) if course else text and squeeze(text) for text, course, number, day in parts
    ]
    return DictColumn(reading.codes, places)


def _later(columns: Sequence[DictColumn], rows: np.ndarray) -> np.ndarray:
    """Return the rows whose values are all equal to those of an earlier row."""
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
    """Return rows by date and number, newest first. Equal ones keep their order, or reverse it in an oldest-first file.

    Rows that are already in this order are returned unchanged.
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

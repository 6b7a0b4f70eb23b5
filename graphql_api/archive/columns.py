"""The columns of the table of rides: the fields of race records, the keys they are grouped by, and what SQL needs.

SQL knows neither the order of a vocabulary nor the forms in which texts are compared, so both are stored: the ordinals
of enums (``surface_ordinal``), and two folded texts (``race_name_compared``, ``race_name_searched``). Keys that are
computed (``year``, ``odds_band``, ``horse_ride_number``) are stored as columns, so that they are defined once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache, partial
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import numpy as np

from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.keys import KEYS
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.sources import SOURCES
from graphql_api.jockeys.statistics import STATISTICS
from graphql_api.tables.column import DictColumn
from graphql_api.tables.kinds import Id
from graphql_api.text import compatible, searchable

SCHEMA = 1
"""The version of the layout: another set of columns, or another meaning of one, takes a higher number."""

LEFT_OUT = frozenset({"video", "page_number"})
"""Fields that are not stored: no file has a video, and every row moves to later pages as new ones come."""

SEPARATOR = "\x1f"

ORDINAL, COMPARED, SEARCHED = "_ordinal", "_compared", "_searched"

FILE_ROW = "file_row"
"""The ride's place in its file, counted from the oldest, so that it stays as new rides come."""

TIE = "tie"
"""How many newer rides of the same file have the same day and number: 0 but for a few without a number."""

_TYPES: Mapping[Any, str] = {int: "INTEGER", float: "DOUBLE", bool: "BOOLEAN", str: "VARCHAR", Id: "VARCHAR"}


Source = TypeVar("Source")


@dataclass(frozen=True, slots=True)
class Stored(Generic[Source]):
    """One column: its name, its SQL type, and its cells in numpy, by which ``cast`` is what SQL makes of them.

    Numbers and yes or no come as doubles, NaN for null; lists as texts with ``SEPARATOR`` between the items.
    """

    name: str
    type: str
    cells: Callable[[Source], np.ndarray]

    @property
    def cast(self) -> str:
        """Return the SQL expression that turns a cell of the source into one of the table."""
        cell = f"string_split({self.name}, chr({ord(SEPARATOR)}))" if self.type.endswith("[]") else self.name
        return f"CAST({cell} AS {self.type}) AS {self.name}"


def value_column(name: str) -> str:
    """Name the column whose values stand for those of a field or key: ordinals of enums, the values of all others."""
    return name + ORDINAL if is_enum(TYPES[name]) else name


def is_enum(kind: Any) -> bool:
    """Return whether a field's type is a vocabulary."""
    return isinstance(kind, type) and issubclass(kind, Enum)


@cache
def members(kind: type[Enum]) -> tuple[Enum, ...]:
    """List the members of a vocabulary; their places are the ordinals. Tables of many rows ask for each value."""
    return tuple(kind)


TYPES: Mapping[str, Any] = MappingProxyType(
    {field.name: field.type for field in FIELDS if field.name not in LEFT_OUT}
    | {name: key.type for name, key in KEYS.items()}
)
"""The fields and keys that are stored, with the types that they have in the API."""

TEXTS = tuple(name for name, kind in TYPES.items() if kind is str)
"""The fields and keys that are compared and searched in folded forms."""

NEEDED = tuple(sorted({name for statistic in STATISTICS for name in statistic.needs}))
"""Fields without whose columns in the file a statistic knows nothing: ``has_{name}`` says which rides have them."""

_HEADERS = {field.name: source.header for source in SOURCES for field in source.fields}


def _read(name: str, records: RaceRecords) -> DictColumn:
    return records.fields[name] if name in records.fields else KEYS[name].column(records)


def stored_columns(types: Mapping[str, Any], read: Callable[[str, Source], DictColumn]) -> Iterator[Stored[Source]]:
    """List the columns of some fields; ``read`` gives a field's values."""
    for name, kind in types.items():
        yield from _stored(name, kind, partial(read, name))


def _stored(name: str, kind: Any, read: Callable[[Source], DictColumn]) -> Iterator[Stored[Source]]:
    if is_enum(kind):
        places = {member: place for place, member in enumerate(kind)}
        yield Stored(name, "VARCHAR", lambda source: _texts(read(source), lambda member: member.name))
        yield Stored(name + ORDINAL, "UTINYINT", lambda source: _numbers(read(source), places.__getitem__))
    elif kind is date:
        yield Stored(name, "DATE", lambda source: _days(read(source)))
    elif kind == list[int]:
        yield Stored(name, "UTINYINT[]", lambda source: _texts(read(source), _joined))
    elif kind in (str, Id):
        yield Stored(name, "VARCHAR", lambda source: _texts(read(source), str))
        if kind is str:
            yield Stored(name + COMPARED, "VARCHAR", lambda source: _texts(read(source), compatible))
            yield Stored(name + SEARCHED, "VARCHAR", lambda source: _texts(read(source), searchable))
    else:
        yield Stored(name, _TYPES[kind], lambda source: _numbers(read(source), float))


def objects(values: Sequence[Any]) -> np.ndarray:
    """Return values as an array of objects, whatever they are."""
    made = np.empty(len(values), object)
    made[:] = values
    return made


def _texts(column: DictColumn, convert: Callable[[Any], str]) -> np.ndarray:
    return objects([None if value is None else convert(value) for value in column.values]).take(column.codes)


def _numbers(column: DictColumn, convert: Callable[[Any], float]) -> np.ndarray:
    values = [np.nan if value is None else convert(value) for value in column.values]
    return np.array(values, np.float64).take(column.codes)


def _days(column: DictColumn) -> np.ndarray:
    return np.array(column.values, "datetime64[D]").astype("datetime64[us]").take(column.codes)


def _joined(numbers: tuple[int, ...]) -> str:
    return SEPARATOR.join(map(str, numbers))


def _has(field: str) -> Stored[RaceRecords]:
    header = _HEADERS[field]
    return Stored(f"has_{field}", "BOOLEAN", lambda records: np.full(records.rows, float(header in records.raw)))


def _ties(records: RaceRecords) -> np.ndarray:
    """Count, for each ride, the rides directly before it, which are newer, of the same day and number."""
    days, numbers = _days(records.fields["date"]).astype(np.int64), _numbers(records.fields["race_number"], float)
    numbers = np.nan_to_num(numbers, nan=0)
    begins = np.ones(records.rows, np.bool_)
    begins[1:] = (np.diff(days) != 0) | (np.diff(numbers) != 0)
    places = np.arange(records.rows)
    return (places - np.maximum.accumulate(np.where(begins, places, 0))).astype(np.float64)


def _file_rows(records: RaceRecords) -> np.ndarray:
    return np.arange(records.rows - 1, -1, -1, dtype=np.float64)


COLUMNS: tuple[Stored[RaceRecords], ...] = (
    *stored_columns(TYPES, _read),
    *map(_has, NEEDED),
    Stored(TIE, "INTEGER", _ties),
    Stored(FILE_ROW, "INTEGER", _file_rows),
)
"""The columns of the table of rides."""

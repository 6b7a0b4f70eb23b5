"""What the archive knows of one jockey beside the rides: a table of fields, and how they follow from the file."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np

from graphql_api.archive.columns import (
    SEARCHED,
    SEPARATOR,
    Stored,
    objects,
    stored_columns,
)
from graphql_api.jockeys.figures import Figures
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.statistics import STATISTICS
from graphql_api.jockeys.vocabulary import Jurisdiction
from graphql_api.tables.column import DictColumn
from graphql_api.tables.fields import Field
from graphql_api.tables.kinds import Id
from graphql_api.tables.table import ColumnTable, Row
from graphql_api.text import searchable

COUNTS = ("rides", "wins", "seconds", "thirds", "prize_money")
"""Statistics of the whole career that are kept, by their names there."""

MAX_NAMES = 100
"""Names of one jockey, as one file must not fill the index."""

LONGEST_NAME = 100
"""Characters of a name; a longer text in its column is none."""

_DESCRIPTIONS = {each.name: each.description for each in STATISTICS}

FIELDS: tuple[Field, ...] = (
    Field("id", Id, "netkeiba's id of the jockey, leading zeros included.", nullable=False),
    Field("name", str, "Name in the newest record that has a name (騎手). At most four characters."),
    Field("jurisdiction", Jurisdiction, "Organiser of most of the jockey's races."),
    Field("record_count", int, "Number of races in the file."),
    Field("first_date", date, "Date of the oldest race."),
    Field("last_date", date, "Date of the newest race."),
    Field("rides", int, _DESCRIPTIONS["rides"]),
    Field("wins", int, _DESCRIPTIONS["wins"]),
    Field("seconds", int, _DESCRIPTIONS["seconds"]),
    Field("thirds", int, _DESCRIPTIONS["thirds"]),
    Field("win_rate", float, _DESCRIPTIONS["win_rate"]),
    Field("prize_money", float, _DESCRIPTIONS["prize_money"]),
)
"""What clients see of a jockey without its file being read, in the index's order."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One jockey: the values of ``FIELDS``, and all names that the races give.

    Where the file has not been read yet, or cannot be, all but the id is None or empty.
    """

    id: str
    name: str | None = None
    jurisdiction: Jurisdiction | None = None
    record_count: int | None = None
    first_date: date | None = None
    last_date: date | None = None
    rides: int | None = None
    wins: int | None = None
    seconds: int | None = None
    thirds: int | None = None
    prize_money: float | None = None
    names: Sequence[str] = ()

    @property
    def win_rate(self) -> float | None:
        """Divide the wins by the rides."""
        return self.wins / self.rides if self.wins is not None and self.rides else None


def entry(jockey_id: str, records: RaceRecords) -> Entry:
    """Sum up a jockey's file."""
    figures = Figures(records, np.arange(records.rows))
    days = _found(records, "date")
    return Entry(
        id=jockey_id,
        name=next(iter(_names([records.newest("jockey_name")], 1)), None),
        jurisdiction=_most_frequent(records, "jurisdiction"),
        record_count=records.rows,
        first_date=min(days, default=None),
        last_date=max(days, default=None),
        names=_names(_found(records, "jockey_name"), MAX_NAMES),
        **{name: figures.values(name)[0] for name in COUNTS},
    )


def _names(texts: Iterable[str | None], most: int) -> list[str]:
    """Return the texts that may be names, in order."""
    fitting = (text for text in texts if text is not None and len(text) <= LONGEST_NAME and SEPARATOR not in text)
    return sorted(fitting)[:most]


def _found(records: RaceRecords, field: str) -> set[Any]:
    """Return the distinct values that rows have, null apart."""
    column = records.fields[field]
    return {column.values[code] for code in np.unique(column.codes).tolist()} - {None}


def _most_frequent(records: RaceRecords, field: str) -> Any:
    """Return the value that most rows have, the first in the file of equals; None where no row has one."""
    column = records.fields[field]
    counts: dict[Any, int] = {}
    for code, count in enumerate(np.bincount(column.codes, minlength=len(column.values)).tolist()):
        if count and column.values[code] is not None:
            counts[column.values[code]] = counts.get(column.values[code], 0) + count
    return max(counts, key=counts.__getitem__, default=None)


def _list(entry: Entry, form: Callable[[str], str] = str) -> str | None:
    return SEPARATOR.join(map(form, entry.names)) or None


def _read(name: str, entries: Sequence[Entry]) -> DictColumn:
    return DictColumn(np.arange(len(entries)), [getattr(entry, name) for entry in entries])


def _lists(form: Callable[[str], str]) -> Callable[[Sequence[Entry]], np.ndarray]:
    return lambda entries: objects([_list(entry, form) for entry in entries])


COLUMNS: tuple[Stored[Sequence[Entry]], ...] = (
    *stored_columns({field.name: field.type for field in FIELDS}, _read),
    Stored("names", "VARCHAR[]", _lists(str)),
    Stored(f"names{SEARCHED}", "VARCHAR[]", _lists(searchable)),
)
"""The columns of the table of jockeys."""

TYPES: Mapping[str, Any] = MappingProxyType({field.name: field.type for field in FIELDS})


def only_ids(ids: Sequence[str]) -> list[Row[ColumnTable]]:
    """Return rows for jockeys of whom nothing but the id is known."""
    unknown = [None] * len(ids)
    return rows_of({**{field.name: unknown for field in FIELDS}, "id": ids}, len(ids))


def rows_of(columns: Mapping[str, Sequence[Any]], count: int) -> list[Row[ColumnTable]]:
    """Return rows of a table of values."""
    codes = np.arange(count)
    table = ColumnTable(count, {name: DictColumn(codes, values) for name, values in columns.items()})
    return [Row(table, place) for place in range(count)]

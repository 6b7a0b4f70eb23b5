"""The catalogue: the index as servers use it, rows to filter and order, and names to search."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import nsmallest

import numpy as np

from graphql_api.errors import BadUserInput, CursorExpired
from graphql_api.index.entries import FIELDS
from graphql_api.index.file import Contents, Lists
from graphql_api.jockeys.ids import jockey_id
from graphql_api.tables.column import DictColumn
from graphql_api.tables.conditions import EVERYTHING, Condition
from graphql_api.tables.filtering import Pay, free, mask
from graphql_api.tables.ordering import Order, arrange
from graphql_api.tables.table import ColumnTable, Row
from graphql_api.text import searchable


@dataclass(frozen=True, slots=True)
class Horse:
    """A horse by its name, and the jockeys who rode it, those with most rides first."""

    name: str
    jockeys: Sequence[Row[ColumnTable]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of jockeys; ``total`` counts all that the filter takes, and is 0 where only ids are known."""

    rows: Sequence[Row[ColumnTable]]
    total: int
    has_previous: bool
    has_next: bool


class Catalogue:
    """All jockeys of one version of the index, in the order of their ids.

    They stand in a table as race records do, so that filters, orders and execution apply to them;
    its fields are ``entries.FIELDS``. ``complete`` says that every jockey's file has been read.
    """

    def __init__(self, contents: Contents) -> None:
        """Arrange what was read."""
        columns = dict(contents.columns)
        columns["win_rate"] = [
            wins / rides if rides else None for wins, rides in zip(columns["wins"], columns["rides"], strict=True)
        ]
        self.ids: list[str] = columns["id"]
        self.complete = None not in columns["etag"]
        self.records = table({field.name: columns[field.name] for field in FIELDS})
        self._names = contents.names
        self._horses = contents.horses

    def page(
        self, condition: Condition, orders: Sequence[Order], first: int, after: str | None, pay: Pay = free
    ) -> Page:
        """Choose a page; ``after`` is a cursor. Raises ``BadUserInput`` or ``CursorExpired`` for it.

        ``pay`` is told of the work, and may raise.
        """
        pay((2 + 8 * len(orders)) * self.records.rows)
        ordered = arrange(self.records, np.arange(self.records.rows), orders)
        start = 0 if after is None else self._place(ordered, after) + 1
        chosen = (
            np.ones(len(ordered), np.bool_) if condition == EVERYTHING else mask(self.records, condition, pay)[ordered]
        )
        behind = ordered[start:][chosen[start:]]
        return Page(
            rows=[Row(self.records, row) for row in behind[:first].tolist()],
            total=int(np.count_nonzero(chosen)),
            has_previous=bool(chosen[:start].any()),
            has_next=len(behind) > first,
        )

    def jockeys(self, query: str, first: int) -> list[Row[ColumnTable]]:
        """Find jockeys by id or name: exact matches first, then beginnings, then any; of equals, most rides first."""
        wanted = searchable(query)
        scores = [
            min(_score(wanted, each) for each in (identifier, *names)) for identifier, names in self._searched_jockeys
        ]
        rides = self.records.fields["rides"]
        found = [
            (score, -(rides[row] or 0), identifier, row)
            for row, (score, identifier) in enumerate(zip(scores, self.ids, strict=True))
            if score < _NO_MATCH
        ]
        return [Row(self.records, row) for *_, row in nsmallest(first, found)]

    def horses(self, query: str, first: int) -> list[Horse]:
        """Find horses by name, as ``jockeys`` finds jockeys."""
        wanted = searchable(query)
        counts = np.diff(self._riders[1])
        found = [
            (_score(wanted, folded), -counts[code], name, code)
            for code, (folded, name) in enumerate(zip(self._searched_horses, self._horses.values, strict=True))
            if wanted in folded
        ]
        return [Horse(name, self._rode(code)) for *_, name, code in nsmallest(first, found)]

    def _place(self, ordered: np.ndarray, after: str) -> int:
        """Find the jockey that a cursor names in an order."""
        identifier = read_cursor(after)
        if identifier not in self._rows:
            raise CursorExpired("The jockey that 'after' names is no longer listed; start again without it.")
        return int(np.flatnonzero(ordered == self._rows[identifier])[0])

    def _rode(self, horse: int) -> list[Row[ColumnTable]]:
        rows, bounds = self._riders
        rides = self.records.fields["rides"]
        riders = rows[bounds[horse] : bounds[horse + 1]].tolist()
        return [Row(self.records, row) for row in sorted(riders, key=lambda row: -(rides[row] or 0))]

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {identifier: row for row, identifier in enumerate(self.ids)}

    @cached_property
    def _searched_jockeys(self) -> list[tuple[str, list[str]]]:
        names = replace(self._names, values=list(map(searchable, self._names.values)))
        return [(identifier, names[row]) for row, identifier in enumerate(self.ids)]

    @cached_property
    def _searched_horses(self) -> list[str]:
        return list(map(searchable, self._horses.values))

    @cached_property
    def _riders(self) -> tuple[np.ndarray, np.ndarray]:
        """Give the rows of the jockeys who rode each horse, horse after horse, and where each horse's begin."""
        lists: Lists = self._horses
        rows = np.repeat(np.arange(self.records.rows, dtype=np.int32), np.diff(lists.offsets))
        bounds = np.zeros(len(lists.values) + 1, np.int64)
        np.cumsum(np.bincount(lists.codes, minlength=len(lists.values)), out=bounds[1:])
        return rows[np.argsort(lists.codes, kind="stable")], bounds

    def prepare(self) -> "Catalogue":
        """Make all that searching takes, which for many jockeys is some tenths of a second."""
        _ = self._rows, self._searched_jockeys, self._searched_horses, self._riders
        return self


def only_ids(ids: Sequence[str]) -> list[Row[ColumnTable]]:
    """Give rows for jockeys of whom nothing but the id is known."""
    unknown = [None] * len(ids)
    records = table({**{field.name: unknown for field in FIELDS}, "id": ids})
    return [Row(records, row) for row in range(len(ids))]


def table(columns: Mapping[str, Sequence[object]]) -> ColumnTable:
    """Put columns of single values into a table."""
    rows = len(columns["id"])
    codes = np.arange(rows)
    return ColumnTable(rows, {name: DictColumn(codes, values) for name, values in columns.items()})


def cursor(identifier: str) -> str:
    """Name a jockey's place, in every order and whether there is an index or not."""
    return base64.urlsafe_b64encode(identifier.encode()).decode().rstrip("=")


def read_cursor(text: str) -> str:
    """Give the id that a cursor names; raises ``BadUserInput``."""
    try:
        padded = text.encode() + b"=" * (-len(text) % 4)
        return jockey_id(base64.b64decode(padded, altchars=b"-_", validate=True).decode())
    except (binascii.Error, ValueError, BadUserInput) as error:
        raise BadUserInput("Argument 'after' is not a cursor of this connection.") from error


_NO_MATCH = 3


def _score(wanted: str, folded: str) -> int:
    """Say how well a text matches, 0 being best."""
    if wanted not in folded:
        return _NO_MATCH
    return 0 if wanted == folded else 1 if folded.startswith(wanted) else 2

"""Columns straight to JSON bytes: rows are written from per-column fragments, never built as objects.

A row template says what a row looks like: literal bytes, then a column's value, and so on. Since columns are
dictionary-encoded, a value's JSON is made once per distinct value; a whole list is one gather of ready fragments per
column and one join. Neighbouring columns that share their codes, or that have few distinct values between them, are
first fused into one, which halves the fragments that have to be gathered and joined.
"""

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, repeat
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from graphql_api.execution.budget import check_size
from graphql_api.execution.weighed_cache import size_of
from graphql_api.tables.column import DictColumn
from graphql_api.tables.protocol import Table
from graphql_api.tables.windows import Rows

CHUNK_ROWS = 128
"""Rows joined at once, so that what a join notes of its fragments stays in the processor's cache."""

GATHER_ROWS = 2048
"""Rows whose fragments are gathered at once: fewer calls for each, and the table stays in the second cache."""

TABLE_FROM = 64
"""Rows from which a table of fragments pays; it takes those of all values of a column, and a short window few."""

FUSE_SHARE = 8
"""Two columns are fused where their combined values are at most a row count divided by this: cheaper than gathering."""

FUSE_SHARE_OF_ONE = 4
"""The same where one of the two has a single value: the table grows no longer, only its entries do."""

FUSED_VALUES = 1_500
"""The most combined values of two columns: larger tables would leave the processor's cache."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What ties a field of a row type to a column: schema fields carry it in their metadata.

    ``locate`` takes the field's coerced arguments and gives the column's name (for caches) and where it is;
    ``convert`` turns a stored value into what the field's resolver would return.
    """

    locate: Callable[[dict[str, Any]], tuple[str, Callable[[Any], DictColumn]]]
    convert: Callable[[Any], Any] | None = None


SAME_ROW = "same row"
"""In the place of a ``Binding``: the field's object is the very same row (an edge's node)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as templates refer to it: where its values are, and how one value is written.

    A fragment begins with what stands before most values of the column (a field's comma and name), which would else
    have to be joined to each of them at every request; joining also copies what orjson gives, which holds on to four
    kilobytes. ``key`` names the column and its form in caches. ``to_json`` raises if a value cannot be written, such
    as null in a non-null field; the caller then leaves the answer to the general executor.
    """

    key: Hashable
    of: Callable[[Any], DictColumn]
    to_json: Callable[[Any], bytes]

    def __eq__(self, other: object) -> bool:
        """Compare by key, which determines the functions."""
        return isinstance(other, Column) and self.key == other.key

    def __hash__(self) -> int:
        """Hash by key."""
        return hash(self.key)


class Cell(NamedTuple):
    """A value's place in a row: the literal before it, and its column's fragments less their first ``cut`` bytes."""

    literal: bytes
    column: Column
    cut: int = 0


@dataclass(frozen=True, slots=True)
class RowTemplate:
    """One row's bytes: its cells, and the ``tail`` that closes it.

    ``separator`` stands between rows: in a JSON array a comma.
    """

    cells: tuple[Cell, ...]
    tail: bytes
    separator: bytes = b","
    nbytes: int = field(init=False, repr=False, compare=False)
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Hash and weigh once: a template is a part of a cache's key at every request."""
        parts = self.cells, self.tail, self.separator
        object.__setattr__(self, "nbytes", size_of(parts))
        object.__setattr__(self, "_hash", hash(parts))

    def __hash__(self) -> int:
        """Return the hash."""
        return self._hash


class _Fragments(dict[int, bytes]):
    """The JSON of a column's values by code, each made when it is first asked for."""

    __slots__ = ("longest", "to_json", "values_")

    def __init__(self, values: Sequence[Any], to_json: Callable[[Any], bytes]) -> None:
        super().__init__()
        self.values_ = values
        self.to_json = to_json
        self.longest = 0

    def __missing__(self, code: int) -> bytes:
        fragment = self[code] = self.to_json(self.values_[code])
        length = len(fragment)
        if length > self.longest:  # to call max takes as long as the rest
            self.longest = length
        return fragment


Objects = np.ndarray[Any, np.dtype[np.object_]]
"""An array of bytes objects: numpy takes, adds and repeats them several times as fast as a list comprehension."""


class _Written(NamedTuple):
    """The JSON of all values of a column by code, and the length of the longest."""

    fragments: Objects
    longest: int


@dataclass(frozen=True, slots=True)
class _Part:
    """Per row one fragment: ``fragments[codes[row]]``."""

    codes: np.ndarray
    fragments: Objects


def encode_rows(table: Table, rows: Rows, template: RowTemplate, max_bytes: float = math.inf) -> list[bytes]:
    """Return the chosen rows as JSON in consecutive chunks; with the usual template, the inside of an array.

    Raises ``Exhausted`` before more than ``max_bytes`` are written.
    """
    count = rows.count
    if not count:
        return []
    if not template.cells:
        return [template.separator.join([template.tail] * count)]
    if count < TABLE_FROM:
        return [_encode_few(table, rows, template, max_bytes)]
    if _upper_bound(table, rows, template) > max_bytes:
        check_size(_size(table, rows, template), max_bytes)
    chunks = _joined(_fused(_parts(table, rows, template), count), count)
    chunks[-1] = chunks[-1].removesuffix(template.separator)
    return chunks


def _encode_few(table: Table, rows: Rows, template: RowTemplate, max_bytes: float) -> bytes:
    """Return a short window as JSON, written value by value: preparing tables would cost more than it saves."""
    longest = 0
    pieces: list[Iterable[bytes]] = []
    for literal, column, cut in template.cells:
        written = _fragments(table, column)
        by_code = written.fragments if isinstance(written, _Written) else written
        fragments = [by_code[code] for code in column.of(table).codes[rows.index].tolist()]
        longest += written.longest
        if literal:
            pieces.append(repeat(literal))
        pieces.append(map(itemgetter(slice(cut, None)), fragments) if cut else fragments)
    if longest * rows.count > max_bytes:
        lengths = (sum(map(len, islice(piece, rows.count))) for piece in pieces)
        check_size(sum(lengths), max_bytes)
        return _encode_few(table, rows, template, math.inf)
    pieces.append(repeat(template.tail + template.separator))
    return b"".join(chain.from_iterable(zip(*pieces, strict=False))).removesuffix(template.separator)


def _fragments(table: Table, column: Column) -> _Fragments | _Written:
    """Return the JSON of a column's values by code, kept as long as this version of the table."""
    found: _Fragments | _Written | None = table.derived.get(column.key)
    if found is None:
        found = table.derived[column.key] = _Fragments(column.of(table).values, column.to_json)
    return found


def _all_fragments(table: Table, column: Column) -> _Written:
    """Return the JSON of all values of a column; complete, they are kept as an array, which takes less memory."""
    found = _fragments(table, column)
    if isinstance(found, _Fragments):
        fragments = [found[code] for code in range(len(found.values_))]
        found = table.derived[column.key] = _Written(_objects(fragments), max(map(len, fragments), default=0))
    return found


def _upper_bound(table: Table, rows: Rows, template: RowTemplate) -> int:
    """Return an upper bound of the rows' bytes, without reading the rows."""
    longest = len(template.tail) + len(template.separator)
    for literal, column, _ in template.cells:
        longest += len(literal) + _all_fragments(table, column).longest
    return longest * len(rows)


def _size(table: Table, rows: Rows, template: RowTemplate) -> int:
    """Count the bytes of the rows."""
    size = len(rows) * (len(template.tail) + len(template.separator))
    for literal, column, cut in template.cells:
        fragments = _all_fragments(table, column).fragments
        lengths = np.fromiter(map(len, fragments), np.int64, len(fragments))
        size += int(lengths.take(column.of(table).codes[rows.index]).sum()) + (len(literal) - cut) * len(rows)
    return size


def _parts(table: Table, rows: Rows, template: RowTemplate) -> Iterator[_Part]:
    """Look up the template's columns for the chosen rows, the literals between them standing as columns of one value.

    Columns that share their codes still do so when only some rows are chosen.
    """
    one_value = np.zeros(len(rows), np.int8)
    chosen: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    for literal, column, cut in template.cells:
        if literal:
            yield _Part(one_value, _objects([literal]))
        whole = column.of(table).codes
        if rows.everything:
            codes = whole
        elif id(whole) in chosen:
            _, codes = chosen[id(whole)]
        else:  # kept with its codes, for an array that is gone may leave its id to another
            _, codes = chosen[id(whole)] = whole, whole[rows.index]
        fragments = _all_fragments(table, column).fragments
        if cut and len(fragments) > len(rows):
            codes, fragments = np.arange(len(rows)), fragments.take(codes)
        yield _Part(codes, _objects([each[cut:] for each in fragments]) if cut else fragments)
    yield _Part(one_value, _objects([template.tail + template.separator]))


def _fused(parts: Iterable[_Part], rows: int) -> list[_Part]:
    """Fuse neighbours into one part where that is cheaper than gathering each."""
    most, of_one = min(rows // FUSE_SHARE, FUSED_VALUES), rows // FUSE_SHARE_OF_ONE
    fused: list[_Part] = []
    for part in parts:
        before = fused[-1] if fused else None
        if before is None:
            fused.append(part)
        elif before.codes is part.codes and len(part.fragments) <= rows:
            fused[-1] = _Part(part.codes, before.fragments + part.fragments)
        elif len(part.fragments) == 1 and len(before.fragments) <= of_one:
            fused[-1] = _Part(before.codes, before.fragments + part.fragments)
        elif len(before.fragments) == 1 and len(part.fragments) <= of_one:
            fused[-1] = _Part(part.codes, before.fragments + part.fragments)
        elif len(before.fragments) * len(part.fragments) <= most:
            codes = before.codes.astype(np.int32) * len(part.fragments) + part.codes
            fused[-1] = _Part(codes, np.add.outer(before.fragments, part.fragments).ravel())
        else:
            fused.append(part)
    return fused


def _joined(parts: Sequence[_Part], rows: int) -> list[bytes]:
    """Gather each part's fragments into row order, ``GATHER_ROWS`` at once, and join them by ``CHUNK_ROWS``."""
    chunks: list[bytes] = []
    table, step = np.empty((min(GATHER_ROWS, rows), len(parts)), object), CHUNK_ROWS * len(parts)
    for first in range(0, rows, GATHER_ROWS):
        last = min(first + GATHER_ROWS, rows)
        gathered = table[: last - first]  # over what the rows before left: to empty a table takes as long as to fill it
        for position, part in enumerate(parts):
            gathered[:, position] = part.fragments.take(part.codes[first:last])
        flat = gathered.ravel()
        chunks += [b"".join(flat[start : start + step].tolist()) for start in range(0, len(flat), step)]
    return chunks


def _objects(fragments: list[bytes]) -> Objects:
    """Return an array of bytes objects; by default numpy would make an array of a string type."""
    made = np.empty(len(fragments), object)
    made[:] = fragments
    return made

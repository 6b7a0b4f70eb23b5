"""Encoding of columns as JSON bytes: rows are written from fragments of columns, without objects.

A row template is the form of a row: literal bytes, then a column's value, and so on. Since columns are
dictionary-encoded, JSON is made once for each distinct value. A list is one gather of fragments for each
column and one join. Neighbouring columns with the same codes, or with few distinct values, are
first fused into one, which halves the number of fragments.
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
"""Number of rows joined at once, so that the join's data stays in the processor's cache."""

GATHER_ROWS = 2048
"""Number of rows gathered at once, so that there are few calls and the table stays in the second-level cache."""

TABLE_FROM = 64
"""Minimum number of rows for a table of fragments. The table needs all values of a column, a short window few."""

FUSE_SHARE = 8
"""Two columns are fused if the number of combined values is at most the number of rows divided by this."""

FUSE_SHARE_OF_ONE = 4
"""The same if one of the two has a single value: then the table does not become longer."""

FUSED_VALUES = 1_500
"""Maximum number of combined values of two columns, so that the table fits the processor's cache."""


@dataclass(frozen=True, slots=True)
class Binding:
    """The relation of a field to a column, in the metadata of schema fields.

    ``locate`` receives the field's coerced arguments and returns the column's name (for caches) and its place.
    ``convert`` converts a stored value to the value that the field's resolver would return.
    """

    locate: Callable[[dict[str, Any]], tuple[str, Callable[[Any], DictColumn]]]
    convert: Callable[[Any], Any] | None = None


SAME_ROW = "same row"
"""In place of a ``Binding``: the field's object is the same row (the node of an edge)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column in templates: the place of its values, and the function that writes a value.

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
    """The place of a value in a row: the literal before it, and its column's fragments without ``cut`` bytes."""

    literal: bytes
    column: Column
    cut: int = 0


@dataclass(frozen=True, slots=True)
class RowTemplate:
    """The form of a row's bytes: its cells, and the ``tail`` at its end.

    ``separator`` is written between rows. In a JSON array it is a comma.
    """

    cells: tuple[Cell, ...]
    tail: bytes
    separator: bytes = b","
    nbytes: int = field(init=False, repr=False, compare=False)
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compute hash and size once, since a template is a part of a cache key in every request."""
        parts = self.cells, self.tail, self.separator
        object.__setattr__(self, "nbytes", size_of(parts))
        object.__setattr__(self, "_hash", hash(parts))

    def __hash__(self) -> int:
        """Return the hash."""
        return self._hash


class _Fragments(dict[int, bytes]):
    """The JSON of a column's values by code. Each is made on first use."""

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
"""An array of bytes objects. numpy's take, add and repeat are several times as fast as a list comprehension."""


class _Written(NamedTuple):
    """The JSON of all values of a column by code, and the maximum length."""

    fragments: Objects
    longest: int


@dataclass(frozen=True, slots=True)
class _Part:
    """One fragment for each row: ``fragments[codes[row]]``."""

    codes: np.ndarray
    fragments: Objects


def encode_rows(table: Table, rows: Rows, template: RowTemplate, max_bytes: float = math.inf) -> list[bytes]:
    """Return the chosen rows as JSON in chunks. With the usual template it is the inside of an array.

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
    """Return a short window as JSON, written value by value: tables would cost more than they save."""
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
    """Return the JSON of a column's values by code, cached for this version of the table."""
    found: _Fragments | _Written | None = table.derived.get(column.key)
    if found is None:
        found = table.derived[column.key] = _Fragments(column.of(table).values, column.to_json)
    return found


def _all_fragments(table: Table, column: Column) -> _Written:
    """Return the JSON of all values of a column. A complete one is stored as an array, which needs less memory."""
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
    """Return the template's columns for the chosen rows. Literals between them are columns of one value.

    Columns with the same codes also share them if only some rows are chosen.
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
    """Fuse neighbours into one part if that is cheaper than gathering each."""
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
    """Gather the fragments in row order, ``GATHER_ROWS`` at once, and join them by ``CHUNK_ROWS``."""
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

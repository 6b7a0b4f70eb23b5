"""Columns straight to JSON bytes: rows are written from per-column fragments, never built as objects.

A row template says what a row looks like: literal bytes, then a column's value, and so on. Since columns are
dictionary-encoded, a value's JSON is made once per distinct value; a whole list is one gather of ready fragments per
column and one join. Neighbouring columns that share their codes, or that have few distinct values between them, are
first fused into one, which halves the fragments that have to be gathered and joined.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson

from graphql_api.jockeys.records import Encoded, RaceRecords, Rows

CHUNK_ROWS = 1024
"""Rows joined at once, so that the fragments in hand stay in the processor's cache."""

FUSE_FROM = 256
"""Rows from which tables of fused fragments pay."""

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

    locate: Callable[[dict[str, Any]], tuple[str, Callable[[RaceRecords], Encoded]]]
    convert: Callable[[Any], Any] | None = None


SAME_ROW = "same row"
"""In the place of a ``Binding``: the field's object is the very same row (an edge's node)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as a template refers to it: where its values are, and how one value is written.

    ``key`` names the pair in caches. ``to_json`` raises where a value cannot be written, such as null in a non-null
    field; the caller then leaves the answer to the general executor.
    """

    key: Hashable
    of: Callable[[RaceRecords], Encoded]
    to_json: Callable[[Any], bytes]

    def __eq__(self, other: object) -> bool:
        """Compare by key: the functions follow from it."""
        return isinstance(other, Column) and self.key == other.key

    def __hash__(self) -> int:
        """Hash by key."""
        return hash(self.key)


@dataclass(frozen=True, slots=True)
class RowTemplate:
    """One row's bytes: each cell is the literal before a value and its column; ``tail`` closes the row.

    ``separator`` stands between rows: in a JSON array a comma.
    """

    cells: tuple[tuple[bytes, Column], ...]
    tail: bytes
    separator: bytes = b","
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Hash once: a template is a part of a cache's key at every request."""
        object.__setattr__(self, "_hash", hash((self.cells, self.tail, self.separator)))

    def __hash__(self) -> int:
        """Give the hash."""
        return self._hash


class _Fragments(dict[int, bytes]):
    """The JSON of a column's values by code, each made when it is first asked for."""

    __slots__ = ("to_json", "values_")

    def __init__(self, values: Sequence[Any], to_json: Callable[[Any], bytes]) -> None:
        super().__init__()
        self.values_ = values
        self.to_json = to_json

    def __missing__(self, code: int) -> bytes:
        fragment = self[code] = self.to_json(self.values_[code])
        return fragment


Objects = np.ndarray[Any, np.dtype[np.object_]]
"""An array of bytes objects: numpy takes, adds and repeats them several times as fast as a list comprehension."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Per row one fragment: ``fragments[codes[row]]``."""

    codes: np.ndarray
    fragments: Objects


def encode_rows(records: RaceRecords, rows: Rows, template: RowTemplate) -> list[bytes]:
    """Write the chosen rows, by the usual template the inside of a JSON array, in chunks that follow each other."""
    count = len(rows)
    if not count:
        return []
    if not template.cells:
        return [template.separator.join([template.tail] * count)]
    if count < FUSE_FROM:
        return [_encode_few(records, rows, template)]
    parts = _fused(_parts(records, rows, template), count)
    chunks = [_join(parts, first, min(first + CHUNK_ROWS, count)) for first in range(0, count, CHUNK_ROWS)]
    chunks[-1] = chunks[-1].removesuffix(template.separator)
    return chunks


def _encode_few(records: RaceRecords, rows: Rows, template: RowTemplate) -> bytes:
    """Write a short window: literals and values side by side, since preparing tables would cost more than it saves."""
    count, width = len(rows), 2 * len(template.cells)
    flat = [b""] * (count * width)
    for position, (prefix, column) in enumerate(template.cells):
        codes = column.of(records).codes[rows.index].tolist()
        flat[2 * position :: width] = [prefix] * count
        flat[2 * position + 1 :: width] = map(_fragments(records, column).__getitem__, codes)
    first = flat[0]
    flat[::width] = [template.tail + template.separator + first] * count
    flat[0] = first
    flat.append(template.tail)
    return b"".join(flat)


def _fragments(records: RaceRecords, column: Column) -> _Fragments | Objects:
    """Give the JSON of a column's values by code, kept as long as this version of the jockey's file."""
    found: _Fragments | Objects | None = records.derived.get(column.key)
    if found is None:
        found = records.derived[column.key] = _Fragments(column.of(records).values, column.to_json)
    return found


def _all_fragments(records: RaceRecords, column: Column) -> Objects:
    """Give the JSON of all values of a column; complete, they are kept as an array, which takes less memory."""
    found = _fragments(records, column)
    if isinstance(found, _Fragments):
        made = np.empty(len(found.values_), object)
        made[:] = [found[code] for code in range(len(made))]
        found = records.derived[column.key] = made
    return found


def _parts(records: RaceRecords, rows: Rows, template: RowTemplate) -> Iterator[_Part]:
    """Look up the template's columns for the chosen rows, the literals between them standing as columns of one value.

    Columns that share their codes still do so when only some rows are chosen.
    """
    one_value = np.zeros(len(rows), np.int8)
    chosen: dict[int, np.ndarray] = {}
    for literal, column in template.cells:
        yield _Part(one_value, _object(literal))
        whole = column.of(records).codes
        codes = whole if rows.everything else chosen.setdefault(id(whole), whole[rows.index])
        yield _Part(codes, _all_fragments(records, column))
    yield _Part(one_value, _object(template.tail + template.separator))


def _fused(parts: Iterable[_Part], rows: int) -> list[_Part]:
    """Fuse neighbours into one part where that is cheaper than gathering each."""
    most, of_one = min(rows // FUSE_SHARE, FUSED_VALUES), rows // FUSE_SHARE_OF_ONE
    fused: list[_Part] = []
    for part in parts:
        before = fused[-1] if fused else None
        if before is None:
            fused.append(part)
        elif before.codes is part.codes:
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


def _join(parts: Sequence[_Part], first: int, last: int) -> bytes:
    """Gather each part's fragments of rows ``first`` to ``last`` into row order and join them."""
    table = np.empty((last - first, len(parts)), object)
    for position, part in enumerate(parts):
        table[:, position] = part.fragments.take(part.codes[first:last])
    return b"".join(table.ravel().tolist())


def _object(literal: bytes) -> Objects:
    """Make an array of one bytes object; numpy would make a string type of it."""
    wrapped = np.empty(1, object)
    wrapped[0] = literal
    return wrapped


def dumps(value: object) -> bytes:
    """Write one JSON value; the copy drops the four kilobytes that an orjson result keeps allocated."""
    return bytes(memoryview(orjson.dumps(value)))

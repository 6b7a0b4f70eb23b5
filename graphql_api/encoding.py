"""Columns straight to JSON bytes: rows are written from per-column fragments, never built as objects.

A row template says what a row looks like: literal bytes, then a column's value, and so on. Since columns are
dictionary-encoded, a value's JSON is made once per distinct value; a whole list is one gather of ready fragments per
column and one join. Neighbouring columns that share their codes, or that have few distinct values between them, are
first fused into one, which halves the fragments that have to be gathered and joined.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from graphql_api.records import Encoded, RaceRecords, Rows

CHUNK_ROWS = 4096
"""Rows joined at once, so that the fragments in hand stay in the processor's cache."""

FUSE_FROM = 256
"""Rows from which tables of fused fragments pay."""

FUSE_SHARE = 8
"""Two columns are fused where their combined values are at most a row count divided by this: cheaper than gathering."""


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
    """One row's JSON: each cell is the literal bytes before a value and its column; ``tail`` closes the row."""

    cells: tuple[tuple[bytes, Column], ...]
    tail: bytes


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


@dataclass(frozen=True, slots=True)
class _Part:
    """Per row one fragment: ``fragments[codes[row]]``."""

    codes: np.ndarray
    fragments: Sequence[bytes]


def encode_rows(records: RaceRecords, rows: Rows, template: RowTemplate) -> list[bytes]:
    """Write the chosen rows as the inside of a JSON array (no brackets), in chunks that follow each other."""
    count = len(rows)
    if not count:
        return []
    if not template.cells:
        return [b",".join([template.tail] * count)]
    if count < FUSE_FROM:
        return [_encode_few(records, rows, template)]
    chosen: dict[int, np.ndarray] = {}
    parts = _fused([_part(records, rows, prefix, column, chosen) for prefix, column in template.cells], count)
    last = parts[-1]
    parts[-1] = _Part(last.codes, [fragment + template.tail + b"," for fragment in last.fragments])
    chunks = [_join(parts, first, min(first + CHUNK_ROWS, count)) for first in range(0, count, CHUNK_ROWS)]
    chunks[-1] = chunks[-1][:-1]
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
    flat[::width] = [template.tail + b"," + first] * count
    flat[0] = first
    flat.append(template.tail)
    return b"".join(flat)


def _fragments(records: RaceRecords, column: Column) -> _Fragments | list[bytes]:
    """Give the JSON of a column's values by code, kept as long as this version of the jockey's file."""
    found: _Fragments | list[bytes] | None = records.derived.get(column.key)
    if found is None:
        found = records.derived[column.key] = _Fragments(column.of(records).values, column.to_json)
    return found


def _all_fragments(records: RaceRecords, column: Column) -> list[bytes]:
    """Give the JSON of all values of a column; complete, they are kept as a list, which takes less memory."""
    found = _fragments(records, column)
    if not isinstance(found, list):
        found = records.derived[column.key] = [found[code] for code in range(len(found.values_))]
    return found


def _part(records: RaceRecords, rows: Rows, prefix: bytes, column: Column, chosen: dict[int, np.ndarray]) -> _Part:
    """Look a column up for the chosen rows, its literal prefix joined to each value.

    ``chosen`` keeps columns that share their codes sharing them.
    """
    encoded = column.of(records)
    whole = encoded.codes
    codes = whole if rows.everything else chosen.setdefault(id(whole), whole[rows.index])
    if len(encoded.values) <= len(rows):
        return _Part(codes, [prefix + fragment for fragment in _all_fragments(records, column)])
    known = _fragments(records, column)
    return _Part(np.arange(len(rows)), [prefix + known[code] for code in codes.tolist()])


def _fused(parts: Iterable[_Part], rows: int) -> list[_Part]:
    """Fuse neighbours into one part where that is cheaper than gathering each."""
    fused: list[_Part] = []
    for part in parts:
        before = fused[-1] if fused else None
        if before is None:
            fused.append(part)
        elif before.codes is part.codes:
            joined = [a + b for a, b in zip(before.fragments, part.fragments, strict=True)]
            fused[-1] = _Part(part.codes, joined)
        elif len(before.fragments) * len(part.fragments) * FUSE_SHARE <= rows:
            width = len(part.fragments)
            codes = before.codes.astype(np.int32) * width + part.codes
            fused[-1] = _Part(codes, [a + b for a in before.fragments for b in part.fragments])
        else:
            fused.append(part)
    return fused


def _join(parts: Sequence[_Part], first: int, last: int) -> bytes:
    """Gather each part's fragments of rows ``first`` to ``last`` into row order and join them."""
    width = len(parts)
    flat = [b""] * ((last - first) * width)
    for position, part in enumerate(parts):
        flat[position::width] = map(part.fragments.__getitem__, part.codes[first:last].tolist())
    return b"".join(flat)


def dumps(value: object) -> bytes:
    """Write one JSON value; the copy drops the four kilobytes that an orjson result keeps allocated."""
    return bytes(memoryview(orjson.dumps(value)))

"""Size of a jockey's records in memory and as JSON, and its limits."""

import sys
from collections.abc import Mapping, Sequence
from itertools import chain
from math import prod

import orjson

from graphql_api.errors import DataCorrupt
from graphql_api.jockeys.columns import DERIVED, FIELDS, Derived
from graphql_api.jockeys.records import SourceColumn
from graphql_api.jockeys.settings import MAX_JOCKEY_BYTES
from graphql_api.tables.column import DictColumn
from graphql_api.tables.memory import longest_text, values_size, written_length

_DERIVED = frozenset(spec.field.name for spec in DERIVED)


MAX_TEXT = 128 * 2**20
"""Maximum bytes of all rows as JSON objects, with texts and headers. A file may repeat one long text in every row,
which its size does not show, and each row of a response repeats the headers."""

_ESCAPE = len(orjson.dumps("\0")) - 2
"""Maximum bytes of one character in JSON: a control character is written as six."""


def check_size(source: Sequence[SourceColumn], rows: int, jockey_id: str) -> int:
    """Refuse a frame that is too large for its file, before records are made. Raises ``DataCorrupt``.

    Return the bytes of its headers and its cells' values, including values that requests derive.
    """
    headers = max(1, rows) * sum(len(orjson.dumps(column.label)) for column in source)  # CSV has them without rows too
    cells = [column.cells for column in source]
    if headers + _ESCAPE * rows * sum(map(longest_text, cells)) > MAX_TEXT:
        size = headers + sum(written_length(column, _json_length) for column in cells)
        if size > MAX_TEXT:
            raise DataCorrupt("The jockey's file contains too much text.", jockey_id=jockey_id, bytes=size)
    of_cells = sum(3 * values_size(column) for column in cells) + sum(sys.getsizeof(column.label) for column in source)
    check_memory(of_cells, jockey_id)
    return of_cells


def check_memory(nbytes: int, jockey_id: str) -> None:
    """Refuse records that are too large for the cache. Raises ``DataCorrupt``."""
    if nbytes > MAX_JOCKEY_BYTES:
        raise DataCorrupt("The jockey's file needs too much memory.", jockey_id=jockey_id, bytes=nbytes)


def _json_length(text: str) -> int:
    return len(orjson.dumps(text))


def nbytes(of_cells: int, source: Sequence[SourceColumn], fields: Mapping[str, DictColumn], rows: int) -> int:
    """Return an upper bound of the memory of records, including all values that requests derive from them.

    ``of_cells`` is the result of ``check_size``.
    A cell is stored with its JSON of REST and as raw text, a field's text with its JSON and two folded forms,
    other values with their JSON and their number, each with its rank. A row has a cursor and keys of groups.
    JSON and folded forms are assumed to be as large as the text. Only escapes and ligatures are larger.
    """
    arrays = {
        id(column.codes): column.codes.nbytes for column in chain((each.cells for each in source), fields.values())
    }
    of_texts = sum(3 * values_size(fields[name]) + _PLACES * len(fields[name].values) for name in _TEXTS)
    of_others = sum((_VALUE + _PLACES) * len(fields[name].values) for name in _OTHERS)
    of_derived = sum((_DERIVED_VALUE + _PLACES) * _combinations(spec, fields, rows) for spec in DERIVED)
    return sum(arrays.values()) + of_cells + of_texts + of_others + of_derived + (_NAMES + _KEYS) * rows + _EACH


def _combinations(spec: Derived, fields: Mapping[str, DictColumn], rows: int) -> int:
    """Return the maximum number of combinations of a derived column's inputs."""
    return min(rows, prod(len(fields[name].values) for name in spec.inputs if name in fields))


_VALUE = 100
"""Bytes of a number, a date or a short list, and of its JSON, of 30 to 50 bytes each."""

_DERIVED_VALUE = 130
"""The same for a derived value, as an average of those that differ in each row: a style, an id, a name."""

_PLACES = 60
"""Bytes of the references to a value: in its column, JSON, ranks and numbers, and of its field's name."""

_NAMES = 200
"""Bytes of a row's cursor and id, and of their JSON."""

_KEYS = 150
"""Bytes of a row in the group keys that are not fields, with its own text for the course."""

_EACH = 170_000
"""Minimum bytes of a jockey: about four hundred lists, arrays and tables."""

_TEXTS = tuple(field.name for field in FIELDS if field.type is str and field.name not in _DERIVED)
_OTHERS = tuple(field.name for field in FIELDS if field.type is not str and field.name not in _DERIVED)

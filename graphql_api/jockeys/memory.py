"""How large a jockey's records are, in memory and written out, and the bounds on it."""

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
"""Bytes of all rows as JSON objects, texts and headers. A file may name one long text in every row, which its own size
does not show; and each row of an answer repeats the headers."""

_ESCAPE = len(orjson.dumps("\0")) - 2
"""Bytes that JSON takes for one character at most: a control character is written as six."""


def check_size(source: Sequence[SourceColumn], rows: int, jockey_id: str) -> int:
    """Refuse a frame out of all proportion to its file, before anything is made of it; raises ``DataCorrupt``.

    Returns the bytes of its headers and its cells' values, with what requests derive of them.
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
    """Refuse what no cache would hold; raises ``DataCorrupt``."""
    if nbytes > MAX_JOCKEY_BYTES:
        raise DataCorrupt("The jockey's file needs too much memory.", jockey_id=jockey_id, bytes=nbytes)


def _json_length(text: str) -> int:
    return len(orjson.dumps(text))


def nbytes(of_cells: int, source: Sequence[SourceColumn], fields: Mapping[str, DictColumn], rows: int) -> int:
    """Bound what is held of a frame together with all that requests derive of it, which is kept as long.

    ``of_cells`` is what ``check_size`` found.
    A cell is held with its JSON as REST gives it and as raw text, a field's text with its JSON and two folded forms,
    any other value with its JSON and its number, each of them with its rank; a row has a cursor and keys of groups.
    JSON and folded forms are reckoned as large as the text; only escapes and ligatures are larger.
    """
    arrays = {
        id(column.codes): column.codes.nbytes for column in chain((each.cells for each in source), fields.values())
    }
    of_texts = sum(3 * values_size(fields[name]) + _PLACES * len(fields[name].values) for name in _TEXTS)
    of_others = sum((_VALUE + _PLACES) * len(fields[name].values) for name in _OTHERS)
    of_derived = sum((_DERIVED_VALUE + _PLACES) * _combinations(spec, fields, rows) for spec in DERIVED)
    return sum(arrays.values()) + of_cells + of_texts + of_others + of_derived + (_NAMES + _KEYS) * rows + _EACH


def _combinations(spec: Derived, fields: Mapping[str, DictColumn], rows: int) -> int:
    """Count the combinations of a derived column's inputs that there can be."""
    return min(rows, prod(len(fields[name].values) for name in spec.inputs if name in fields))


_VALUE = 100
"""Bytes of a number, a date or a short list, and of its JSON: objects of some 30 to 50 bytes each."""

_DERIVED_VALUE = 130
"""The same of a derived value, on an average of the few that differ from row to row: a style, an id, a name."""

_PLACES = 60
"""Bytes of a value's places in the list of its column, of its JSON, in ranks and as a number, and its field's name."""

_NAMES = 200
"""Bytes of a row's cursor and id, and of their JSON."""

_KEYS = 150
"""Bytes of a row's places in the group keys that are no fields, with a text of its own for the course."""

_EACH = 170_000
"""Bytes that every jockey takes, however short the career: some four hundred lists, arrays and tables."""

_TEXTS = tuple(field.name for field in FIELDS if field.type is str and field.name not in _DERIVED)
_OTHERS = tuple(field.name for field in FIELDS if field.type is not str and field.name not in _DERIVED)

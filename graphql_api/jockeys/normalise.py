"""A frame to typed race records: each source column factorised once, each distinct cell parsed once."""

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from math import prod
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import orjson

from graphql_api.config import MAX_JOCKEY_BYTES
from graphql_api.errors import DataCorrupt
from graphql_api.jockeys.cells import combine, constant, factorise, parse_text, valid_unicode
from graphql_api.jockeys.columns import DERIVED, FIELDS, SOURCES, Derived, Source
from graphql_api.jockeys.parsers import OutOfRangeError
from graphql_api.jockeys.records import DataWarning, Encoded, RaceRecords, SourceColumn, raw_text
from graphql_api.jockeys.vocabulary import FinishStatus
from graphql_api.pickles.frames import Frame
from graphql_api.text import compatible

MAX_WARNINGS = 1000
"""Data warnings of cells kept from one frame; ``RaceRecords.warning_count`` counts them all."""

_MAX_RAW = 200
_FINISH, _JOCKEY = "着順", "jockey_id"


def race_records(frame: Frame, jockey_id: str) -> RaceRecords:
    """Read any frame: what cannot be read is null with a data warning; only one that is too large is ``DataCorrupt``.

    ``jockey_id`` fills its field, for the file's own column may have lost leading zeros. Codes of the warnings:
    ``MISSING_COLUMN``; ``DUPLICATE_COLUMN`` (the first counts); ``UNPARSEABLE_CELL`` and ``OUT_OF_RANGE`` (a text that
    may not be null keeps the raw one); ``MISSING_VALUE`` (blank where it may not be: texts are empty then, a finish is
    unknown, a date is null); ``JOCKEY_ID_MISMATCH`` (the row says that it is another jockey's); ``UNREADABLE_COLUMN``,
    ``UNREADABLE_INDEX`` and ``UNREADABLE_ATTRS`` (of a kind that is not read, such as lists, and left out).
    """
    warnings = _Warnings()
    source = tuple(SourceColumn(valid_unicode(each.label), each.dtype, factorise(each.cells)) for each in frame.columns)
    _check_size(source, frame.rows, jockey_id)
    raw = _positions(source, _left_out(frame, warnings), warnings)
    columns: dict[str, Encoded] = {}
    for spec in SOURCES:
        if spec.header in raw:
            columns.update(_read(spec, _local(source[raw[spec.header]]), warnings))
        else:
            columns.update(_missing(spec, frame.rows))
    if _JOCKEY in raw:
        _check_jockey(columns["JOCKEY_ID"], jockey_id, warnings)
    columns["jockey_id"] = constant(jockey_id, frame.rows)
    nbytes = _nbytes(source, columns, frame.rows)
    _check_memory(nbytes, jockey_id)
    fields = _Fields({name: columns[name] for name in _KEPT}, frame.rows)
    if _FINISH in raw:
        _check_finish(columns["FINISH_POSITION"], fields["finish_status"], warnings)
    return RaceRecords(frame.rows, fields, source, raw, tuple(warnings.kept), warnings.count, nbytes)


class _Fields(Mapping[str, Encoded]):
    """Columns by field; one that is derived is computed when it is first asked for, as for most requests it never is.

    Two threads may both compute it, to the same end.
    """

    def __init__(self, columns: Mapping[str, Encoded], rows: int) -> None:
        self._columns = dict(columns)
        self._rows = rows

    def __getitem__(self, name: str) -> Encoded:
        found = self._columns.get(name)
        if found is None:
            spec = _DERIVED[name]
            codes, values = combine([self[each] for each in spec.inputs], self._rows)
            found = self._columns[name] = Encoded(codes, list(map(spec.compute, *values)))
        return found

    def __iter__(self) -> Iterator[str]:
        return (each.name for each in FIELDS)

    def __len__(self) -> int:
        return len(FIELDS)


_DERIVED = {each.field.name: each for each in DERIVED}
_KEPT = {name for each in DERIVED for name in each.inputs} | {each.name for each in FIELDS}
_KEPT -= _DERIVED.keys()


MAX_TEXT = 128 * 2**20
"""Bytes of all rows as JSON objects, texts and headers. A file may name one long text in every row, which its own size
does not show; and each row of an answer repeats the headers."""

_ESCAPE = len(orjson.dumps("\0")) - 2
"""Bytes that JSON takes for one character at most: a control character is written as six."""


def _check_size(source: Sequence[SourceColumn], rows: int, jockey_id: str) -> None:
    """Refuse a frame out of all proportion to its file, before anything is made of it; raises ``DataCorrupt``."""
    headers = rows * sum(len(orjson.dumps(column.label)) for column in source)
    cells = [column.cells for column in source]
    if headers + _ESCAPE * sum(_written(column, len) for column in cells) > MAX_TEXT:
        size = headers + sum(_written(column, _json_length) for column in cells)
        if size > MAX_TEXT:
            raise DataCorrupt("The jockey's file holds too much text.", jockey_id=jockey_id, bytes=size)
    _check_memory(_nbytes_of_cells(source), jockey_id)


def _check_memory(nbytes: int, jockey_id: str) -> None:
    if nbytes > MAX_JOCKEY_BYTES:
        raise DataCorrupt("The jockey's file takes too much memory.", jockey_id=jockey_id, bytes=nbytes)


def _written(column: Encoded, length: Callable[[str], int]) -> int:
    """Add up the lengths of a column's texts, each as often as it stands in a row."""
    lengths = np.array([length(value) if type(value) is str else 0 for value in column.values], np.int64)
    return int(lengths.take(column.codes).sum()) if len(lengths) else 0


def _json_length(text: str) -> int:
    return len(orjson.dumps(text))


class _Warnings:
    """Data warnings: all of columns, the first ``MAX_WARNINGS`` of cells."""

    def __init__(self) -> None:
        self.kept: list[DataWarning] = []
        self.count = 0

    def column(self, header: str, code: str) -> None:
        """Warn of a whole column."""
        self.count += 1
        self.kept.append(DataWarning(None, header, None, code))

    def cells(self, header: str, cells: Encoded, faults: Encoded) -> None:
        """Warn of each row that has a fault: the code of one, not None."""
        if not any(faults.values):
            return
        rows = np.flatnonzero(np.array([fault is not None for fault in faults.values])[faults.codes])
        self.count += len(rows)
        for row in rows[: max(0, MAX_WARNINGS - len(self.kept))].tolist():
            raw = raw_text(cells[row])
            self.kept.append(DataWarning(row, header, raw and raw[:_MAX_RAW], faults[row]))


def _left_out(frame: Frame, warnings: _Warnings) -> set[str]:
    """Warn of what could not be read, and give the headers of its columns, folded."""
    for part in frame.left_out:
        warnings.column(valid_unicode(part.label), f"UNREADABLE_{part.part.upper()}")
    return {_folded(part.label) for part in frame.left_out if part.part == "column"}


def _folded(label: str) -> str:
    return "".join(compatible(label).split())


def _positions(source: tuple[SourceColumn, ...], left_out: set[str], warnings: _Warnings) -> dict[str, int]:
    """Find each source's column by its header, folded; the first of several counts."""
    raw: dict[str, int] = {}
    for position, column in enumerate(source):
        header = _folded(column.label)
        if header not in _HEADERS:
            continue
        if header in raw:
            warnings.column(header, "DUPLICATE_COLUMN")
        raw.setdefault(header, position)
    for header in _HEADERS:
        if header not in raw and header not in left_out:
            warnings.column(header, "MISSING_COLUMN")
    return raw


_HEADERS = tuple(spec.header for spec in SOURCES)


def _local(column: SourceColumn) -> Encoded:
    """Give a column's cells with moments as the clocks of its zone showed them: a frame holds them in UTC."""
    zoned = _ZONED.fullmatch(column.dtype)
    try:
        zone = ZoneInfo(zoned[1]) if zoned else None
    except (ZoneInfoNotFoundError, ValueError):
        zone = None
    if zone is None:
        return column.cells
    values = [_shown(value, zone) if isinstance(value, datetime) else value for value in column.cells.values]
    return Encoded(column.cells.codes, values)


def _shown(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


_ZONED = re.compile(r"datetime64\[\w+, (.+)\]")


def _missing(spec: Source, rows: int) -> dict[str, Encoded]:
    """Fill the fields of a column that the file does not have."""
    text = constant(None, rows)
    fields = zip(spec.fields, _fallback(spec, ""), strict=True)
    return {spec.name: text, **{each.name: Encoded(text.codes, [value]) for each, value in fields}}


def _read(spec: Source, cells: Encoded, warnings: _Warnings) -> dict[str, Encoded]:
    """Parse a column's distinct cells into its fields; the stripped texts stand under the source's own name."""
    texts = list(map(parse_text, cells.values))
    blank = _fallback(spec, "")
    parsed: list[tuple[Any, ...]] = []
    faults: list[str | None] = [None if spec.fields[0].nullable or text else "MISSING_VALUE" for text in texts]
    for code, text in enumerate(texts):
        try:
            parsed.append(spec.parse(text) if text else blank)
        except ValueError as error:
            parsed.append(_fallback(spec, text or ""))
            faults[code] = "OUT_OF_RANGE" if isinstance(error, OutOfRangeError) else "UNPARSEABLE_CELL"
    warnings.cells(spec.header, cells, Encoded(cells.codes, faults))
    values = list(map(list, zip(*parsed, strict=True))) or [[] for _ in spec.fields]
    columns = {each.name: Encoded(cells.codes, value) for each, value in zip(spec.fields, values, strict=True)}
    return {spec.name: Encoded(cells.codes, texts), **columns}


def _fallback(spec: Source, text: str) -> tuple[Any, ...]:
    """Give null for each field, and ``text`` for a text that may not be null: one bad cell must not lose its row."""
    return tuple(text if each.type is str and not each.nullable else None for each in spec.fields)


def _check_jockey(texts: Encoded, jockey_id: str, warnings: _Warnings) -> None:
    """Warn of rows that name another jockey than the file's own."""
    own = [text is None or text.zfill(len(jockey_id)) == jockey_id for text in texts.values]
    faults = [None if is_own else "JOCKEY_ID_MISMATCH" for is_own in own]
    warnings.cells(_JOCKEY, texts, Encoded(texts.codes, faults))


def _check_finish(texts: Encoded, statuses: Encoded, warnings: _Warnings) -> None:
    """Warn of blank finishes that no abandoned race explains."""
    codes, (text, status) = combine((texts, statuses), len(texts))
    unknown = [each is None and state is FinishStatus.UNKNOWN for each, state in zip(text, status, strict=True)]
    warnings.cells(_FINISH, texts, Encoded(codes, ["MISSING_VALUE" if each else None for each in unknown]))


def _nbytes(source: Sequence[SourceColumn], fields: Mapping[str, Encoded], rows: int) -> int:
    """Bound what is held of the frame together with all that requests derive of it, which is kept as long.

    A cell is held with its JSON as REST gives it and as raw text, a field's text with its JSON and two folded forms,
    any other value with its JSON and its number, each of them with its rank; a row has a cursor. JSON and folded forms
    are reckoned as large as the text; only escapes and ligatures are larger.
    """
    cells = [column.cells for column in source]
    arrays = {id(each.codes): each.codes.nbytes for each in chain(cells, fields.values())}
    of_texts = sum(3 * _size(fields[name]) + _PLACES * len(fields[name].values) for name in _TEXTS)
    of_others = sum((_VALUE + _PLACES) * len(fields[name].values) for name in _OTHERS)
    of_derived = sum((_DERIVED_VALUE + _PLACES) * _combinations(each, fields, rows) for each in DERIVED)
    of_cells = _nbytes_of_cells(source)
    return sum(arrays.values()) + of_cells + of_texts + of_others + of_derived + _CURSOR * rows + _EACH


def _nbytes_of_cells(source: Sequence[SourceColumn]) -> int:
    return sum(3 * _size(column.cells) for column in source)


def _size(column: Encoded) -> int:
    """Add up a column's values, each with its place in a list."""
    return sum(map(sys.getsizeof, column.values)) + 8 * len(column.values)


def _combinations(spec: Derived, fields: Mapping[str, Encoded], rows: int) -> int:
    """Count the combinations of a derived column's inputs that there can be."""
    return min(rows, prod(len(fields[name].values) for name in spec.inputs if name in fields))


_VALUE = 100
"""Bytes of a number, a date or a short list, and of its JSON: objects of some 30 to 50 bytes each."""

_DERIVED_VALUE = 130
"""The same of a derived value, on an average of the few that differ from row to row: a style, an id, a name."""

_PLACES = 60
"""Bytes of a value's places in the list of its column, of its JSON, in ranks and as a number, and its field's name."""

_CURSOR = 100
"""Bytes of a row's cursor, and of its JSON."""

_EACH = 155_000
"""Bytes that every jockey takes, however short the career: some four hundred lists, arrays and tables."""

_TEXTS = tuple(each.name for each in FIELDS if each.type is str and each.name not in _DERIVED)
_OTHERS = tuple(each.name for each in FIELDS if each.type is not str and each.name not in _DERIVED)

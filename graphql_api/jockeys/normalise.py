"""Making typed race records from a frame: each source column is factorised once, each distinct cell is parsed once."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import numpy as np

from graphql_api.jockeys.columns import DERIVED, FIELDS
from graphql_api.jockeys.data_warnings import Warnings
from graphql_api.jockeys.headers import column_labels, read_headers
from graphql_api.jockeys.memory import check_memory, check_size, nbytes
from graphql_api.jockeys.readings import Reading, absent, read
from graphql_api.jockeys.records import RaceRecords, SourceColumn
from graphql_api.jockeys.rows import DATE, IDENTITY, choose
from graphql_api.jockeys.sources import SOURCES
from graphql_api.jockeys.vocabulary import FinishStatus, Jurisdiction
from graphql_api.pickles.frames import Frame, FrameColumn
from graphql_api.pickles.moments import in_zone, zone_of
from graphql_api.tables.cells import factorise, valid_unicode
from graphql_api.tables.column import DictColumn, combine, constant, narrow

_FINISH, _JOCKEY, _PRIZE = "着順", "jockey_id", "賞金(万円)"


def race_records(frame: Frame, jockey_id: str) -> RaceRecords:
    """Return a frame's records. Unreadable cells are null with a data warning. Raises ``DataCorrupt`` if too large.

    ``jockey_id`` is the value of its field, since the file's column may have lost leading zeros. Codes of the warnings:
    ``MISSING_COLUMN``; ``DUPLICATE_COLUMN`` (of two columns with one header the first counts, and this cell of the
    other differs); ``ROW_WITHOUT_DATE`` and ``DUPLICATE_ROW`` (rows that are not a race or repeat one:
    left out); ``UNPARSEABLE_CELL`` and ``OUT_OF_RANGE`` (a text that may not be null keeps the raw one);
    ``INCOMPLETE_CELL`` (a part of it is missing); ``MISSING_VALUE`` (blank where it may not be: texts are empty then, a
    finish is unknown); ``JOCKEY_ID_MISMATCH`` (the row says that it is another jockey's); ``UNREADABLE_COLUMN``,
    ``UNREADABLE_INDEX`` and ``UNREADABLE_ATTRS`` (of a kind that is not read, such as lists, and left out).
    """
    warnings = Warnings()
    source = tuple(map(_source_column, frame.columns, column_labels(frame.columns)))
    of_cells = check_size(source, frame.rows, jockey_id)
    cells = read_headers(source, _left_out(frame, warnings), warnings)
    readings = {
        spec.header: read(spec, cells[spec.header]) if spec.header in cells else absent(spec, frame.rows)
        for spec in SOURCES
    }
    kept = _choose_rows(readings, cells.keys(), frame.rows, warnings)
    rows = frame.rows
    if kept is not None:
        rows = len(kept)
        readings = {header: reading.take(kept) for header, reading in readings.items()}
    columns = _columns(readings, jockey_id, rows, warnings)
    raw = {header: readings[header].raw for header in cells}
    held = nbytes(of_cells, source, columns, rows)
    check_memory(held, jockey_id)
    fields = _Fields({name: columns[name] for name in _KEPT}, rows)
    if _FINISH in cells:
        _check_finish(columns["FINISH_POSITION"], fields["finish_status"], warnings)
    return RaceRecords(
        rows=rows,
        fields=fields,
        source=source,
        raw=raw,
        warnings=tuple(warnings.kept),
        warning_count=warnings.count,
        nbytes=held,
        source_rows=frame.rows,
        kept=kept,
    )


def _source_column(column: FrameColumn, label: str) -> SourceColumn:
    """Encode a column as in the file. Times with a zone keep their local time."""
    cells, zone = factorise(column.cells), zone_of(column.dtype)
    if zone is not None:
        cells = DictColumn(cells.codes, in_zone(cells.values, zone))
    return SourceColumn(valid_unicode(label), column.dtype, cells)


def _left_out(frame: Frame, warnings: Warnings) -> list[str]:
    """Warn of unreadable parts, and return the labels of unreadable columns."""
    for part in frame.left_out:
        warnings.column(valid_unicode(part.label), f"UNREADABLE_{part.part.upper()}")
    return [part.label for part in frame.left_out if part.part == "column"]


def _choose_rows(
    readings: Mapping[str, Reading], headers: Collection[str], rows: int, warnings: Warnings
) -> np.ndarray | None:
    """Return the rows that are races, and warn of omitted ones."""
    choice = choose(readings, headers, rows)
    dates = readings[DATE].raw
    warnings.rows(DATE, dates, choice.undated, "ROW_WITHOUT_DATE")
    warnings.rows(",".join(IDENTITY), dates, choice.repeated, "DUPLICATE_ROW")
    warnings.file_rows = choice.kept
    return choice.kept


def _columns(readings: Mapping[str, Reading], jockey_id: str, rows: int, warnings: Warnings) -> dict[str, DictColumn]:
    """Return all fields of sources, and the sources' texts by their names, and warn of the cells that have faults."""
    columns: dict[str, DictColumn] = {}
    for header, reading in readings.items():
        warnings.cells(header, reading.raw, DictColumn(reading.codes, reading.faults))
        columns.update(reading.columns())
    columns["prize_money"] = _known_prizes(columns, readings[_PRIZE].raw, warnings)
    _check_jockey(columns["JOCKEY_ID"], jockey_id, warnings)
    columns["jockey_id"] = constant(jockey_id, rows)
    return columns


def _known_prizes(columns: Mapping[str, DictColumn], cells: DictColumn, warnings: Warnings) -> DictColumn:
    """Return the prize money without overseas races: the source has none, so a number there is not a prize.

    There is no warning for zeros, because programs fill blanks with them.
    """
    prizes, jurisdictions = columns["prize_money"], columns["jurisdiction"]
    overseas = _rows_where(jurisdictions, lambda jurisdiction: jurisdiction is Jurisdiction.OVERSEAS)
    lost = overseas & _rows_where(prizes, lambda prize: prize is not None)
    if not lost.any():
        return prizes
    warned = lost & _rows_where(prizes, bool)
    warnings.cells(_PRIZE, cells, DictColumn(warned.astype(np.int8), (None, "OUT_OF_RANGE")))
    codes = np.where(lost, len(prizes.values), prizes.codes)
    return DictColumn(narrow(codes, len(prizes.values) + 1), [*prizes.values, None])


def _rows_where(column: DictColumn, holds: Callable[[Any], bool]) -> np.ndarray:
    held: np.ndarray = np.array([*map(holds, column.values)], np.bool_).take(column.codes)
    return held


class _Fields(Mapping[str, DictColumn]):
    """Columns by field. A derived one is computed on first use, since most requests do not use it.

    Two threads may both compute it, with the same result.
    """

    def __init__(self, columns: Mapping[str, DictColumn], rows: int) -> None:
        self._columns = dict(columns)
        self._rows = rows

    def __getitem__(self, name: str) -> DictColumn:
        column = self._columns.get(name)
        if column is None:
            spec = _DERIVED[name]
            codes, values = combine([self[name] for name in spec.inputs], self._rows)
            column = self._columns[name] = DictColumn(codes, list(map(spec.compute, *values)))
        return column

    def __iter__(self) -> Iterator[str]:
        return (field.name for field in FIELDS)

    def __len__(self) -> int:
        return len(FIELDS)


_DERIVED = {spec.field.name: spec for spec in DERIVED}
_KEPT = {name for spec in DERIVED for name in spec.inputs} | {field.name for field in FIELDS}
_KEPT -= _DERIVED.keys()


def _check_jockey(texts: DictColumn, jockey_id: str, warnings: Warnings) -> None:
    """Warn of rows with another jockey's id."""
    own = [text is None or text.zfill(len(jockey_id)) == jockey_id for text in texts.values]
    faults = [None if is_own else "JOCKEY_ID_MISMATCH" for is_own in own]
    warnings.cells(_JOCKEY, texts, DictColumn(texts.codes, faults))


def _check_finish(texts: DictColumn, statuses: DictColumn, warnings: Warnings) -> None:
    """Warn of blank finishes, except in abandoned races."""
    codes, (text, status) = combine((texts, statuses), len(texts))
    unknown = [cell is None and state is FinishStatus.UNKNOWN for cell, state in zip(text, status, strict=True)]
    warnings.cells(
        _FINISH, texts, DictColumn(codes, ["MISSING_VALUE" if is_unknown else None for is_unknown in unknown])
    )

"""Finding the source columns of a file: headers are folded, and columns with the same header are merged."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from unicodedata import category

import numpy as np

from graphql_api.jockeys.columns import DERIVED
from graphql_api.jockeys.data_warnings import Warnings
from graphql_api.jockeys.records import SourceColumn
from graphql_api.jockeys.sources import SOURCES
from graphql_api.jockeys.texts import fold, parse_text
from graphql_api.pickles.frames import FrameColumn
from graphql_api.tables.column import DictColumn, narrow
from graphql_api.text import compatible

_HEADERS = tuple(spec.header for spec in SOURCES)

_TEXTS = {name for each in DERIVED for name in each.inputs}
_PARSERS = {spec.header: spec.parse for spec in SOURCES if spec.name not in _TEXTS}
"""Headers of columns whose texts contain no more information than their fields."""

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "オッズ": "単勝",
        "単勝オッズ": "単勝",
        "枠": "枠番",
        "後3F": "上り",
        "上り3F": "上り",
        "上がり3F": "上り",
        "上がり": "上り",
        "コーナー通過順": "通過",
        "通過順": "通過",
        "馬体重(増減)": "馬体重",
        "勝ち馬(2着馬)": "勝ち馬",
        "賞金": "賞金(万円)",
    }
)
"""Names of the same columns on netkeiba's pages of horses and races, folded like headers."""

_NUMBERED = re.compile(r"\.\d{1,3}$", re.ASCII)
_MAX_LENGTH = 100
"""Maximum length of a label in characters. Longer labels are unknown."""


def fold_header(label: str) -> str:
    """Return a header without white space and invisible characters, with full and half width unified."""
    if len(label) > _MAX_LENGTH:
        return label
    kept = (character for character in compatible(label) if category(character) != "Cf")
    return "".join("".join(kept).split())


def canonical(label: str) -> str | None:
    """Return the header of ``SOURCES`` of a label. None if the column is unknown."""
    header = fold_header(label)
    if header not in ALIASES and header not in _HEADERS:
        header = _NUMBERED.sub("", header)
    header = ALIASES.get(header, header)
    return header if header in _HEADERS else None


def column_labels(columns: Sequence[FrameColumn]) -> list[str]:
    """Return the labels of a file's columns.

    For a label of several levels that is not a known header, use its innermost part that is one, if no other
    column has that part: there may be rows of headers below the known ones.
    """
    counts = Counter(part for column in columns for part in set(column.parts))
    return [_label(column, counts) for column in columns]


def _label(column: FrameColumn, counts: Mapping[str, int]) -> str:
    known = (part for part in reversed(column.parts) if counts[part] == 1 and canonical(part))
    return column.label if canonical(column.label) else next(known, column.label)


def read_headers(
    source: Sequence[SourceColumn], unreadable: Iterable[str], warnings: Warnings
) -> dict[str, DictColumn]:
    """Return the cells of each source column of the file by its canonical header.

    If pages with different spellings of a header are combined, it has several columns. They are merged
    cell by cell: the first that is not blank is used, the header's own name before other names and numbered ones
    that pandas makes of a repeated header (``着順.1``). If another one differs, ``DUPLICATE_COLUMN``
    shows the cell that is not used. ``MISSING_COLUMN`` is for columns that the file lacks, except its ``unreadable``
    ones.
    """
    groups: dict[str, list[SourceColumn]] = {}
    for column in sorted(source, key=lambda column: fold_header(column.label) not in _HEADERS):
        header = canonical(column.label)
        if header is not None:
            groups.setdefault(header, []).append(column)
    known = {*groups, *map(canonical, unreadable)}
    for header in _HEADERS:
        if header not in known:
            warnings.column(header, "MISSING_COLUMN")
    return {header: _merged(header, columns, warnings) for header, columns in groups.items()}


def _merged(header: str, columns: Sequence[SourceColumn], warnings: Warnings) -> DictColumn:
    merged, *others = (column.cells for column in columns)
    for other in others:
        merged = _merge(header, merged, other, warnings)
    return merged


def _merge(header: str, first: DictColumn, second: DictColumn, warnings: Warnings) -> DictColumn:
    """Fill the blanks of a column with another's cells. Warn of each other cell that differs and is lost."""
    meanings: dict[Any, int] = {}
    ours, theirs = (_numbered(header, column, meanings) for column in (first, second))
    lost = (ours != theirs) & (ours >= 0) & (theirs >= 0)
    warnings.cells(header, second, DictColumn(lost.astype(np.int8), (None, "DUPLICATE_COLUMN")))
    codes = np.where(ours < 0, second.codes.astype(np.int64) + len(first.values), first.codes)
    values = [*first.values, *second.values]
    return DictColumn(narrow(codes, len(values)), values)


def _numbered(header: str, column: DictColumn, meanings: dict[Any, int]) -> np.ndarray:
    """Return a number for each row's cell, equal for equal cells in several columns. -1 for a blank."""
    texts = map(parse_text, column.values)
    numbers = [-1 if text is None else meanings.setdefault(_meaning(header, text), len(meanings)) for text in texts]
    return np.array([*numbers, -1], np.int64)[:-1].take(column.codes)


def _meaning(header: str, text: str) -> Any:
    """Return the values of a cell if they contain all of it, else its folded text."""
    folded = fold(text)
    try:
        values = _PARSERS[header](folded)
    except (KeyError, ValueError):
        return folded
    return folded if None in values else values

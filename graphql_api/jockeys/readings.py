"""Reading of one source column: each distinct cell is parsed once into the values of its fields."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from graphql_api.jockeys.sources import Source
from graphql_api.jockeys.texts import IncompleteError, OutOfRangeError, parse_text
from graphql_api.tables.column import DictColumn, constant, used


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A source column. All attributes except ``codes`` have one item for each distinct cell.

    ``cells`` are as in the file, ``texts`` are stripped and None if blank, ``values`` are a sequence for each of the
    column's fields, ``faults`` are codes of data warnings or None.
    """

    spec: Source
    codes: np.ndarray
    cells: Sequence[Any]
    texts: Sequence[str | None]
    values: Sequence[Sequence[Any]]
    faults: Sequence[str | None]

    def take(self, rows: np.ndarray) -> "Reading":
        """Return the reading of some rows in ascending order, with only their distinct cells."""
        codes, places = used(self.codes.take(rows))
        parts = (self.cells, self.texts, self.faults, *self.values)
        cells, texts, faults, *values = ([part[place] for place in places] for part in parts)
        return replace(self, codes=codes, cells=cells, texts=texts, values=values, faults=faults)

    @property
    def raw(self) -> DictColumn:
        """Return the cells as in the file."""
        return DictColumn(self.codes, self.cells)

    @property
    def first(self) -> DictColumn:
        """Return the first field."""
        return DictColumn(self.codes, self.values[0])

    def columns(self) -> dict[str, DictColumn]:
        """Return the fields by name, and the stripped texts under the source's name."""
        fields = zip(self.spec.fields, self.values, strict=True)
        columns = {field.name: DictColumn(self.codes, values) for field, values in fields}
        return {self.spec.name: DictColumn(self.codes, self.texts), **columns}


def read(spec: Source, cells: DictColumn) -> Reading:
    """Parse a column's distinct cells."""
    texts = list(map(parse_text, cells.values))
    blank = _fallback(spec, "")
    parsed: list[tuple[Any, ...]] = []
    faults: list[str | None] = [None if spec.fields[0].nullable or text else "MISSING_VALUE" for text in texts]
    for code, text in enumerate(texts):
        try:
            parsed.append(spec.parse(text) if text else blank)
        except IncompleteError as error:
            parsed.append(error.values)
            faults[code] = "INCOMPLETE_CELL"
        except ValueError as error:
            parsed.append(_fallback(spec, text or ""))
            faults[code] = "OUT_OF_RANGE" if isinstance(error, OutOfRangeError) else "UNPARSEABLE_CELL"
    values = list(map(list, zip(*parsed, strict=True))) or [[] for _ in spec.fields]
    return Reading(spec, cells.codes, cells.values, texts, values, faults)


def absent(spec: Source, rows: int) -> Reading:
    """Return the reading of a missing column: all cells are blank, without warnings."""
    blank = [[value] for value in _fallback(spec, "")]
    return Reading(spec, constant(None, rows).codes, [None], [None], blank, [None])


def _fallback(spec: Source, text: str) -> tuple[Any, ...]:
    """Return null for each field, and ``text`` for a text field that must not be null, so that the row is kept."""
    return tuple(text if field.type is str and not field.nullable else None for field in spec.fields)

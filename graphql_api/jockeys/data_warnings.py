"""Data warnings of one file, collected while it is read."""

import numpy as np

from graphql_api.jockeys.records import DataWarning
from graphql_api.tables.cells import raw_text
from graphql_api.tables.column import DictColumn

MAX_WARNINGS = 1000
"""Maximum number of data warnings of cells that are stored for one file. ``RaceRecords.warning_count`` counts all."""

_MAX_RAW = 200


class Warnings:
    """Data warnings: all of columns and of omitted rows, and the first ``MAX_WARNINGS`` of cells.

    ``file_rows`` maps rows in warnings of cells to rows of the file. None if they are the same.
    """

    def __init__(self) -> None:
        """Start without warnings."""
        self.kept: list[DataWarning] = []
        self.count = 0
        self.file_rows: np.ndarray | None = None

    def column(self, header: str, code: str) -> None:
        """Add a warning about a column. A very long header is cut."""
        self._keep(DataWarning(None, header[:_MAX_RAW], None, code))

    def rows(self, headers: str, cells: DictColumn, rows: np.ndarray, code: str) -> None:
        """Add one warning about all omitted rows of the file, with the first of them. ``cells`` are the file's."""
        if len(rows):
            first = int(rows[0])
            self._keep(DataWarning(first, headers, _shown(cells[first]), code, len(rows)))

    def cells(self, header: str, cells: DictColumn, faults: DictColumn) -> None:
        """Add a warning for each row whose fault is a code and not None."""
        if not any(faults.values):
            return
        rows = np.flatnonzero(np.array([fault is not None for fault in faults.values])[faults.codes])
        numbers = rows if self.file_rows is None else self.file_rows[rows]
        self.count += len(rows)
        for place in np.argsort(numbers)[: max(0, MAX_WARNINGS - len(self.kept))].tolist():
            row = rows[place]
            self.kept.append(DataWarning(int(numbers[place]), header, _shown(cells[row]), faults[row]))

    def _keep(self, warning: DataWarning) -> None:
        self.count += warning.count
        self.kept.append(warning)


def _shown(cell: object) -> str | None:
    raw = raw_text(cell)
    return raw and raw[:_MAX_RAW]

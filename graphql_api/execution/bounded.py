"""The general executor within a budget: it resolves field by field, and nothing else could stop it.

Rows it writes by columns, as a plan does: an error elsewhere in the operation, or a hole in one row, is no reason to
resolve a quarter of a million fields of the others.
"""

from typing import Any

import numpy as np
import orjson
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graphql_api.execution.calls import Operation
from graphql_api.execution.encoding import Cell, Column, RowTemplate, encode_rows
from graphql_api.execution.planning import row_template
from graphql_api.jockeys.records import Rows, Window

GENERAL_WEIGHT = 5
"""A value costs the general executor so many times what it costs a plan."""


class BoundedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Pays for every field from ``context.budget``; raises ``Exhausted``. Data holds rows as ``orjson.Fragment``."""

    def execute_field(self, *args: Any, **kwargs: Any) -> Any:
        """Execute one field of one object."""
        self.context_value.budget.spend(GENERAL_WEIGHT)
        return super().execute_field(*args, **kwargs)

    def complete_iterable_value(
        self, item_type: Any, field_details_list: Any, info: Any, path: Any, items: Any, position_context: Any
    ) -> Any:
        """Complete a list; of a window only the rows with holes one by one, for their errors."""
        pieces: list[Any] = []
        try:
            if isinstance(items, Window):
                operation = Operation(self.schema, self.operation, self.fragments)
                template = row_template(operation, self.variable_values, item_type, field_details_list)
                pieces = self._pieces(items, template)
        except Exception:  # noqa: BLE001 - whatever it is, one by one it is said properly
            pieces = []
        if not pieces:
            return super().complete_iterable_value(item_type, field_details_list, info, path, items, position_context)
        completed: list[Any] = []
        for each in pieces:
            if isinstance(each, orjson.Fragment):
                completed.append(each)
            else:
                place = path.add_key(each, None)
                self.complete_list_item_value(
                    items[each], completed, item_type, field_details_list, info, place, position_context
                )
        return completed

    def _pieces(self, window: Window[Any], template: RowTemplate) -> list[Any]:
        """Write the rows between those with holes; of these only the places are given."""
        budget = self.context_value.budget
        numbers = np.arange(len(window.records))[window.rows.index]
        template, holes = _around_holes(window, template)
        pieces: list[Any] = []
        start = 0
        for hole in [*holes, len(window)]:
            if start < hole:
                budget.spend((hole - start) * len(template.cells))
                written = b"".join(encode_rows(window.records, Rows(numbers[start:hole], hole - start), template))
                budget.write(len(written))
                pieces.append(orjson.Fragment(written))
            pieces.append(hole)
            start = hole + 1
        return pieces[:-1]


def _around_holes(window: Window[Any], template: RowTemplate) -> tuple[RowTemplate, list[int]]:
    """Give the places of rows that are null where they may not be, and a template for all others."""
    missing = np.zeros(len(window), np.bool_)
    cells: list[Cell] = []
    for cell in template.cells:
        encoded = cell.column.of(window.records)
        nulls = np.array([value is None for value in encoded.values], np.bool_)
        if nulls.any() and not _takes_null(cell.column):
            missing |= nulls[encoded.codes[window.rows.index]]
            cells.append(cell._replace(column=_or_null(cell.column)))
        else:
            cells.append(cell)
    return RowTemplate(tuple(cells), template.tail), np.flatnonzero(missing).tolist()


def _takes_null(column: Column) -> bool:
    try:
        column.to_json(None)
    except Exception:  # noqa: BLE001 - whatever it is, null cannot be written
        return False
    return True


def _or_null(column: Column) -> Column:
    """Make a column whose values can all be written, since values are written before rows are chosen."""
    return Column((column.key, "or null"), column.of, lambda value: column.to_json(value) if value is not None else b"")

"""The general executor within a budget: it resolves field by field, and nothing else could stop it.

Rows it writes by columns, as a plan does: an error elsewhere in the operation is no reason to resolve a quarter of a
million fields one by one.
"""

from contextlib import suppress
from typing import Any

import orjson

from graphql_api.execution.budget import Exhausted, LongWork
from graphql_api.execution.calls import Operation
from graphql_api.execution.encoding import encode_rows
from graphql_api.execution.planning import row_template
from graphql_api.execution.private_names import StrawberryGraphQLCoreExecutionContext
from graphql_api.tables.windows import Window

GENERAL_WEIGHT = 5
"""A value costs the general executor so many times what it costs a plan."""

GENERAL_WORK = 100
"""Values of a list that could be written in the time that the general executor takes for a field."""


class BoundedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Pays for every field from ``context.budget``. Data holds rows as ``orjson.Fragment``.

    ``given_up`` says why the result is worth nothing; the caller raises it. By then all fields of the root have been
    resolved and what they load is there; nothing that was begun is left behind.
    """

    given_up: LongWork | Exhausted | None = None

    def execute_field(self, parent_type: Any, source: Any, field_details_list: Any, path: Any, *context: Any) -> Any:
        """Execute one field of one object; after the work was given up, only fields of the root, for what they load."""
        try:
            if self.given_up is None:
                self.context_value.budget.spend(GENERAL_WEIGHT, GENERAL_WORK)
            elif path.prev is not None:
                return None
            return super().execute_field(parent_type, source, field_details_list, path, *context)
        except (LongWork, Exhausted) as reason:
            self.given_up = reason
            return None

    def release(self) -> None:
        """Raise why the work was given up, if it was; and let go of the request.

        An executor refers to itself, and stays until the next collection; what it was given need not.
        """
        reason, self.given_up, self.context_value = self.given_up, None, None
        try:
            if reason is not None:
                raise reason
        finally:
            del reason  # else it holds the frame that holds it

    def complete_iterable_value(
        self, item_type: Any, field_details_list: Any, info: Any, path: Any, items: Any, position_context: Any
    ) -> Any:
        """Complete a list; a window's rows are written by their columns."""
        if isinstance(items, Window):
            with suppress(Exception):  # whatever it is, row by row it is told properly
                return self._rows(items, item_type, field_details_list)
        return super().complete_iterable_value(item_type, field_details_list, info, path, items, position_context)

    def _rows(self, window: Window[Any], item_type: Any, field_details_list: Any) -> list[Any]:
        """Return all rows as one piece of JSON. Raises if a column cannot be written."""
        operation = Operation(self.schema, self.operation, self.fragments)
        template = row_template(operation, self.variable_values, item_type, field_details_list)
        if not len(window):
            return []
        budget = self.context_value.budget
        budget.spend(len(window) * len(template.cells))
        written = b"".join(encode_rows(window.records, window.rows, template, budget.bytes))
        budget.write(len(written))
        return [orjson.Fragment(written)]

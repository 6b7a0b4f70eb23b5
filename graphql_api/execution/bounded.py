"""The general executor with a budget, which is checked for each field.

It writes rows by columns, like a plan, so that an error elsewhere in the operation does not resolve a quarter of a
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
"""Cost of a value in the general executor, as a multiple of that in a plan."""

GENERAL_WORK = 100
"""Work of a field in the general executor, in values of a list."""


class BoundedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Charges every field to ``context.budget``. Rows in the data are ``orjson.Fragment``.

    ``given_up`` is the reason why the result is invalid. The caller raises it. At that time all root fields have been
    resolved and their loads have ended.
    """

    given_up: LongWork | Exhausted | None = None

    def execute_field(self, parent_type: Any, source: Any, field_details_list: Any, path: Any, *context: Any) -> Any:
        """Execute one field of an object. After the work was given up, execute only root fields, for their loads."""
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
        """Raise the reason if the work was given up, and release the request.

        An executor refers to itself, so it lives until the next garbage collection. Its request need not.
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
        """Complete a list. The rows of a window are written by columns."""
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

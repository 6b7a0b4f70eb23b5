"""The general executor within a budget: it resolves field by field, and nothing else could stop it."""

from typing import Any

from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

GENERAL_WEIGHT = 5
"""A value costs the general executor so many times what it costs a plan."""


class BoundedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Pays for every field from ``context.budget``; raises ``Exhausted``."""

    def execute_field(self, *args: Any, **kwargs: Any) -> Any:
        """Execute one field of one object."""
        self.context_value.budget.spend(GENERAL_WEIGHT)
        return super().execute_field(*args, **kwargs)

"""The schema of the whole product, put together from the root types of its slices."""

from collections.abc import Sequence
from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types import get_object_definition

from graphql_api.execution.scalars import SCALARS


def build_schema(queries: Sequence[type], mutations: Sequence[type] = ()) -> strawberry.Schema:
    """Make one schema whose root types have the fields of all ``queries`` and ``mutations``, in their order.

    Raises ``ValueError`` where two of them have a field of the same name.
    """
    return strawberry.Schema(
        query=_root("Query", "Where every query begins.", queries),
        mutation=_root("Mutation", "Where every operation that changes something begins.", mutations),
        config=StrawberryConfig(auto_camel_case=True, scalar_map=SCALARS),
    )


def _root(name: str, description: str, parts: Sequence[type]) -> Any:
    """Make a root type; None where it would have no field."""
    if not parts:
        return None
    owners: dict[str, type] = {}
    for part in parts:
        for field in get_object_definition(part, strict=True).fields:
            other = owners.setdefault(field.python_name, part)
            if other is not part:
                raise ValueError(
                    f"{part.__qualname__} and {other.__qualname__} both have the field {field.python_name}."
                )
    return strawberry.type(type(name, tuple(parts), {}), description=description)

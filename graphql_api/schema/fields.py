"""GraphQL's types of the fields of a table."""

from collections.abc import Iterable
from typing import Any

import strawberry

from graphql_api.execution.private_names import is_declared_enum
from graphql_api.tables.fields import Field
from graphql_api.tables.kinds import Id, kind_of


def graphql_type(type_: Any) -> Any:
    """Return Strawberry's type for the type of a field.

    Raises ``TypeError`` for an enum without ``enums.declare``: it would become two types.
    """
    if kind_of(type_).is_vocabulary and not is_declared_enum(type_):
        raise TypeError(f"The enum {type_.__name__} has to be declared first.")
    return strawberry.ID if type_ is Id else type_


def annotations_of(fields: Iterable[Field]) -> dict[str, Any]:
    """Return the annotations of a type with these fields."""
    types = {field.name: graphql_type(field.type) for field in fields}
    return {field.name: types[field.name] | None if field.nullable else types[field.name] for field in fields}

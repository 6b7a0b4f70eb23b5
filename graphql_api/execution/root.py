"""The schema of the whole product, put together from the root types of its slices."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types import get_object_definition

from graphql_api.execution.private_names import StrawberryField, StrawberryObjectDefinition
from graphql_api.execution.scalars import SCALARS

NO_EXTENSIONS: Mapping[str, Sequence[type]] = {}


def build_schema(
    queries: Sequence[type],
    mutations: Sequence[type] = (),
    extensions: Mapping[str, Sequence[type]] = NO_EXTENSIONS,
) -> strawberry.Schema:
    """Return one schema whose root types have the fields of all ``queries`` and ``mutations``, in their order.

    ``extensions`` maps names of object types to types whose fields join them; where there is no such type, since its
    slice is not installed, nothing is to be joined. Raises ``ValueError`` if two root fields have the same name, and
    ``TypeError`` if two of another type have.
    """
    return _Schema(
        extensions,
        query=_root("Query", "Root type of all queries.", queries),
        mutation=_root("Mutation", "Root type of all operations that change data.", mutations),
        config=StrawberryConfig(auto_camel_case=True, scalar_map=SCALARS),
    )


class _Schema(strawberry.Schema):
    """A schema whose types have more fields than their classes declare; these stay as they are for other schemas."""

    def __init__(self, extensions: Mapping[str, Sequence[type]], **parts: Any) -> None:
        self._extensions = extensions
        super().__init__(**parts)

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        """Return the fields of a type: its own, then those of its extensions."""
        parts = self._extensions.get(type_definition.name, ())
        _check_names([type_definition.origin, *parts])
        return [*type_definition.fields, *(field for part in parts for field in _fields(part))]


def _root(name: str, description: str, parts: Sequence[type]) -> Any:
    """Return a root type; None if it would have no field."""
    if not parts:
        return None
    _check_names(parts)
    return strawberry.type(type(name, tuple(parts), {}), description=description)


def _fields(part: type) -> Iterable[StrawberryField]:
    return get_object_definition(part, strict=True).fields


def _check_names(parts: Iterable[type]) -> None:
    """Raise ``ValueError`` if two of some types have a field of the same name."""
    owners: dict[str, type] = {}
    for part in parts:
        for field in _fields(part):
            other = owners.setdefault(field.python_name, part)
            if other is not part:
                raise ValueError(
                    f"{part.__qualname__} and {other.__qualname__} both have the field {field.python_name}."
                )

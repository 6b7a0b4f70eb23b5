"""A field of a table: name, type and meaning, from which GraphQL, REST, OpenAPI and Arrow are made."""

from dataclasses import dataclass
from typing import Any

from graphql_api.tables.kinds import Kind, kind_of


@dataclass(frozen=True, slots=True)
class Field:
    """One typed field. ``name`` is snake_case (GraphQL shows it in camelCase).

    ``type`` is one that ``kinds.kind_of`` knows: str, int, float, bool, ``datetime.date``, ``kinds.Id``, an Enum, or
    ``list[int]``. ``description`` gives meaning, unit, when null, and the source's column name; the API shows it.
    """

    name: str
    type: Any
    description: str
    nullable: bool = True

    @property
    def kind(self) -> Kind:
        """Return the kind of the field's values."""
        return kind_of(self.type)

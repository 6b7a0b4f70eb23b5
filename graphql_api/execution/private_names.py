"""All private names of Strawberry and graphql-core that this project uses. They are only in this file.

Other modules import them from here. ``tests/execution/test_private_names.py`` is the contract: it tests what each
must be and do.
If an upgrade breaks one, that test names it with the version, and only this file has to be changed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import strawberry
from graphql import GraphQLArgument, GraphQLField, GraphQLSchema, is_enum_type
from graphql.execution.collect_fields import (
    FieldDetailsList,
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values
from graphql.pyutils import print_path_list
from graphql.validation import OverlappingFieldsCanBeMergedRule
from graphql.validation.validate import ValidationAbortedError
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

__all__ = [
    "FieldDetailsList",
    "FragmentDetails",
    "GroupedFieldSet",
    "StrawberryField",
    "StrawberryGraphQLCoreExecutionContext",
    "StrawberryObjectDefinition",
    "ValidationAbortedError",
    "VariableValues",
    "argument_name",
    "collect_fields",
    "collect_subfields",
    "core_schema",
    "declared_enums",
    "enum_values",
    "field_of",
    "get_argument_values",
    "get_variable_values",
    "has_resolver",
    "is_declared_enum",
    "limit_comparisons",
    "metadata_of",
    "print_path_list",
    "resolver_info",
    "resolver_of",
]

_BACKREF = GraphQLCoreConverter.DEFINITION_BACKREF
"""The key of Strawberry's definition in the extensions of a graphql-core object."""

_DEFINITION = "__strawberry_definition__"


def core_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """Return graphql-core's schema from Strawberry's."""
    return schema._schema  # noqa: SLF001 - there is no public name


def field_of(definition: GraphQLField) -> StrawberryField | None:
    """Return Strawberry's field of a definition. None for introspection."""
    found = definition.extensions.get(_BACKREF)
    return found if isinstance(found, StrawberryField) else None


def metadata_of(definition: GraphQLField) -> Mapping[Any, Any]:
    """Return the metadata of a field. Empty for introspection."""
    field = field_of(definition)
    return {} if field is None else field.metadata


def argument_name(definition: GraphQLArgument) -> str:
    """Return the name of an argument in Python."""
    name: str = definition.extensions[_BACKREF].python_name
    return name


def is_declared_enum(kind: type) -> bool:
    """Return whether an enum has been declared to Strawberry."""
    return hasattr(kind, _DEFINITION)


def declared_enums(schema: GraphQLSchema) -> Iterable[tuple[str, type[Enum]]]:
    """Return the Python enum of each enum of a schema by name."""
    for name, kind in schema.type_map.items():
        definition = kind.extensions.get(_BACKREF) if is_enum_type(kind) else None
        if definition is not None:
            yield name, definition.wrapped_cls


def enum_values(kind: type[Enum]) -> Iterable[Any]:
    """Return the values of a declared enum. Each has a ``name`` and a writable ``description``."""
    values: Iterable[Any] = getattr(kind, _DEFINITION).values
    return values


def has_resolver(field: StrawberryField) -> bool:
    """Return whether a field has a resolver function. Otherwise it is an attribute."""
    return field.base_resolver is not None


@dataclass(frozen=True, slots=True)
class ResolverFunction:
    """The Python function of a field: whether it takes ``self``, and the names of its special arguments."""

    call: Callable[..., Any]
    takes_self: bool
    parent: str | None
    info: str | None


def resolver_of(field: StrawberryField) -> ResolverFunction | None:
    """Return the function of a field. None if there is none, or it takes ``root``."""
    base = field.base_resolver
    if base is None or base.root_parameter:
        return None
    return ResolverFunction(
        call=base.wrapped_func,  # type: ignore[arg-type]
        takes_self=base.self_parameter is not None,
        parent=base.parent_parameter.name if base.parent_parameter else None,
        info=base.info_parameter.name if base.info_parameter else None,
    )


def resolver_info(raw: Any, field: StrawberryField) -> strawberry.Info:
    """Return Strawberry's ``info`` from graphql-core's."""
    return strawberry.Info(_raw_info=raw, _field=field)


def limit_comparisons(rule: OverlappingFieldsCanBeMergedRule, most: int) -> None:
    """Limit the number of pairs of fields that a rule compares. Above it, it raises ``ValidationAbortedError``."""
    rule.rule_context.remaining_complexity_budget = most

"""Labels of all enums of a schema."""

from collections.abc import Mapping
from functools import lru_cache

from graphql import GraphQLSchema

from graphql_api.execution.private_names import declared_enums
from graphql_api.language import Label
from graphql_api.schema.enums import labels_of


@lru_cache(8)
def labels(schema: GraphQLSchema) -> Mapping[str, Mapping[str, Label]]:
    """Return the labels of all enums that have some, by name in alphabetical order."""
    found = {name: labels_of(kind) for name, kind in declared_enums(schema)}
    return {name: found[name] for name in sorted(found) if found[name]}

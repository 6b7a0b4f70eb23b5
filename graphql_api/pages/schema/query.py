"""``enumLabels``: labels of enum values for people."""

from typing import Annotated

import strawberry

from graphql_api.errors import BadUserInput
from graphql_api.execution.context import Context
from graphql_api.execution.private_names import core_schema
from graphql_api.execution.purity import pure
from graphql_api.language import Language
from graphql_api.pages.schema.labels import labels

ENUMS = 20
"""Estimated number of enums with labels, for the cost."""

VALUES = 10
"""Estimated number of values of an enum, for the cost."""

Info = strawberry.Info[Context, None]


@strawberry.type(description="Text for people of one value of an enum.")
class EnumLabel:
    """A value and its label."""

    value: str = strawberry.field(description="The value in the schema, for example `YAYA_OMO`.")
    label: str = strawberry.field(description="The text for people, for example `稍重`.")


@strawberry.type(description="Texts for people of the values of one enum.")
class EnumLabels:
    """An enum and its labels."""

    name: str = strawberry.field(description="Name of the enum in the schema, for example `Going`.")
    language: Language = strawberry.field(description="Language of the labels.")

    @strawberry.field(description="The values, in the order of the schema.", metadata=pure(size=VALUES))
    def values(self, info: Info) -> list[EnumLabel]:
        """Return the labels of the enum."""
        found = labels(core_schema(info.schema))[self.name]
        return [EnumLabel(value=value, label=label.text(self.language)) for value, label in found.items()]


@strawberry.type
class Query:
    """The root field of labels."""

    @strawberry.field(
        description="Texts for people of the values of enums, such as `稍重` for `YAYA_OMO` of the enum `Going`.",
        metadata=pure(size=ENUMS),
    )
    def enum_labels(
        self,
        info: Info,
        language: Annotated[Language, strawberry.argument(description="Language of the labels.")] = Language.JA,
        names: Annotated[
            list[str] | None,
            strawberry.argument(
                description="Names of enums. Default: all enums with labels. A name without labels is an error."
            ),
        ] = None,
    ) -> list[EnumLabels]:
        """Return the labels of some enums."""
        known = labels(core_schema(info.schema))
        for name in names or ():
            if name not in known:
                raise BadUserInput(f"There is no enum with labels of this name. Enums are {', '.join(known)}.")
        return [EnumLabels(name=name, language=language) for name in (known if names is None else names)]

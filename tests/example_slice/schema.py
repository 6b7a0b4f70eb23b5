"""The slice's root fields."""

import strawberry

from example_slice.notes import Notes
from graphql_api.execution.context import Context

Info = strawberry.Info[Context, None]


@strawberry.type
class Query:
    """What can be asked."""

    @strawberry.field
    def notes(self, info: Info) -> list[str]:
        """List the notes."""
        return info.context.use(Notes).texts


@strawberry.type
class Mutation:
    """What can be changed."""

    @strawberry.mutation
    def add_note(self, info: Info, text: str) -> list[str]:
        """Add a note."""
        notes = info.context.use(Notes)
        notes.add(text)
        return notes.texts

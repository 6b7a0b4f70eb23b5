"""The slice's root fields."""

from typing import Any

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


@strawberry.type
class NotedJockey:
    """What joins another slice's type: the resolver's object is that of the type it joins."""

    @strawberry.field
    def notes(self, info: Info) -> list[str]:
        """List the notes that begin with the jockey's id."""
        found: Any = self
        return [text for text in info.context.use(Notes).texts if text.startswith(found.id)]

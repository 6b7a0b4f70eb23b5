"""What the notes hand over to the application."""

from dataclasses import dataclass

from graphql_api.config import setting
from graphql_api.slices import Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesSettings:
    """The slice's table of settings."""

    notes_most: int = setting(2, "Most notes that are kept", minimum=1)


SLICE = Slice(
    name="notes",
    settings=NotesSettings,
    query="example_slice.schema:Query",
    mutation="example_slice.schema:Mutation",
    extensions={"Jockey": "example_slice.schema:NotedJockey"},
    routes="example_slice.routes:routes",
    layer="example_slice.routes:layer",
    jobs={"tidy": "example_slice.jobs:tidy"},
    commands={"note": "example_slice.commands:note"},
)

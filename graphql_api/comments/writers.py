"""The writer of comments: the provider, its model, and the version of its instructions."""

from typing import NamedTuple

from graphql_api.comments.settings import CommentsSettings

PROMPT_VERSION = "1"
"""Version of the template's sentences and of the instructions for models. If it changes, comments are written again."""


class Writer(NamedTuple):
    """A writer. Its ``name`` is a part of the input of jobs and of digests, so that each writer has its own comment."""

    provider: str
    model: str

    @property
    def version(self) -> str:
        """Return the version of its instructions."""
        return PROMPT_VERSION

    @property
    def name(self) -> str:
        """Return the model and the version of its instructions."""
        return f"{self.model}/{self.version}"


TEMPLATE = Writer("template", "template")


def writer_of(settings: CommentsSettings) -> Writer:
    """Return the writer of the settings."""
    choice = settings.choice
    return TEMPLATE if choice.provider == TEMPLATE.provider else Writer(choice.provider, choice.model)

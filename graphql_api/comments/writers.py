"""Who writes comments: the provider, its model, and the version of what it is told to do."""

from typing import NamedTuple

from graphql_api.comments.settings import CommentsSettings

PROMPT_VERSION = "1"
"""Of the template's sentences and of the instructions for models: a change of either has comments written anew."""


class Writer(NamedTuple):
    """A writer. Its ``name`` is a part of the input of jobs and of digests, so that another one is asked anew."""

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

"""The domain: a bounded list of notes."""

from typing import Self

from example_slice.slice import NotesSettings
from graphql_api.errors import BadUserInput, NotFound
from graphql_api.services import Services


class Notes:
    """The slice's service."""

    def __init__(self, most: int) -> None:
        """Keep at most so many notes."""
        self.most = most
        self.texts: list[str] = []
        self.closed = False

    @classmethod
    def open(cls, services: Services) -> Self:
        """Read the slice's settings."""
        return cls(services.settings.of(NotesSettings).notes_most)

    def add(self, text: str) -> None:
        """Keep a note. Raises ``BadUserInput`` where there are too many."""
        if len(self.texts) == self.most:
            raise BadUserInput(f"There are {self.most} notes already.")
        self.texts.append(text)

    def remove(self, place: str) -> None:
        """Forget a note. Raises ``NotFound``, and ``BadUserInput`` for what is no place."""
        if not place.isdecimal():
            raise BadUserInput("Notes are counted from 0.")
        if int(place) >= len(self.texts):
            raise NotFound(f"There is no note {place}.")
        del self.texts[int(place)]

    def close(self) -> None:
        """Forget all."""
        self.closed = True

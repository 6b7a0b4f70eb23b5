"""The texts of pages in each language, from one file."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from graphql_api.language import Label, Language

FILE = Path(__file__).with_name("texts.toml")


@cache
def catalogue() -> Mapping[str, Label]:
    """Return all texts by key. The file is read once."""
    read = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            f"{section}.{key}": Label(text["ja"], text["en"])
            for section, texts in read.items()
            for key, text in texts.items()
        }
    )


class Texts:
    """The texts in one language."""

    def __init__(self, language: Language) -> None:
        """Return texts in ``language``."""
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with ``values`` inserted. Raises ``KeyError`` if there is no such text."""
        text = catalogue()[key].text(self.language)
        return text.format(**values) if values else text

    def find(self, key: str, default: str) -> str:
        """Return a text, or ``default`` if there is none."""
        found = catalogue().get(key)
        return found.text(self.language) if found else default

"""The languages of texts for people."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple


class Language(Enum):
    """Language of texts for people."""

    JA = "ja"
    EN = "en"


LANGUAGES: Mapping[Enum, str] = MappingProxyType({Language.JA: "Japanese.", Language.EN: "English."})


class Label(NamedTuple):
    """The text for people in each language."""

    ja: str
    en: str

    def text(self, language: Language) -> str:
        """Return the text in one language."""
        return self.ja if language is Language.JA else self.en

"""The request for a page: language, parts of the path, and parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode

from graphql_api.errors import BadUserInput
from graphql_api.language import Language

LANGUAGE = "lang"
"""The parameter of the language. Links on the page keep it."""

PARAMETERS = frozenset({"after", "by", "jurisdiction", "q", "surface", "year"})
"""All other parameters of pages."""

MAX_TEXT = 100
"""Maximum length of a parameter in characters."""

PAGE = 50
"""Number of items on a page of a list."""

MIN_YEAR, MAX_YEAR = 1900, 9999


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One request for a page.

    ``is_chosen``: the language is in the URL. ``up`` leads from the page's URL to the root of the
    service, as a relative URL. ``own`` is the page's path without the first slash, ``given`` its parameters.
    ``max_page`` is the server's limit of ``first``.
    """

    language: Language
    is_chosen: bool
    up: str
    own: str
    path: Mapping[str, str]
    given: Mapping[str, str]
    max_page: int = 1_000

    def at_most(self, number: int) -> int:
        """Return a number of items within the limit of the server."""
        return min(number, self.max_page)

    def text(self, name: str) -> str:
        """Return a parameter without spaces around it. Empty if it is not given. Raises ``BadUserInput``."""
        text = self.given.get(name, "").strip()
        if len(text) > MAX_TEXT:
            raise BadUserInput(f"Parameter '{name}' is longer than {MAX_TEXT} characters.")
        return text

    def choice(self, name: str, values: Mapping[str, str] | tuple[str, ...]) -> str:
        """Return a parameter that must be one of some values. Empty if it is not given. Raises ``BadUserInput``."""
        text = self.text(name)
        if text and text not in values:
            raise BadUserInput(f"Parameter '{name}' must be one of {', '.join(values)}.")
        return text

    def year(self, name: str) -> int | None:
        """Return a parameter that must be a year. None if it is not given. Raises ``BadUserInput``."""
        text = self.text(name)
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and MIN_YEAR <= int(text) <= MAX_YEAR):
            raise BadUserInput(f"Parameter '{name}' must be a year from {MIN_YEAR} to {MAX_YEAR}.")
        return int(text)

    def day(self, name: str) -> date:
        """Return the date in the path. Raises ``BadUserInput``."""
        text = self.path[name]
        try:
            found = date.fromisoformat(text)
        except ValueError:
            found = None
        if found is None or found.isoformat() != text or found.year < MIN_YEAR:
            raise BadUserInput("The date must have the form YYYY-MM-DD.")
        return found

    def url(self, *path: str, **parameters: object) -> str:
        """Return a relative URL of the service. Parts of the path are quoted, and empty parameters are omitted."""
        return self._with(self.up + "/".join(quote(part, safe="") for part in path), parameters)

    def here(self, **parameters: object) -> str:
        """Return the URL of this page with its parameters. Some are replaced, and those of None are omitted."""
        return self._with(self.up + self.own, {**self.given, **parameters})

    def switched(self, language: Language) -> str:
        """Return the URL of this page in another language."""
        return self.here(**{LANGUAGE: language.value})

    def _with(self, url: str, parameters: Mapping[str, object]) -> str:
        kept = {LANGUAGE: self.language.value} if self.is_chosen else {}
        query = urlencode({key: value for key, value in {**kept, **parameters}.items() if value not in (None, "")})
        return f"{url}?{query}" if query else url

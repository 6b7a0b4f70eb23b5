"""HTML of templates. Only this module imports Jinja, and the first page imports this module."""

from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from graphql_api.language import Label, Language
from graphql_api.pages import charts, figures
from graphql_api.pages.page_request import PageRequest
from graphql_api.pages.texts import Texts

FOLDER = Path(__file__).parent
TEMPLATES = FOLDER / "templates"
SUFFIXES = frozenset({".css", ".graphql", ".html", ".toml"})

Labels = Mapping[str, Mapping[str, Label]]


class Renderer:
    """Renders templates with the texts of a language. Every value is escaped."""

    def __init__(self, labels: Labels, shared: Mapping[str, Any]) -> None:
        """Show values of enums by ``labels``. All templates have ``shared``. Raises ``ImportError`` without Jinja."""
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
        from markupsafe import Markup

        self._labels = labels
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        for name in ("percent", "interval", "decimal", "integer", "race_time", "clock", "record"):
            self._environment.filters[name] = getattr(figures, name)
        self._environment.globals.update(shared, section="")
        self._environment.filters["svg"] = Markup  # of charts, which escape what they are given

    def render(self, template: str, asked: PageRequest, **context: Any) -> str:
        """Return the HTML of a page."""
        language, texts = asked.language, Texts(asked.language)
        other = Language.EN if language is Language.JA else Language.JA
        return self._environment.get_template(template).render(
            t=texts,
            asked=asked,
            language=language.value,
            other=other.value,
            switched=asked.switched(other),
            url=asked.url,
            here=asked.here,
            label=partial(self._label, language),
            place=partial(_place, texts),
            day=partial(figures.day, language=language),
            month=partial(figures.month, language=language),
            day_of_month=partial(figures.day_of_month, language=language),
            yen=partial(figures.yen, language=language),
            weight=figures.weight,
            bar=charts.bar,
            dash=figures.NONE,
            **context,
        )

    def _label(self, language: Language, kind: str, value: str | None) -> str:
        """Return the label of a value of an enum."""
        return figures.NONE if value is None else self._labels[kind][value].text(language)


def _place(texts: Texts, name: str | None) -> str:
    """Return the name of a racecourse in the language of the page, if it is known."""
    return figures.NONE if name is None else texts.find(f"racecourse.{name}", name)


def version() -> str:
    """Return a digest of templates and texts, as a part of ETags."""
    found = sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.suffix in SUFFIXES:
            found.update(path.read_bytes())
    return found.hexdigest()[:16]

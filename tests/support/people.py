"""What browsers send for pages, and what they find in them."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
JAPANESE = {**BROWSER, "accept-language": "ja,en-US;q=0.7,en;q=0.3"}
ENGLISH = {**BROWSER, "accept-language": "en-US,en;q=0.5"}


@dataclass
class Found(HTMLParser):
    """The links of a page, its language, its texts, and what is inline."""

    text: str
    links: list[str] = field(default_factory=list)
    lang: str = ""
    words: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the page."""
        super().__init__()
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element refers to."""
        own = {name: value or "" for name, value in attrs}
        self.lang = own["lang"] if tag == "html" else self.lang
        self.links += [own[name] for name in ("href", "src") if name in own]
        self.inline += [name for name in own if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag in {"style", "script"} else []
        self.ids += [own["id"]] if "id" in own else []

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.words += [data.strip()] if data.strip() else []

    @property
    def shown(self) -> str:
        """Return all texts."""
        return " ".join(self.words)

    def internal(self, at: str) -> set[str]:
        """Return the paths that the page at a path links to, without fragments."""
        return {
            urljoin(at, link.partition("#")[0]) for link in self.links if not urlsplit(link).scheme and link[0] != "#"
        }


def key_like(text: str) -> list[str]:
    """Return what looks like a key of the catalogue in a text."""
    return re.findall(r"\b(?:site|landing|jockeys|jockey|column|race|day|horse|error|racecourse)\.[a-z_0-9]+\b", text)

"""The style sheet of pages. Its name contains a hash, so that browsers may keep it for ever."""

from functools import cache
from hashlib import sha256
from pathlib import Path

FILE = Path(__file__).parent.with_name("assets") / "people.css"


@cache
def style() -> tuple[str, bytes]:
    """Return the name and the bytes of the style sheet. It is read once."""
    content = FILE.read_bytes()
    return f"people-{sha256(content).hexdigest()[:12]}.css", content

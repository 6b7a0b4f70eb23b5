"""Texts in the forms in which they are compared, in linear time and memory; texts of others made harmless.

Unicode puts the marks behind a letter into one order, and Python sorts a run of marks in quadratic time; and one
character may become eighteen. So a long text is brought into its form in pieces, with a bound on the marks of a piece
(Unicode calls such a text stream-safe, UAX #15 section 13) and on what a piece may grow to.
"""

import re
from unicodedata import category, normalize

MAX_LENGTH = 1_000
"""Characters of one text that a client may search for or compare with; a list of horses has room in it."""

MAX_MARKS = 30
"""Characters that may continue a letter before they count as a text of their own; no language needs more than a few."""

_MAX_PIECE = 512
_GROWTH, _MORE_GROWTH = 2, 32
"""A piece may become so many times as long, and so many characters more: 株式会社 is one character in some files."""

# Characters with which a new letter begins in any text: what stands before them has no effect on their form.
_LETTERS = (
    r"\x00-\u02ff\u0370-\u0482\u048a-\u058f\u1e00-\u20cf\u2100-\u2bff\u2e80-\u3029\u3030-\u3098\u309b-\u3130"
    r"\u3165-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\uff9d\U00020000-\U0003ffff"
)
_PIECES = re.compile(f"[{_LETTERS}]{{1,{_MAX_PIECE}}}[^{_LETTERS}]{{0,{MAX_MARKS}}}|[^{_LETTERS}]{{1,{MAX_MARKS}}}")


def compatible(text: str) -> str:
    """Return the form in which texts are compared: NFKC, so that full and half width are one."""
    if text.isascii():
        return text
    if len(text) <= MAX_MARKS:
        return _piece(text)
    return "".join(map(_piece, _PIECES.findall(text)))


def searchable(text: str) -> str:
    """Return the form in which texts are searched: besides width, letter case and kind of kana do not count.

    Hiragana become katakana and small kana large ones: おるふぇ finds オルフエ.
    """
    return compatible(text).casefold().translate(_KANA)


def _piece(text: str) -> str:
    folded = normalize("NFKC", text)
    return folded if len(folded) <= _GROWTH * len(text) + _MORE_GROWTH else text


_SMALL = dict(zip("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", strict=True))
_KATAKANA = {chr(code): chr(code + 0x60) for code in range(ord("ぁ"), ord("ゖ") + 1)}
_KANA = str.maketrans({**_SMALL, **{small: _SMALL.get(large, large) for small, large in _KATAKANA.items()}})


MAX_NAME = 40
"""Characters of a name; the longest real one has 19."""

_HARMLESS = frozenset({"\n"})
_DROPPED = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
"""Categories of Unicode: control, format (those that turn the direction of writing too), and no characters at all."""


def clean_name(name: str) -> str:
    """Return a name in compatible form, without control characters or line ends, and cut."""
    kept = "".join(letter for letter in name[: 4 * MAX_NAME] if category(letter) not in _DROPPED)
    return " ".join(compatible(kept).split())[:MAX_NAME]


def clean_message(text: str) -> str:
    """Return a message without control characters; line ends stay."""
    kept = (each for each in text if each in _HARMLESS or category(each) not in _DROPPED)
    return "".join(kept).strip()

"""Normal forms of texts for comparisons, in linear time and memory, and cleaning of untrusted texts.

Unicode puts the marks behind a letter into one order, and Python sorts a run of marks in quadratic time; and one
character may become eighteen. So a long text is brought into its form in pieces, with a bound on the marks of a piece
(Unicode calls such a text stream-safe, UAX #15 section 13) and on what a piece may grow to.
"""

import re
from unicodedata import category, normalize

MAX_LENGTH = 1_000
"""Maximum length of a text to search for or compare with, in characters. It allows a list of horses."""

MAX_MARKS = 30
"""Maximum number of combining characters of a letter. Languages need only a few."""

_MAX_PIECE = 512
_GROWTH, _MORE_GROWTH = 2, 32
"""Maximum growth of a piece, as a factor and as additional characters: 株式会社 is one character in some files."""

# Characters with which a new letter begins in any text: what stands before them has no effect on their form.
_LETTERS = (
    r"\x00-\u02ff\u0370-\u0482\u048a-\u058f\u1e00-\u20cf\u2100-\u2bff\u2e80-\u3029\u3030-\u3098\u309b-\u3130"
    r"\u3165-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\uff9d\U00020000-\U0003ffff"
)
_PIECES = re.compile(f"[{_LETTERS}]{{1,{_MAX_PIECE}}}[^{_LETTERS}]{{0,{MAX_MARKS}}}|[^{_LETTERS}]{{1,{MAX_MARKS}}}")


def compatible(text: str) -> str:
    """Return the form for comparisons: NFKC, in which full and half width are equal."""
    if text.isascii():
        return text
    if len(text) <= MAX_MARKS:
        return _piece(text)
    return "".join(map(_piece, _PIECES.findall(text)))


def searchable(text: str) -> str:
    """Return the form for searches: width, letter case and kind of kana are ignored.

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
"""Maximum length of a name in characters. The longest real one has 19."""

_HARMLESS = frozenset({"\n"})
_DROPPED = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
"""Categories of Unicode: control, format (including those that change the direction of writing), and unassigned."""


def clean_name(name: str) -> str:
    """Return a name in compatible form, without control characters or line ends, and cut."""
    kept = "".join(letter for letter in name[: 4 * MAX_NAME] if category(letter) not in _DROPPED)
    return " ".join(compatible(kept).split())[:MAX_NAME]


def clean_message(text: str) -> str:
    """Return a message without control characters except line ends."""
    kept = (each for each in text if each in _HARMLESS or category(each) not in _DROPPED)
    return "".join(kept).strip()

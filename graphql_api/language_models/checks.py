"""Checks of models' answers: plain text, only known numbers, no advice and no promise."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from graphql_api.text import clean_message, compatible

MAX_ANSWER = 4_000
"""Maximum length of an answer in characters. A longer one is cut."""

_LINKS = re.compile(
    r"\[([^\]]*)\]\([^)]*\)|<[^<>]{0,500}>|\b[a-z][a-z0-9+.-]{0,20}://\S+|\bwww\.\S+|\S+@\S+\.\S+"
    r"|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|jp|io|app|info|biz|xyz)\b\S*",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[*_`~#|]+|^[ \t]*(?:[-+>•・]|\d{1,2}[.)])[ \t]+|^[ \t]*-{3,}[ \t]*$", re.MULTILINE)
_NUMBERS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?", re.ASCII)
_WORDS_FOR_NUMBERS = re.compile(
    r"[〇一二三四五六七八九十百千万億]+(?:割|分|厘|%|パーセント|倍|回|円|着|騎乗|勝|頭|点)"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|"
    r"eighty|ninety|hundred|thousand|million|half|double|triple)\b",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"買う(?:べき|のが|と)|買い(?:です|だ|ましょう)|買って|購入し(?:ましょう|て|た方)|おすすめ|お勧め|推奨|狙い目|必ず|確実|絶対|"
    r"間違いな|鉄板|保証|儲か|勝てます|当たります"
    r"|\b(?:(?:should|must|ought to|better) (?:buy|bet|back|take)|recommend\w*|guarantee\w*|certain(?:ly|ty)?|surely|"
    r"definitely|sure thing|will win|cannot lose|can't lose|best bet|good bet|value bet)\b",
    re.IGNORECASE,
)


def plain_text(text: str) -> str:
    """Return an answer without links, markup and control characters, cut to its maximum length."""
    without_links = _LINKS.sub(lambda link: link[1] or "", clean_message(text[: 2 * MAX_ANSWER]))
    return _MARKUP.sub("", without_links).strip()[:MAX_ANSWER]


def is_supported(text: str, known: Iterable[Decimal]) -> bool:
    """Return whether an answer contains only known numbers, no advice to buy, and no promise."""
    folded = compatible(text)
    if not folded or _ADVICE.search(folded) or _WORDS_FOR_NUMBERS.search(folded):
        return False
    return set(_numbers(folded)) <= set(known)


def numbers_in(texts: Iterable[str]) -> Iterator[Decimal]:
    """Return the numbers in some texts."""
    return (number for text in texts for number in _numbers(compatible(text)))


def numbers_of(rate: float) -> Iterator[Decimal]:
    """Return the other allowed forms of a rate: rounded, and as a whole percentage."""
    yield from (Decimal(f"{rate:.{digits}f}") for digits in (2, 3))
    yield Decimal(f"{100 * rate:.0f}")


def _numbers(text: str) -> Iterator[Decimal]:
    return (Decimal(number.replace(",", "")) for number in _NUMBERS.findall(text))

"""Reading of grades and classes from names of races."""

import re

from graphql_api.jockeys.texts import fold
from graphql_api.jockeys.vocabulary import GRADES, Grade, RaceClass

# Names have some 40 characters. The suffixes of a longer text are sought at its end, lest a hostile one take minutes.
_MAX_NAME = 200

_SUFFIXES = re.compile(r"(?:\([^()]*\)\s*)+$")
_SUFFIX = re.compile(r"\(([^()]*)\)")
_GRADE_NOISE = re.compile(r"[.・\s]")

# What an entry of the race's name (a suffix, or the name itself) says of its class; the first that matches counts.
_CLASSES = (
    (re.compile("新馬"), RaceClass.NEWCOMER),
    (re.compile("未勝利"), RaceClass.MAIDEN),
    (re.compile(r"1勝クラス|^1勝$|(?<!\d)500万"), RaceClass.ONE_WIN),
    (re.compile(r"2勝クラス|^2勝$|(?<!\d)(?:9|10)00万"), RaceClass.TWO_WINS),
    (re.compile(r"3勝クラス|^3勝$|(?<!\d)1[456]00万"), RaceClass.THREE_WINS),
    (re.compile(r"(?<![A-Z])OP$|オープン"), RaceClass.OPEN),
)

# One to three letters of NAR classes in their order, as C, AB or BC; the first is captured.
_LETTERS = r"(?<![A-Za-z])(?=([ABC]))A?B?C?"
# What is no number of a class or a group, though it stands behind a letter: 50周年, 3rd.
_NO_GROUP = r"(?!\d|[D-Zd-z]|周年|年|回|歳|着|勝|%)"
_AFTER_AGE = r"(?:^|歳|以上|系|一般)\s*"

_NAR_CLASSES = tuple(
    re.compile(form)
    for form in (
        rf"{_LETTERS}\d{{1,3}}{_NO_GROUP}",  # C1, C25組, BC1, A2B1
        rf"{_AFTER_AGE}{_LETTERS}[ー\-\s]+\d{{1,3}}{_NO_GROUP}",  # Bー2, 3歳B 5
        rf"{_AFTER_AGE}{_LETTERS}[一二三四五六七八九十]",  # C三
        rf"歳\s*{_LETTERS}(?![A-Za-z])",  # 3歳A
        rf"{_LETTERS}(?:級|組|クラス|混合)",  # C級
        rf"^{_LETTERS}[・、/~〜][ABC](?![A-Za-z])",  # B・C
    )
)
_NAR_SUFFIXES = (
    re.compile(rf"{_AFTER_AGE}(?<![A-Za-z])([ABC])(?![A-Za-z])"),  # (C), (B2以下), (C特別)
    re.compile(rf"{_AFTER_AGE}{_LETTERS}$"),  # (AB), (3歳BC)
    *_NAR_CLASSES,
)
_LETTER = re.compile("[ABC]")
_NAR = {"A": RaceClass.NAR_A, "B": RaceClass.NAR_B, "C": RaceClass.NAR_C}


def race_name(text: str) -> tuple[str, Grade | None, RaceClass | None]:
    """Return the name with its grade and class, which are searched in suffixes from the last, then in the name."""
    name = fold(text[-_MAX_NAME:])
    tail = _SUFFIXES.search(name)
    suffixes = _SUFFIX.findall(tail.group())[::-1] if tail else []
    body = name[: tail.start()] if tail else name
    grade = next(filter(None, (GRADES.get(_GRADE_NOISE.sub("", suffix).upper()) for suffix in suffixes)), None)
    return text, grade, RaceClass.OPEN if grade else _race_class(suffixes, body.strip())


def _race_class(suffixes: list[str], body: str) -> RaceClass | None:
    for entry in suffixes:
        if race_class := _named_class(entry) or _nar_class(_NAR_SUFFIXES, entry):
            return race_class
    return _named_class(body) or _nar_class(_NAR_CLASSES, body)


def _named_class(entry: str) -> RaceClass | None:
    for pattern, race_class in _CLASSES:
        if pattern.search(entry):
            return race_class
    return None


def _nar_class(forms: tuple[re.Pattern[str], ...], entry: str) -> RaceClass | None:
    """Return the first class in a name."""
    if not _LETTER.search(entry):
        return None
    matches = [match for match in (form.search(entry) for form in forms) if match]
    return _NAR[min(matches, key=lambda match: match.start(1))[1]] if matches else None

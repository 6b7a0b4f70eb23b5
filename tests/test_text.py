"""Texts in the forms in which they are compared and searched: what they are, and what they may cost."""

import sys
from contextlib import suppress
from unicodedata import category, combining, decomposition, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careers import RACE
from cpu import growth
from frames import frame_of
from graphql_api.jockeys.normalise import race_records
from graphql_api.jockeys.sources import SOURCES, Source
from graphql_api.jockeys.texts import fold
from graphql_api.tables.conditions import Comparison, Where
from graphql_api.tables.filtering import mask
from graphql_api.text import _PIECES, MAX_MARKS, compatible, searchable

CHARACTERS = [each for each in map(chr, range(sys.maxunicode + 1)) if category(each) not in {"Cn", "Co", "Cs"}]
"""All that Unicode has assigned."""
JAPANESE = "テストマッチぁゔッ東京優駿々〆ー・（）(株)ｱﾊﾟﾞﾟＡｂ１①㈱㍿㌔½é　 −"
HOSTILE = {
    "marks out of order": "\u0301\u0323",
    "half-width voicing": "ﾞ\u0323",
    "letters with marks": "a" + "\u0301\u0323" * 14,
    "eighteen characters in one": "\ufdfa",
    "eight characters in one": "\ufdfb",
    "units": "㌖",
    "jamo": "ㅎㅏㄴ",
    "half width": "ﾄﾞ",
}
HARD_CELLS = (
    "1",
    "-1",
    "1.",
    "(1",
    "(（",
    "）)",
    "(1)",
    "1 ",
    "+ハナ",
    "2024/",
    ",",
    "万0",
    "４中山",
    "1e",
    "/1",
)


def long(kind: str, characters: int) -> str:
    """Repeat a hostile text."""
    return (HOSTILE[kind] * characters)[:characters]


@given(st.text(JAPANESE, max_size=2_000))
def test_japanese_texts_are_compared_in_their_compatibility_form(text: str) -> None:
    """However long a text is: it is Unicode's NFKC to the letter, with half-width voicing marks in its kana."""
    if len(normalize("NFKC", text)) <= 2 * len(text):
        assert compatible(text) == normalize("NFKC", text)


@given(st.text(max_size=MAX_MARKS))
def test_short_texts_of_any_script_are_compared_in_their_compatibility_form(text: str) -> None:
    """A text of the length of a name is its NFKC, whatever it is written in, and is so to the second time too."""
    if len(normalize("NFKC", text)) <= 2 * len(text) + 32:
        assert compatible(text) == normalize("NFKC", text)


def test_kana_are_searched_as_large_katakana() -> None:
    """Hiragana and small kana of either kind become large katakana; all else only loses width and case."""
    assert searchable("ぁあッっヴゔﾊﾟＡ１") == "アアツツヴヴパa1"


def test_texts_are_cut_only_before_letters() -> None:
    """Before whatever a piece may begin with, a cut changes nothing: it joins with none that stand before it."""
    pairs = [decomposition(each).split() for each in CHARACTERS]
    joining = {chr(int(pair[1], 16)) for pair in pairs if len(pair) == 2 and "<" not in pair[0]}
    joining |= set(map(chr, [*range(0x1161, 0x1176), *range(0x11A7, 0x11C3)]))  # Hangul is joined by rule
    letters = [each for each in CHARACTERS if _PIECES.fullmatch(each * (MAX_MARKS + 1))]
    assert "テ" in letters
    assert "\u0301" not in letters
    first = [normalize("NFKD", each)[0] for each in letters]
    assert [each for each in first if combining(each) or each in joining] == []


def test_no_character_grows_without_bound() -> None:
    """A text takes a few times its memory at most, whichever character it is made of."""
    growing = [each for each in CHARACTERS if len(searchable(each)) > 1]
    assert max(len(searchable(each * 100)) for each in growing) <= 300


@pytest.mark.parametrize("kind", HOSTILE)
def test_every_form_takes_linear_time(kind: str) -> None:
    """Twice the text takes twice the time, in whatever way it is hard to bring into its form."""
    assert growth(lambda size: searchable(long(kind, size)), 20_000) < 3


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_parser_takes_linear_time(source: Source) -> None:
    """A long cell costs a column's parser twice as much as half of it, whatever of the column's form it repeats."""

    def parse(size: int) -> None:
        for piece in [*HOSTILE.values(), *HARD_CELLS]:
            with suppress(ValueError):
                source.parse((piece * size)[:size])

    assert growth(parse, 2_000) < 3.2


@pytest.mark.parametrize("kind", HOSTILE)
def test_labels_and_cells_of_a_file_take_linear_time(kind: str) -> None:
    """A file that is all hard text, in headers and cells, is read, searched and ordered in time linear in it."""

    def use(size: int) -> None:
        pandas = pytest.importorskip("pandas")
        cells = {**RACE, "馬名": long(kind, size), "レース名": long(kind, size), long(kind, size): "x"}
        records = race_records(frame_of(pandas.DataFrame([cells])), "01999")
        assert not mask(records, Where("horse_name", (Comparison("contains", "アーモンドアイ"),))).any()

    assert growth(use, 20_000) < 3


def test_parsers_read_a_minus_sign() -> None:
    """The typographic minus is one that numbers are read with."""
    assert fold("\N{MINUS SIGN}１") == "-1"

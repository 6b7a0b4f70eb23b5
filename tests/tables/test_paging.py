"""Orders, pages and cursors of any selection: pages part it, and cursors outlive changes of the file or say so."""

import base64
import random
from collections.abc import Callable
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from careers import career, careers, race_lists, rows_of
from conditions import conditions
from graphql_api.errors import BadUserInput, CursorExpired
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.records import RaceRecords
from graphql_api.tables import cursors
from graphql_api.tables.conditions import EVERYTHING, Comparison, Condition, Where
from graphql_api.tables.ordering import SORTED_AT_ONCE, Order, arrange, rank
from graphql_api.tables.paging import Page, PageArguments, Selection, page
from graphql_api.tables.table import Row
from graphql_api.text import compatible

if TYPE_CHECKING:
    from graphql_api.tables.windows import Window

MANY = 1_000
SCALARS = [field.name for field in FIELDS if field.type != list[int]]


def orders() -> st.SearchStrategy[tuple[Order, ...]]:
    """Draw up to three keys, each field once."""
    key = st.builds(Order, st.sampled_from(SCALARS), st.booleans(), st.booleans())
    return st.lists(key, max_size=3, unique_by=lambda each: each.name).map(tuple)


def comparable(value: Any) -> Any:
    """Give what a value is sorted by."""
    if isinstance(value, Enum):
        return list(type(value)).index(value)
    return (normalize("NFKC", value), value) if isinstance(value, str) else value


def plainly_sorted(rows: list[Row], keys: tuple[Order, ...]) -> list[int]:
    """Sort rows by plain Python: one stable sort a key, the last key first."""
    for order in reversed(keys):
        known = [row for row in rows if getattr(row, order.name) is not None]
        null = [row for row in rows if getattr(row, order.name) is None]
        known.sort(key=lambda row, name=order.name: comparable(getattr(row, name)), reverse=order.descending)
        rows = null + known if order.nulls_first else known + null
    return [row.index for row in rows]


@given(careers(), orders())
@settings(max_examples=60, deadline=None)
def test_any_order_is_a_plain_sort(records: RaceRecords, keys: tuple[Order, ...]) -> None:
    """Any fields, up or down, nulls at either end, give the order of a stable sort; ties stay as in the file."""
    arranged = arrange(records, np.arange(records.rows), keys)
    assert arranged.tolist() == plainly_sorted(rows_of(records), keys)


def numbers(found: Page) -> list[int]:
    """Give the row numbers of a page."""
    return [row.index for row in found.window]


def everything(selection: Selection, keys: tuple[Order, ...]) -> list[int]:
    """Give the rows of all pages."""
    return numbers(page(selection, keys, PageArguments(MANY)))


@given(careers(), conditions(), orders(), st.integers(1, 9))
@settings(max_examples=50, deadline=None)
def test_pages_part_any_selection(
    records: RaceRecords, condition: Condition, keys: tuple[Order, ...], size: int
) -> None:
    """Forwards and backwards, pages visit each chosen row once, in order, and say when it is over."""
    selection = Selection.where(records, condition)
    expected = everything(selection, keys)
    assert sorted(expected) == selection.numbers.tolist()
    forwards: list[int] = []
    after = None
    while len(forwards) < len(expected):
        found = page(selection, keys, PageArguments(MANY, first=size, after=after))
        assert found.has_previous == bool(forwards)
        forwards += numbers(found)
        assert found.has_next == (len(forwards) < len(expected))
        after = cursors.cursor(records, forwards[-1])
    assert forwards == expected
    backwards: list[int] = []
    before = None
    while len(backwards) < len(expected):
        found = page(selection, keys, PageArguments(MANY, last=size, before=before))
        backwards = numbers(found) + backwards
        assert found.has_previous == (len(backwards) < len(expected))
        before = cursors.cursor(records, backwards[0])
    assert backwards == expected


@given(careers(), conditions(), orders(), st.data())
@settings(max_examples=50, deadline=None)
def test_a_cursor_is_a_place_in_every_order_and_filter(
    records: RaceRecords, condition: Condition, keys: tuple[Order, ...], data: st.DataObject
) -> None:
    """Any race's cursor, whether or not the filter takes that race, divides the selection where that race stands."""
    assume(records.rows)
    row = data.draw(st.integers(0, records.rows - 1))
    whole = everything(Selection(records), keys)
    chosen = set(Selection.where(records, condition).numbers.tolist())
    text = cursors.cursor(records, row)
    selection = Selection.where(records, condition)
    behind = page(selection, keys, PageArguments(MANY, after=text))
    ahead = page(selection, keys, PageArguments(MANY, before=text))
    place = whole.index(row)
    assert numbers(behind) == [each for each in whole[place + 1 :] if each in chosen]
    assert numbers(ahead) == [each for each in whole[:place] if each in chosen]


@given(race_lists(max_size=8), race_lists(min_size=1, max_size=8), conditions(), orders(), st.data())
@settings(max_examples=50, deadline=None)
def test_cursors_survive_new_races_at_the_front(
    newer: list[dict[str, str]],
    older: list[dict[str, str]],
    condition: Condition,
    keys: tuple[Order, ...],
    data: st.DataObject,
) -> None:
    """After new races came, also when they moved rows to other source pages, a cursor gives what follows its race."""
    assume(not {"page_number"} & {key.name for key in keys})
    later = ({**each, "日付": each["日付"].replace("202", "203")} for each in newer)
    before, after = career(*older), career(*later, *({**each, "page_number": "2"} for each in older))
    row = data.draw(st.integers(0, before.rows - 1))
    text = cursors.cursor(before, row)
    selection = Selection.where(after, condition)
    whole = everything(Selection(after), keys)
    chosen = set(selection.numbers.tolist())
    behind = whole[whole.index(row + len(newer)) + 1 :]
    assert numbers(page(selection, keys, PageArguments(MANY, after=text))) == [
        each for each in behind if each in chosen
    ]


@given(race_lists(min_size=1, max_size=8), race_lists(max_size=8), st.data())
@settings(max_examples=50, deadline=None)
def test_a_cursor_gives_its_own_race_or_is_expired(
    old: list[dict[str, str]], new: list[dict[str, str]], data: st.DataObject
) -> None:
    """However a file changed, a cursor is found only where a race of the very same content stands, else expired."""
    before, after = career(*old), career(*new)
    row = data.draw(st.integers(0, before.rows - 1))
    place = after.rows - (before.rows - row)
    same = place >= 0 and old[row] == new[place]
    text = cursors.cursor(before, row)
    if same:
        assert cursors.find(after, text, "after") == place
    else:
        with pytest.raises(CursorExpired, match="'after'"):
            cursors.find(after, text, "after")


def test_a_corrected_race_expires_its_cursor() -> None:
    """Where a race's own result was corrected, its place in an order may be another, so its cursors are expired."""
    text = cursors.cursor(career({"着順": "1"}, {}), 0)
    with pytest.raises(CursorExpired, match="'before'"):
        cursors.find(career({"着順": "2"}, {}), text, "before")


@pytest.mark.parametrize("text", ["", "x", "%%%", "あ", "\ud800", "AAAA", "A" * 15, "A" * 17, "A" * 32, "A" * 10_000])
def test_what_is_no_cursor_is_bad_user_input(text: str) -> None:
    """Texts of another form are refused by the argument's name."""
    with pytest.raises(BadUserInput, match="'after'"):
        cursors.find(career({}), text, "after")


def test_a_cursor_made_up_of_this_version_is_bad_user_input() -> None:
    """A cursor that names the present version, and a race that is not in it, was never given out."""
    records = career({}, {"着順": "5"})
    first, second = (base64.urlsafe_b64decode(cursors.cursor(records, row)) for row in (0, 1))
    with pytest.raises(BadUserInput, match="'after'"):
        cursors.find(records, base64.urlsafe_b64encode(first[:4] + second[4:]).decode(), "after")


def test_cursors_of_an_empty_career_are_expired() -> None:
    """Where all races are gone, a cursor is expired."""
    with pytest.raises(CursorExpired):
        cursors.find(career(), cursors.cursor(career({}), 0), "after")


def test_cursors_are_the_same_in_every_process() -> None:
    """A cursor must not depend on the process that made it: this one is written down."""
    assert cursors.cursor(career({}), 0) == "AAAAAQcXrloewHvd"


@pytest.mark.parametrize(("first", "last"), [(-1, None), (None, -1), (MANY + 1, None), (None, MANY + 1)])
def test_counts_out_of_bounds_are_refused(first: int | None, last: int | None) -> None:
    """Below zero and above the bound are errors that name the argument and, above, the bound."""
    name = "first" if first is not None else "last"
    with pytest.raises(BadUserInput, match=f"'{name}'"):
        PageArguments(MANY, first=first, last=last)


def test_the_whole_file_stays_a_slice() -> None:
    """Without filter and order nothing is gathered: all rows, or a slice of them."""
    records = career({}, {}, {})
    assert page(Selection(records), (), PageArguments(MANY)).window.rows.everything
    assert page(Selection(records), (), PageArguments(MANY, first=2)).window.rows.index == slice(0, 2)


def test_equal_choices_have_equal_keys_and_others_do_not() -> None:
    """A window's key says filter, order and place, so that its encoded rows can be kept and found again."""
    records = career(*({"日付": f"2024/01/{day:02}"} for day in range(1, 10)))

    def key(condition: Condition = EVERYTHING, keys: tuple[Order, ...] = (), **asked: Any) -> Any:
        window: Window = page(Selection.where(records, condition), keys, PageArguments(MANY, **asked)).window
        return window.rows.key

    one = conditions_of(date(2024, 1, 2))
    assert key(one, first=2) == key(conditions_of(date(2024, 1, 2)), first=2)
    choices = [key(), key(first=2), key(one), key(one, (Order("date"),)), key(keys=(Order("date"),)), key(one, first=2)]
    assert len(set(choices)) == len(choices)


def conditions_of(day: date) -> Condition:
    """Give a filter by day."""
    return Where("date", (Comparison("gte", day),))


def test_both_cursors_frame_a_page() -> None:
    """``after`` and ``before`` together frame rows; the wrong way round they frame none."""
    records = career(*({"日付": f"2024/01/{day:02}"} for day in range(9, 0, -1)))
    by_date = (Order("date"),)
    early, late = cursors.cursor(records, 7), cursors.cursor(records, 2)
    assert numbers(page(Selection(records), by_date, PageArguments(MANY, after=early, before=late))) == [6, 5, 4, 3]
    assert numbers(page(Selection(records), by_date, PageArguments(MANY, after=late, before=early))) == []


MAKERS: list[Callable[[int], Any]] = [lambda number: f"{chr(ord('Ａ') + number % 26)}{number}", float]


@pytest.mark.parametrize("make", MAKERS)
def test_many_values_are_ranked_as_few_are(make: Callable[[int], Any]) -> None:
    """Values that are sorted in parts come in the order of one sort: texts by their form, of one form by themselves."""
    values = [make(number) for number in random.Random(11).sample(range(3 * SORTED_AT_ONCE), 2 * SORTED_AT_ONCE)]
    values += [normalize("NFKC", each) for each in values if isinstance(each, str)]
    key = (lambda value: (compatible(value), value)) if isinstance(values[0], str) else None
    ranking = rank([*values, None])
    assert list(ranking.distinct) == sorted(set(values), key=key)
    assert [ranking.distinct[place] for place in ranking.ranks[:-1]] == values
    assert ranking.ranks[-1] == len(ranking.distinct)

"""Jockeys and horses listed, filtered, ordered and found, as questions to the archive."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from archives import Archive

from careers import RACE, career
from graphql_api.archive.building import Workshop
from graphql_api.archive.editions import Edition
from graphql_api.archive.entries import Entry
from graphql_api.archive.listing import HORSES, JOCKEYS, List, ListPage, by_keys, find, read_list
from graphql_api.archive.refresh import Refresh
from graphql_api.config import Settings
from graphql_api.errors import CursorExpired
from graphql_api.execution.context import Context
from graphql_api.jockeys.records import RaceRecords
from graphql_api.services import Services
from graphql_api.storage.folder import FolderStorage
from graphql_api.tables.column import constant
from graphql_api.tables.conditions import EVERYTHING, Comparison, Condition, Where
from graphql_api.tables.ordering import Order

HORSES_OF = {
    "00001": ["キタノホシ", "ミドリ", "ミドリ"],
    "00002": ["キタノホシ"],
    "a0001": ["ｷﾀ", "オオキタ", "キタノホシ", "ｷﾀ"],
}
NAMES = {"00001": ["甲野", "甲野太郎"], "00002": ["乙野"], "00003": ["Ｊ．スミス"], "a0001": ["甲野"]}


def rides(jockey_id: str) -> RaceRecords:
    """Read a jockey's rides: each on its day, the first half won."""
    horses, names = HORSES_OF.get(jockey_id, []), NAMES.get(jockey_id, [])
    rows = [
        RACE | {"日付": f"2024/09/{day + 1:02}", "馬名": horse, "騎手": names[day % len(names)], "着順": str(1 + day)}
        for day, horse in enumerate(horses)
    ]
    records = career(*reversed(rows))
    return replace(records, fields={**records.fields, "jockey_id": constant(jockey_id, records.rows)})


class Listed:
    """An edition to ask, a request at a time."""

    def __init__(self, archive: Archive, services: Services) -> None:
        """Ask an archive's engine."""
        self.edition = Edition(archive.engine.manifest, archive.engine, "version", None)
        self.services = services

    def page(
        self,
        condition: Condition = EVERYTHING,
        orders: tuple[Order, ...] = (),
        count: int = 9,
        after: str | None = None,
    ) -> ListPage:
        """Read a page of jockeys."""
        asked = List(JOCKEYS, condition, orders, count, after)
        return asyncio.run(read_list(self.edition, Context(self.services), asked))

    def found(self, query: str, *, horses: bool = False) -> list[str]:
        """Name what a text finds."""
        listing = HORSES if horses else JOCKEYS
        rows = asyncio.run(find(self.edition, Context(self.services), listing, query, 9))
        return [getattr(row, listing.key) for row in rows]


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listed]:
    """List five jockeys, one of them without rides, and one not read yet."""
    storage = FolderStorage(tmp_path_factory.mktemp("data"))
    run = Refresh(storage)
    shop = Workshop(tmp_path_factory.mktemp("work"))
    for jockey_id in ("00001", "00002", "00003", "a0001"):
        shop.add(jockey_id, rides(jockey_id))
        run.sources[jockey_id] = "etag"
    run.sources["00004"] = None
    run._unread.add("00004")
    run._publish(shop, lambda: None)
    shop.close()
    archive = Archive(storage)
    yield Listed(archive, Services(Settings(), storage))
    archive.close()


def ids(page: ListPage) -> list[str]:
    """Give the ids of a page."""
    return [row.id for row in page.rows]


def test_jockeys_come_by_id_at_first(listed: Listed) -> None:
    """All of them, the one that was not read with nothing but the id."""
    page = listed.page()
    assert ids(page) == ["00001", "00002", "00003", "00004", "a0001"]
    assert (page.total, page.has_previous, page.has_next) == (5, False, False)
    assert (page.rows[3].name, page.rows[3].rides, page.rows[2].rides) == (None, None, 0)


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize(
    "orders",
    [(), (Order("wins", descending=True),), (Order("last_date", nulls_first=True), Order("name")), (Order("id"),)],
    ids=["id", "wins", "last_date, name", "by id"],
)
def test_pages_join_to_the_whole(listed: Listed, orders: tuple[Order, ...], size: int) -> None:
    """Each page goes on where the one before it ends, in every order, with null first or last."""
    whole = ids(listed.page(orders=orders))
    joined: list[str] = []
    while True:
        page = listed.page(orders=orders, count=size, after=joined[-1] if joined else None)
        assert page.has_previous == bool(joined)
        joined += ids(page)
        if not page.has_next:
            break
    assert joined == whole


def test_orders_and_filters_apply(listed: Listed) -> None:
    """The count is of what the filter takes; what is null passes no test."""
    some = Where("rides", (Comparison("gt", 0),))
    page = listed.page(some, (Order("rides", descending=True),), 2)
    assert (ids(page), page.total, page.has_next) == (["a0001", "00001"], 3, True)
    assert ids(listed.page(Where("name", (Comparison("starts_with", "甲"),)))) == ["00001", "a0001"]
    assert ids(listed.page(Where("win_rate", (Comparison("is_null", True),)))) == ["00003", "00004"]


def test_a_cursor_is_good_for_any_filter(listed: Listed) -> None:
    """A page begins behind the cursor's jockey whether the filter takes that jockey or not."""
    page = listed.page(Where("id", (Comparison("in", frozenset({"00001", "a0001"})),)), after="00003")
    assert (ids(page), page.has_previous) == (["a0001"], True)


def test_a_cursor_of_a_jockey_that_has_gone(listed: Listed) -> None:
    """A jockey that is no longer listed has no place."""
    with pytest.raises(CursorExpired):
        listed.page(after="09999")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("甲野", ["a0001", "00001"]),
        ("00002", ["00002"]),
        ("A0001", ["a0001"]),
        ("0000", ["00001", "00002", "00003", "00004"]),
        ("野", ["a0001", "00001", "00002"]),
        ("太郎", ["00001"]),
        ("nobody", []),
    ],
)
def test_jockeys_are_found_by_id_or_name(listed: Listed, query: str, expected: list[str]) -> None:
    """By any name they rode under: exact matches first, then beginnings, then any; of equals, most rides first."""
    assert listed.found(query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("キタ", ["ｷﾀ", "キタノホシ", "オオキタ"]),
        ("きた", ["ｷﾀ", "キタノホシ", "オオキタ"]),
        ("みどり", ["ミドリ"]),
        ("ノホシ", ["キタノホシ"]),
        ("ﾉﾎﾟ", []),
    ],
)
def test_horses_are_found_by_name(listed: Listed, query: str, expected: list[str]) -> None:
    """Width, case and kind of kana do not count; of equals those with most jockeys come first."""
    assert listed.found(query, horses=True) == expected


def test_a_horse_is_summed_up_of_all_rides(listed: Listed) -> None:
    """Its jockeys, days and counts are those of every file in which its name stands."""
    found = asyncio.run(by_keys(listed.edition, Context(listed.services), HORSES, ["キタノホシ", "gone"]))
    (horse,) = found.values()
    assert (horse.jockeys, horse.jockey_count, horse.record_count) == (["00001", "00002", "a0001"], 3, 3)
    assert (horse.ride_count, horse.wins, str(horse.first_date), str(horse.last_date)) == (
        3,
        2,
        "2024-09-01",
        "2024-09-03",
    )


def test_of_an_unread_jockey_nothing_else_is_known() -> None:
    """An entry without a file has null where it is not known."""
    entry = Entry("00001")
    assert {name for name in Entry.__slots__ if getattr(entry, name) not in (None, ())} == {"id"}
    assert entry.win_rate is None

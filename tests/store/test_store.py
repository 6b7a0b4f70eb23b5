"""Stores: one suite over SQLite and DynamoDB (moto, one call at a time; dynalite, as it is)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from graphql_api.errors import Conflict, ItemTooLarge, StoreUnavailable
from graphql_api.store.protocol import ItemStore, Key, Write
from graphql_api.store.rate_limits import Draw

if TYPE_CHECKING:
    from store_servers import Make

pytest_plugins = ("store_servers",)

KEY = Key("SLIP#1", "METADATA")
SECOND = 1_000_000_000


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        """Begin at some time."""
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Give a clock."""
    return Clock()


@pytest.fixture
def store(make_store: "Make", clock: Clock) -> ItemStore:
    """Give an empty store."""
    return make_store(clock)


def test_what_was_never_written_is_not_there(store: ItemStore) -> None:
    """Reading, deleting and drawing meet nothing, and make nothing."""
    store.check()
    assert store.get(KEY) is None
    assert store.query("SLIP#1") == ((), None)
    assert store.draw(KEY, 0, {"n": Draw(1, 1, 1)}) is None
    store.delete(KEY)
    assert store.get(KEY) is None


def test_a_body_is_read_as_it_was_written(store: ItemStore) -> None:
    """Any JSON comes back, and each new body raises the version."""
    body = {"名": "三連単", "stakes": [100, 0.5, None], "nested": {"ok": True}}
    assert store.put(KEY, body).version == 1
    found = store.get(KEY)
    assert found is not None
    assert (found.key, found.body, found.version, found.expires) == (KEY, body, 1, None)
    assert store.put(KEY, {}, expires=1_900_000_000).version == 2
    again = store.get(KEY)
    assert again is not None
    assert (again.body, again.expires) == ({}, 1_900_000_000)


def test_a_body_is_replaced_only_in_the_version_expected(store: ItemStore) -> None:
    """Who read an older version has to read again; 0 is for creation."""
    assert store.put(KEY, {"a": 1}, expected=0).version == 1
    for wrong in (0, 2):
        with pytest.raises(Conflict):
            store.put(KEY, {"a": 2}, expected=wrong)
    assert store.put(KEY, {"a": 2}, expected=1).version == 2
    with pytest.raises(Conflict):
        store.put(Key("SLIP#2", "METADATA"), {}, expected=1)
    with pytest.raises(Conflict):
        store.delete(KEY, expected=1)
    store.delete(KEY, expected=2)
    assert store.get(KEY) is None
    assert store.put(KEY, {"a": 3}, expected=0).version == 1


def test_expired_items_are_not_there(store: ItemStore, clock: Clock) -> None:
    """For no operation; to create one anew, or to add to it, begins from nothing."""
    expires = int(clock.now) + 10
    names = ["a", "b", "c", "d"]
    for name in names:
        store.put(Key("P", name), {"old": True}, expires=expires)
        store.add(Key("P", name), {"n": 5})
    assert store.put(Key("P", "a"), {"old": True}, expires=expires).expires == expires
    clock.now += 10
    assert store.get(Key("P", "a")) is None
    assert store.query("P").items == ()
    assert store.draw(Key("P", "a"), 0, {"n": Draw(1, 1, 1)}) is None
    with pytest.raises(Conflict):
        store.put(Key("P", "a"), {}, expected=1)
    assert store.put(Key("P", "a"), {}, expected=0).numbers == {}
    assert store.put(Key("P", "b"), {}).version == 1
    added = store.add(Key("P", "c"), {"n": 1})
    assert (added.numbers, added.body, added.expires) == ({"n": 1}, {}, None)
    store.delete(Key("P", "d"))
    assert [each.key.sk for each in store.query("P").items] == ["a", "b", "c"]


def test_a_query_gives_what_begins_with_a_prefix_in_order_page_by_page(store: ItemStore, clock: Clock) -> None:
    """Expired items take no place on a page."""
    for number in range(12):
        expires = int(clock.now) + 5 if number % 3 else None
        store.put(Key("P", f"MESSAGE#{number:02}"), {"n": number}, expires=expires)
    store.put(Key("P", "META"), {})
    store.put(Key("P", "MESSAGF"), {})
    store.put(Key("Q", "MESSAGE#00"), {})
    first = store.query("P", "MESSAGE#", limit=5)
    assert [each.body["n"] for each in first.items] == [0, 1, 2, 3, 4]
    second = store.query("P", "MESSAGE#", first.after, limit=50)
    assert [each.body["n"] for each in second.items] == list(range(5, 12))
    assert second.after is None
    clock.now += 5
    left, after = [], None
    while True:
        page = store.query("P", "MESSAGE#", after, limit=3)
        left += [each.body["n"] for each in page.items]
        after = page.after
        if after is None:
            break
    assert left == [0, 3, 6, 9]
    assert [each.key.sk for each in store.query("P", limit=2).items] == ["MESSAGE#00", "MESSAGE#03"]
    assert len(store.query("P").items) == 6


def test_numbers_are_added_to_and_survive_a_new_body(store: ItemStore) -> None:
    """Adding makes the item, and leaves body and version as they are."""
    assert store.add(KEY, {"requests": 2, "bytes": 10}, expires=1_900_000_000).numbers == {"requests": 2, "bytes": 10}
    assert store.put(KEY, {"a": 1}, expected=1).numbers == {"requests": 2, "bytes": 10}
    added = store.add(KEY, {"requests": -1, "cost": 2**60})
    assert added.numbers == {"requests": 1, "bytes": 10, "cost": 2**60}
    assert (added.body, added.version) == ({"a": 1}, 2)
    with pytest.raises(ValueError, match="Name"):
        store.add(KEY, {"Name; DROP": 1})


def test_an_item_has_a_largest_size(store: ItemStore) -> None:
    """400,000 bytes of UTF-8, keys included."""
    store.put(KEY, {"a": "x" * 399_900})
    with pytest.raises(ItemTooLarge):
        store.put(KEY, {"a": "あ" * 140_000})


def test_a_draw_moves_marks_no_further_than_the_burst(store: ItemStore) -> None:
    """GCRA: full at first, then as fast as the rate earns; what is owed is taken whatever the limit says."""
    store.put(KEY, {"name": "a"})
    now = 1_800_000_000 * SECOND

    def draw(at: int, least: int, most: int, owed: int = 0) -> tuple[bool, int]:
        drawn = store.draw(KEY, at, {"mark": Draw(least, most, 10 * SECOND, owed)})
        assert drawn is not None
        assert drawn.item.body == {"name": "a"}
        return drawn.granted, drawn.taken["mark"]

    assert draw(now, SECOND, 4 * SECOND) == (True, 4 * SECOND)
    assert draw(now, SECOND, 100 * SECOND) == (True, 6 * SECOND)
    assert draw(now, 1, SECOND) == (False, 0)
    assert draw(now + SECOND, SECOND, SECOND) == (True, SECOND)
    assert draw(now + SECOND, SECOND, SECOND, owed=3 * SECOND) == (False, 0)
    assert draw(now + 4 * SECOND, 1, SECOND) == (False, 0)
    assert draw(now + 5 * SECOND, 1, 2 * SECOND) == (True, SECOND)
    assert draw(now + 500 * SECOND, SECOND, 100 * SECOND, owed=SECOND) == (True, 9 * SECOND)


def test_an_item_may_name_the_amount_of_a_draw(store: ItemStore) -> None:
    """For callers that do not know it: at first, where all is earned, and where others have taken some."""
    now = 1_800_000_000 * SECOND
    limits = {"a": Draw(0, SECOND, 10 * SECOND, part="first_a"), "b": Draw(0, SECOND, 10 * SECOND, part="first_b")}
    store.put(KEY, {})
    store.add(KEY, {"first_a": 4 * SECOND})
    for marks, taken in (
        ({"a": 4, "b": 1}, {"a": 4, "b": 1}),
        ({"a": 8, "b": 2}, {"a": 4, "b": 1}),
        ({"a": 10, "b": 3}, {"a": 2, "b": 1}),
    ):
        drawn = store.draw(KEY, now, limits)
        assert drawn is not None
        assert drawn.granted
        assert drawn.taken == {name: amount * SECOND for name, amount in taken.items()}
        numbers = {name: now + amount * SECOND for name, amount in marks.items()}
        assert drawn.item.numbers == {**numbers, "first_a": 4 * SECOND}


def test_a_draw_from_an_item_without_the_text_takes_nothing(store: ItemStore) -> None:
    """Whatever is guessed of its marks; one that contains the text is drawn from, and told."""
    now = 1_800_000_000 * SECOND
    limit = {"a": Draw(0, SECOND, 10 * SECOND)}
    assert store.draw(KEY, now, limit, holding="secret") is None
    store.put(KEY, {"secrets": ["secret"]})
    for mark in (now + SECOND, now + 2 * SECOND):
        for seen in (None, {"a": mark - SECOND}):
            assert store.draw(KEY, now, limit, seen, "other") is None
        drawn = store.draw(KEY, now, limit, holding="secret")
        assert drawn is not None
        assert (drawn.taken, drawn.item.numbers, drawn.item.body) == (
            {"a": SECOND},
            {"a": mark},
            {"secrets": ["secret"]},
        )


def test_a_draw_from_several_limits_takes_all_or_none(store: ItemStore) -> None:
    """Whatever the caller believes of the marks."""
    store.put(KEY, {})
    now = 1_800_000_000 * SECOND
    both = {"a": Draw(SECOND, SECOND, 2 * SECOND), "b": Draw(SECOND, SECOND, SECOND)}
    drawn = store.draw(KEY, now, both)
    assert drawn is not None
    assert drawn.granted
    assert drawn.item.numbers == {"a": now + SECOND, "b": now + SECOND}
    for seen in (None, drawn.item.numbers, {"a": now - 5, "b": now - 5}):
        refused = store.draw(KEY, now, both, seen)
        assert refused is not None
        assert (refused.granted, refused.item.numbers) == (False, drawn.item.numbers)
    later = store.draw(KEY, now + SECOND, both, {"a": now + 7 * SECOND})
    assert later is not None
    assert later.granted


def at_once(work: Callable[[ItemStore], int], make_store: "Make", tries: int) -> list[int]:
    """Run ``work`` in eight threads, each with a store of its own; one that finds the file busy tries again."""

    def all_tries(store: ItemStore) -> list[int]:
        return [patiently(lambda: work(store)) for _ in range(tries)]

    stores = [make_store() for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        return [each for made in threads.map(all_tries, stores) for each in made]


def patiently(work: Callable[[], int]) -> int:
    """Return what ``work`` returns; it is done again where SQLite tells that others wrote all the time, and it did not.

    On a machine with much else to do that takes longer than a store waits.
    """
    while True:
        try:
            return work()
        except StoreUnavailable as error:
            if error.log_fields.get("error_code") != "SQLITE_BUSY":
                raise


def test_nothing_that_is_added_at_once_is_lost(make_store: "Make") -> None:
    """Whoever adds, and whether or not the item was there."""
    at_once(lambda store: store.add(KEY, {"n": 1}).version, make_store, 25)
    found = make_store().get(KEY)
    assert found is not None
    assert found.numbers == {"n": 200}


def test_of_many_who_create_or_replace_at_once_one_does(make_store: "Make") -> None:
    """The others are told."""

    def attempt(expected: int) -> Callable[[ItemStore], int]:
        def work(store: ItemStore) -> int:
            try:
                return store.put(KEY, {}, expected=expected).version
            except Conflict:
                return 0

        return work

    assert sorted(at_once(attempt(0), make_store, 1)) == [0] * 7 + [1]
    assert sorted(at_once(attempt(1), make_store, 1)) == [0] * 7 + [2]


def test_no_more_is_drawn_at_once_than_there_is(make_store: "Make") -> None:
    """The clock stands still, so that nothing is earned: exactly the burst is taken."""
    make_store().put(KEY, {})
    now = 1_800_000_000 * SECOND

    def work(store: ItemStore) -> int:
        drawn = store.draw(KEY, now, {"a": Draw(1, 1, 100), "b": Draw(2, 2, 1_000)})
        return 1 if drawn is not None and drawn.granted else 0

    assert sum(at_once(work, make_store, 20)) == 100


def test_many_items_are_written_whole(store: ItemStore, clock: Clock) -> None:
    """More than one call takes, each as a new one, whatever was there; of one key the later, and nothing is no call."""
    store.put_all([])
    store.put(Key("P", "000"), {"old": True})
    store.add(Key("P", "000"), {"n": 5})
    expires = int(clock.now) + 10
    writes = [Write(Key("P", f"{number:03}"), {"n": number, "odds": [1.5, None]}, expires) for number in range(60)]
    store.put_all([*writes, Write(Key("P", "000"), {"last": True})])
    found = store.query("P").items
    assert [item.key.sk for item in found] == [f"{number:03}" for number in range(60)]
    assert (found[0].body, found[0].numbers, found[0].version, found[0].expires) == ({"last": True}, {}, 1, None)
    assert (found[7].body, found[7].expires) == ({"n": 7, "odds": [1.5, None]}, expires)
    clock.now += 10
    assert [item.key.sk for item in store.query("P").items] == ["000"]


def test_an_item_too_large_keeps_the_others_out(store: ItemStore) -> None:
    """A batch with one is refused before anything is written."""
    with pytest.raises(ItemTooLarge):
        store.put_all([Write(KEY, {}), Write(Key("P", "a"), {"text": "x" * 400_000})])
    assert store.get(KEY) is None

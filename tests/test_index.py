"""The index: what it holds of a jockey, its file, how it is refreshed, and how a server keeps it."""

import asyncio
import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from threading import Thread
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes import FakeClock, FakeStorage
from graphql_api import samples
from graphql_api.config import Settings
from graphql_api.errors import BadUserInput, CursorExpired, DataCorrupt, StorageFault, UpstreamUnavailable
from graphql_api.index.build import Refresh
from graphql_api.index.cache import Index, IndexCache
from graphql_api.index.catalogue import Catalogue, cursor, only_ids
from graphql_api.index.entries import LONGEST_NAME, MAX_HORSES, Entry, entry
from graphql_api.index.file import BOUNDS, NAME, dump, load
from graphql_api.jockeys.decoding import decode
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.vocabulary import FinishStatus, Jurisdiction
from graphql_api.snapshots.failures import RETRY_PAUSE
from graphql_api.snapshots.trace import Trace
from graphql_api.tables.conditions import EVERYTHING, Comparison, Where
from graphql_api.tables.ordering import Order
from graphql_api.workers import Workers

NO_RIDE = {FinishStatus.SCRATCHED, FinishStatus.EXCLUDED, FinishStatus.ABANDONED, FinishStatus.UNKNOWN}


def pickled(jockey_id: str, rows: int = 20, seed: int = 1) -> bytes:
    """Make a jockey's file."""
    out = io.BytesIO()
    samples.frame(jockey_id, rows, seed).to_pickle(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """Give five jockeys' files: flat, jump, none, local, overseas."""
    return {each: pickled(each, 0 if each == "00003" else 20) for each in ("00001", "00002", "00003", "05001", "a0001")}


@pytest.fixture
def storage(files: dict[str, bytes]) -> FakeStorage:
    """Hold the files, without an index."""
    return FakeStorage(files)


def records_of(data: bytes, jockey_id: str = "00001") -> RaceRecords:
    """Decode a file."""
    return decode(data, jockey_id, Trace())


def refreshed(storage: FakeStorage, **options: Any) -> Refresh:
    """Run a refresh to its end."""
    run = Refresh(storage, **options)
    run.run(4)
    return run


def indexed(storage: FakeStorage) -> dict[str, Entry]:
    """Give the entries of the index that is stored."""
    return {each.id: each for each in load(storage.objects[NAME].data).entries()}


# What it holds of a jockey.


def test_an_entry_is_what_the_rows_say(files: dict[str, bytes]) -> None:
    """Counts, days, names and horses agree with a plain reading of the rows."""
    for jockey_id, data in files.items():
        records = records_of(data, jockey_id)
        rows = [{name: column[row] for name, column in records.fields.items()} for row in range(records.rows)]
        rides = [each for each in rows if each["finish_status"] not in NO_RIDE]
        found = entry(jockey_id, "etag", records)
        assert (found.id, found.etag, found.record_count, found.rides) == (jockey_id, "etag", len(rows), len(rides))
        for position, count in enumerate((found.wins, found.seconds, found.thirds), 1):
            assert count == sum(each["finish_position"] == position for each in rides)
        prizes = [each["prize_money"] for each in rows if each["prize_money"] is not None]
        assert found.prize_money == (pytest.approx(sum(prizes)) if prizes else None)
        days = [each["date"] for each in rows]
        assert (found.first_date, found.last_date) == (min(days, default=None), max(days, default=None))
        assert set(found.horses) == {each["horse_name"] for each in rows}
        assert set(found.names) == {each["jockey_name"] for each in rows} - {None}
        kinds = [each["jurisdiction"] for each in rows]
        assert found.jurisdiction == (max(kinds, key=kinds.count) if kinds else None)


# Its file.

ENTRIES = st.builds(
    Entry,
    id=st.from_regex(r"\d{5}", fullmatch=True),
    etag=st.none() | st.text(max_size=9),
    name=st.none() | st.text(max_size=4),
    jurisdiction=st.none() | st.sampled_from(Jurisdiction),
    record_count=st.none() | st.integers(0, 2**31 - 1),
    first_date=st.none() | st.dates(),
    last_date=st.none() | st.dates(),
    rides=st.none() | st.integers(0, 2**31 - 1),
    prize_money=st.none() | st.floats(allow_nan=False),
    names=st.lists(st.text(max_size=4), max_size=3),
    horses=st.lists(st.text(max_size=9), max_size=5),
)


@settings(deadline=None)
@given(st.lists(ENTRIES, max_size=8))
def test_the_file_gives_back_what_was_written(entries: list[Entry]) -> None:
    """Any entries, none of them included, come back as they were, nulls and empty texts apart."""
    assert load(dump(entries)).entries() == entries


def test_numpy_reads_the_file_by_itself(files: dict[str, bytes]) -> None:
    """The file is what it says: an archive of columns that numpy opens without pickles."""
    data = dump([entry("00001", "etag", records_of(files["00001"]))])
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        assert archive["rides"].tolist() == [20]
        assert archive["last_date"].dtype == np.dtype("datetime64[D]")


def test_what_is_no_index_is_refused(files: dict[str, bytes]) -> None:
    """Cut off, damaged or of another layout: always the same error, and never anything that is run."""
    good = dump([entry("00001", "etag", records_of(files["00001"]))])
    with np.load(io.BytesIO(good)) as archive:
        columns = {name: archive[name] for name in archive.files}
    changes: dict[str, dict[str, Any]] = {
        "a text of none": {"id": np.array([10**6], np.int32)},
        "no id": {"id": np.array([-1], np.int32)},
        "one too many": {"rides": np.array([1, 2], np.int32)},
        "two dimensions": {"rides": np.array([[1]], np.int32)},
        "another type": {"rides": np.array([1.5])},
        "objects": {"rides": np.array([object()], object)},
        "a day beyond years": {"first_date": np.array(["99999-01-01"], "datetime64[D]")},
        "a list beyond its end": {"horses.ends": columns["horses.ends"] + 1},
        "lists for nobody": {"horses.ends": np.append(columns["horses.ends"], columns["horses.ends"][-1])},
        "null in a list": {"horses": columns["horses"] - columns["horses"].max() - 1},
        "texts in disorder": {"texts.ends": columns["texts.ends"][::-1]},
        "no text": {"texts": columns["texts"] | 0x80},
    }
    broken = {what: io.BytesIO() for what in changes}
    for what, out in broken.items():
        np.savez(out, **{**columns, **changes[what]})
    less = io.BytesIO()
    np.savez(less, **{name: each for name, each in columns.items() if name != "wins"})
    cut = [good[: len(good) * part // 7] for part in range(7)]
    for data in (b"junk", less.getvalue(), *cut, *(each.getvalue() for each in broken.values())):
        with pytest.raises(DataCorrupt):
            load(data)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4))
def test_damage_is_refused_or_harmless(changes: list[tuple[float, int]]) -> None:
    """Whatever bytes change, the index is refused as corrupt, or is one that can be searched."""
    data = bytearray(dump([Entry("00001", "e", "n", names=["n"], horses=["h", "i"]), Entry("00002", horses=["h"])]))
    for place, byte in changes:
        data[int(place * len(data))] = byte
    try:
        catalogue = Catalogue(load(bytes(data)))
    except DataCorrupt:
        return
    catalogue.horses("h", 5)
    catalogue.jockeys("n", 5)


def arrays_of(entries: list[Entry]) -> dict[str, Any]:
    """Give the arrays of an index."""
    with np.load(io.BytesIO(dump(entries))) as archive:
        return {name: archive[name] for name in archive.files}


def archived(**arrays: Any) -> bytes:
    """Make an index of arrays."""
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


@pytest.mark.parametrize("name", ["horses", "names", "rides", "texts", "texts.ends", "horses.ends"])
def test_an_array_beyond_its_bound_takes_no_memory(name: str) -> None:
    """An array of more items than any index has is refused by its head, before a byte of it is unpacked."""
    arrays = arrays_of([Entry("00001", horses=["h"])])
    data = archived(**{**arrays, name: np.zeros(BOUNDS[name] + 1, arrays[name].dtype)})
    tracemalloc.start()
    try:
        with pytest.raises(DataCorrupt):
            load(data)
        assert tracemalloc.get_traced_memory()[1] < 4 * len(data) + 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("count", [BOUNDS["horses"], 10**12])
def test_a_head_that_promises_more_than_there_is_takes_no_memory(count: int) -> None:
    """A head may say any length: what counts is what comes, and at most what an index may have."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<i4", "fortran_order": False, "shape": (count,)})
    out = io.BytesIO(archived(**{name: each for name, each in arrays_of([]).items() if name != "horses"}))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("horses.npy", head.getvalue())
    tracemalloc.start()
    try:
        with pytest.raises(DataCorrupt):
            load(out.getvalue())
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("compression", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_compression_that_numpy_does_not_use_is_refused(compression: int) -> None:
    """An archive that is compressed otherwise than numpy does is none of ours."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, array in arrays_of([Entry("00001")]).items():
            content = io.BytesIO()
            np.save(content, array)
            archive.writestr(f"{name}.npy", content.getvalue())
    with pytest.raises(DataCorrupt) as caught:
        load(out.getvalue())
    assert caught.value.log_fields["reason"] == "a compression that numpy does not use"


def test_a_directory_of_many_members_is_refused() -> None:
    """The archive's directory is not read where it has more members than an index."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(1_000):
            archive.writestr(f"{number}.npy", b"")
    with pytest.raises(DataCorrupt, match="cannot be read") as caught:
        load(out.getvalue())
    assert caught.value.log_fields["reason"] == "too many members"


def test_an_index_that_could_not_be_read_is_not_written() -> None:
    """What would pass a bound is told when it is written, not when it is read."""
    entries = [Entry(f"{number:05}", names=["n"] * 10_000) for number in range(BOUNDS["names"] // 10_000 + 1)]
    with pytest.raises(DataCorrupt) as caught:
        dump(entries)
    assert caught.value.log_fields["reason"] == "too many items: names"


def test_one_file_does_not_fill_the_index() -> None:
    """Of a file with more horses than any career has some are kept, and texts too long for a name are none."""
    horses = [f"{number:06}" for number in range(MAX_HORSES + 5)]
    codes = np.arange(len(horses) + 1)
    plain = records_of(pickled("00001", rows=1))
    fields = {name: replace(column, codes=np.zeros_like(codes)) for name, column in plain.fields.items()}
    fields["horse_name"] = replace(plain.fields["horse_name"], codes=codes, values=[*horses, "x" * (LONGEST_NAME + 1)])
    found = entry("00001", "etag", replace(plain, rows=len(codes), fields=fields))
    assert list(found.horses) == horses[:MAX_HORSES]


# How it is refreshed.


def test_the_first_run_reads_all(storage: FakeStorage, files: dict[str, bytes]) -> None:
    """Without an index every file is read once, and the index holds every jockey."""
    run = refreshed(storage)
    assert storage.reads == dict.fromkeys(files, 1)
    assert dict(run.outcomes) == {"read": len(files)}
    assert indexed(storage) == {
        each: entry(each, storage.put(each, data).etag, records_of(data, each)) for each, data in files.items()
    }


def test_a_refresh_reads_only_what_changed(storage: FakeStorage) -> None:
    """A file that changed, or is new, is read; the others are asked by ETag; one that has gone is dropped."""
    refreshed(storage)
    storage.put("00001", pickled("00001", rows=30))
    storage.put("05002", pickled("05002"))
    storage.remove("a0001")
    storage.reads.clear()
    run = refreshed(storage)
    assert dict(run.outcomes) == {"read": 2, "unchanged": 3}
    assert storage.unchanged.total() == 3
    assert run.removed == 1
    assert indexed(storage).keys() == {"00001", "00002", "00003", "05001", "05002"}
    assert indexed(storage)["00001"].record_count == 30


def test_an_index_that_is_current_is_left_alone(storage: FakeStorage) -> None:
    """Where nothing changed, nothing is written, so that servers need not load it again."""
    refreshed(storage)
    before = storage.objects[NAME]
    run = refreshed(storage)
    assert not run.written
    assert storage.objects[NAME] is before


def test_progress_is_told(storage: FakeStorage, files: dict[str, bytes]) -> None:
    """Each jockey advances the progress by one."""
    steps: list[None] = []
    Refresh(storage).run(2, lambda: steps.append(None))
    assert len(steps) == len(files)


@pytest.mark.parametrize("error", [UpstreamUnavailable, StorageFault, KeyboardInterrupt])
def test_an_interrupted_run_is_gone_on_with(storage: FakeStorage, error: type[BaseException]) -> None:
    """What was read before the storage failed, or Ctrl+C, is saved; the next run reads the rest only."""
    run = Refresh(storage)
    done: list[None] = []

    def advance() -> None:
        done.append(None)
        if len(done) == 2:
            raise error("interrupted")

    with pytest.raises(error):
        run.run(1, advance)
    saved = indexed(storage)
    assert saved.keys() == run.entries.keys()
    assert sum(each.etag is not None for each in saved.values()) == 2
    assert all(each.rides is None for each in saved.values() if each.etag is None)
    again = refreshed(storage)
    assert dict(again.outcomes) == {"read": 3, "unchanged": 2}
    assert all(each.etag for each in indexed(storage).values())


def test_a_run_that_is_killed_loses_little(storage: FakeStorage) -> None:
    """The index is saved after every so many changes, not only at the end."""
    writes: list[int] = []
    run = Refresh(storage, save_every=2)
    run.run(1, lambda: writes.append(storage.calls["write_object"]))
    assert writes[-1] >= 2


def test_a_storage_that_fails_is_told_as_it_is(storage: FakeStorage) -> None:
    """Where saving fails as well, the first error is what is raised."""
    run = Refresh(storage)
    storage.fail(StorageFault)
    with pytest.raises(StorageFault):
        run.run(2)
    assert NAME not in storage.objects


def test_a_file_that_cannot_be_read_is_listed_all_the_same(storage: FakeStorage) -> None:
    """A corrupt file costs its own figures only; it is named, and tried again by the next run."""
    storage.put("00002", b"no pickle")
    run = refreshed(storage)
    assert run.unreadable == ["00002"]
    assert indexed(storage)["00002"] == Entry("00002", names=[], horses=[])
    assert not refreshed(storage).written
    storage.put("00002", pickled("00002"))
    assert dict(refreshed(storage).outcomes) == {"read": 1, "unchanged": 4}


def test_a_file_that_goes_during_the_run_is_dropped(storage: FakeStorage) -> None:
    """A jockey listed, but gone when its turn comes, is not in the index."""
    run = Refresh(storage)
    storage.remove("00002")
    run.run(2)
    assert "00002" not in indexed(storage)
    assert run.outcomes["gone"] == 1


def test_a_damaged_index_is_made_anew(storage: FakeStorage, files: dict[str, bytes]) -> None:
    """An index that cannot be read is as good as none."""
    storage.write(NAME, b"junk")
    assert dict(refreshed(storage).outcomes) == {"read": len(files)}


# Rows to filter and order, names to search.

CAREERS = [
    Entry("00001", "e", "甲野太郎", Jurisdiction.JRA, 9, date(2020, 1, 1), date(2024, 1, 1), 100, 20, 1, 1, 5.0),
    Entry("00002", "e", "乙野", Jurisdiction.NAR, 9, date(2021, 1, 1), date(2022, 1, 1), 50, 20, 1, 1, 9.0),
    Entry("00003", "e", "Ｊ．スミス", None, 9, None, None, 0, 0, 0, 0, 0.0),
    Entry("00004"),
    Entry("a0001", "e", "甲野", Jurisdiction.OVERSEAS, 9, date(2023, 1, 1), date(2023, 1, 1), 10, 5, 1, 1, 7.0),
]
NAMES = {"00001": ["甲野", "甲野太郎"], "00002": ["乙野"], "00003": ["Ｊ．スミス"], "a0001": ["甲野"]}
HORSES = {"00001": ["キタノホシ", "ミドリ"], "00002": ["キタノホシ"], "a0001": ["ｷﾀ", "オオキタ", "キタノホシ"]}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Give five jockeys, one of them not indexed yet."""
    made = [
        Entry(
            **{name: getattr(each, name) for name in Entry.__slots__ if name not in ("names", "horses")},
            names=NAMES.get(each.id, []),
            horses=HORSES.get(each.id, []),
        )
        for each in CAREERS
    ]
    return Catalogue(load(dump(made)))


def ids(rows: Any) -> list[str]:
    """Give the ids of rows."""
    return [row.id for row in rows]


def test_jockeys_come_by_id_at_first(catalogue: Catalogue) -> None:
    """Without an order jockeys are in the order of their ids, with all that is known of them."""
    page = catalogue.page(EVERYTHING, (), 10, None)
    assert ids(page.rows) == ["00001", "00002", "00003", "00004", "a0001"]
    assert (page.total, page.has_previous, page.has_next) == (5, False, False)
    assert (page.rows[0].win_rate, page.rows[2].win_rate, page.rows[3].win_rate) == (0.2, None, None)


@pytest.mark.parametrize("orders", [(), (Order("wins", descending=True),), (Order("name", nulls_first=True),)])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_pages_join_to_the_whole(catalogue: Catalogue, orders: tuple[Order, ...], size: int) -> None:
    """Pages of any size, in any order, hold together every jockey that the filter takes, once."""
    condition = Where("record_count", (Comparison("is_null", operand=False),))
    whole = catalogue.page(condition, orders, 10, None)
    pages = [catalogue.page(condition, orders, size, None)]
    while pages[-1].has_next:
        pages.append(catalogue.page(condition, orders, size, cursor(pages[-1].rows[-1].id)))
    assert [each for page in pages for each in ids(page.rows)] == ids(whole.rows)
    assert [page.total for page in pages] == [4] * len(pages)
    assert [page.has_previous for page in pages] == [False] + [True] * (len(pages) - 1)


def test_orders_and_filters_apply(catalogue: Catalogue) -> None:
    """Careers are ordered by any field, ties by id, and filtered by conditions as records are."""
    by_wins = catalogue.page(EVERYTHING, (Order("wins", descending=True),), 10, None)
    assert ids(by_wins.rows) == ["00001", "00002", "a0001", "00003", "00004"]
    half = Where("win_rate", (Comparison("gte", 0.4),))
    assert ids(catalogue.page(half, (), 10, None).rows) == ["00002", "a0001"]
    smith = Where("name", (Comparison("contains", "j.すみす"),))
    assert ids(catalogue.page(smith, (), 10, None).rows) == ["00003"]


def test_a_cursor_is_good_for_any_filter(catalogue: Catalogue) -> None:
    """A cursor names a place in the order, whether or not the filter takes its jockey."""
    local = Where("jurisdiction", (Comparison("eq", Jurisdiction.OVERSEAS),))
    assert ids(catalogue.page(local, (), 10, cursor("00002")).rows) == ["a0001"]


@pytest.mark.parametrize("text", ["", "x", "00001", "é", cursor("00001") + "A", cursor("99") + "="])
def test_what_is_no_cursor_is_refused(catalogue: Catalogue, text: str) -> None:
    """A text that no page gave is wrong input."""
    with pytest.raises(BadUserInput, match="'after'"):
        catalogue.page(EVERYTHING, (), 10, text)


def test_a_cursor_of_a_jockey_that_has_gone(catalogue: Catalogue) -> None:
    """A cursor whose jockey is listed no more is expired."""
    with pytest.raises(CursorExpired):
        catalogue.page(EVERYTHING, (), 10, cursor("09999"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("甲野", ["00001", "a0001"]),  # both exactly, by any name; most rides first
        ("甲野太", ["00001"]),
        ("野", ["00001", "00002", "a0001"]),
        ("j", ["00003"]),
        ("J．ｽﾐｽ", ["00003"]),
        ("すみす", ["00003"]),
        ("a0001", ["a0001"]),
        ("0000", ["00001", "00002", "00003", "00004"]),
        ("nobody", []),
    ],
)
def test_jockeys_are_found_by_id_or_name(catalogue: Catalogue, query: str, found: list[str]) -> None:
    """Width, case and kind of kana do not count; exact matches come first, then those with most rides."""
    assert ids(catalogue.jockeys(query, 10)) == found
    assert ids(catalogue.jockeys(query, 1)) == found[:1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("キタ", ["ｷﾀ", "キタノホシ", "オオキタ"]),  # exactly, at the beginning, anywhere
        ("きたのほし", ["キタノホシ"]),
        ("ミドリ", ["ミドリ"]),
        ("ハナ", []),
    ],
)
def test_horses_are_found_by_name(catalogue: Catalogue, query: str, found: list[str]) -> None:
    """Horses are found as jockeys are."""
    assert [each.name for each in catalogue.horses(query, 10)] == found
    assert [each.name for each in catalogue.horses(query, 1)] == found[:1]


def test_a_horse_knows_its_jockeys(catalogue: Catalogue) -> None:
    """A horse comes with all who rode it, those with most rides first."""
    (horse,) = catalogue.horses("キタノホシ", 1)
    assert ids(horse.jockeys) == ["00001", "00002", "a0001"]


def test_of_ids_alone_nothing_else_is_known() -> None:
    """Rows made of ids have every field, null but for the id."""
    (row,) = only_ids(["00001"])
    assert (row.id, row.name, row.rides, row.win_rate, row.last_date) == ("00001", None, None, None, None)


# How a server keeps it.


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that stands still."""
    return FakeClock()


@pytest.fixture
def cache(storage: FakeStorage, clock: FakeClock) -> Iterator[IndexCache]:
    """Keep the index of the storage for a minute, its absence for ten seconds."""
    workers = Workers(4)
    yield IndexCache(storage, Settings(cache_ttl=60, missing_ttl=10), workers, clock)
    workers.close()


def got(cache: IndexCache) -> Index | None:
    """Ask for the index."""
    return asyncio.run(cache.get())


def test_the_index_is_read_once_while_fresh(storage: FakeStorage, cache: IndexCache, clock: FakeClock) -> None:
    """Within the time to live the index is given from memory, then checked by its ETag, then read if it changed."""
    refreshed(storage)
    first = got(cache)
    clock.turn(59)
    assert got(cache) is first
    assert storage.calls["read_object"] == 2  # the refresh asked too
    clock.turn(2)
    assert got(cache) is first
    assert storage.calls["read_object"] == 3
    storage.put("05002", pickled("05002"))
    refreshed(storage)
    clock.turn(61)
    found = got(cache)
    assert found
    assert "05002" in found.catalogue.ids


def test_the_absence_of_an_index_is_remembered(storage: FakeStorage, cache: IndexCache, clock: FakeClock) -> None:
    """A storage without an index is asked again only after a while; then the index is found."""
    assert got(cache) is None
    refreshed(storage)
    assert got(cache) is None
    clock.turn(11)
    assert got(cache)


def test_an_index_that_was_held_outlives_faults(storage: FakeStorage, cache: IndexCache, clock: FakeClock) -> None:
    """Where the storage fails, or the new index is damaged, the old one answers, and the storage gets a pause."""
    refreshed(storage)
    first = got(cache)
    storage.fail(UpstreamUnavailable)
    clock.turn(61)
    assert got(cache) is first
    asked = storage.calls["read_object"]
    clock.turn(RETRY_PAUSE - 1)
    assert got(cache) is first
    assert storage.calls["read_object"] == asked
    storage.mend()
    storage.write(NAME, b"junk")
    clock.turn(2)
    assert got(cache) is first


def test_an_index_that_is_refused_is_read_once(storage: FakeStorage, cache: IndexCache, clock: FakeClock) -> None:
    """A damaged index is an error at each request; only its ETag is asked for, once in a while."""
    stored = storage.objects[NAME] = replace(storage.put("00001", b"junk"), key=NAME)
    for _ in range(3):
        for _ in range(5):
            with pytest.raises(DataCorrupt, match="index cannot be read"):
                got(cache)
        clock.turn(10)
    assert storage.etags == [None, stored.etag, stored.etag]
    refreshed(storage)
    assert got(cache)


def test_a_refused_index_beside_one_held_is_read_once(
    storage: FakeStorage, cache: IndexCache, clock: FakeClock
) -> None:
    """While a new index cannot be read, the old one answers; the new one's ETag is asked for."""
    refreshed(storage)
    first, good = got(cache), storage.objects[NAME]
    storage.write(NAME, b"junk")
    bad = storage.objects[NAME].etag
    for _ in range(3):
        clock.turn(60)
        assert got(cache) is first
    assert storage.etags[-3:] == [good.etag, bad, bad]
    storage.objects[NAME] = good
    clock.turn(60)
    assert got(cache) is first
    clock.turn(60)
    assert got(cache) is first
    assert storage.etags[-2:] == [bad, good.etag]


def test_an_index_too_large_to_read_is_remembered(storage: FakeStorage, cache: IndexCache, clock: FakeClock) -> None:
    """An index that the storage itself refuses is asked for once in a while."""
    storage.fail(DataCorrupt)
    for _ in range(3):
        with pytest.raises(DataCorrupt):
            got(cache)
    assert storage.calls["read_object"] == 1
    storage.mend()
    clock.turn(10)
    assert got(cache) is None


def test_an_index_that_is_held_answers_while_its_check_takes_long(
    storage: FakeStorage, cache: IndexCache, clock: FakeClock
) -> None:
    """A check that takes long is not waited for: the index held is given, at once to whoever comes later."""
    refreshed(storage)
    first = got(cache)
    clock.turn(60)
    asked = storage.calls["read_object"]
    with storage.gate("read_object"):
        for _ in range(20):
            assert got(cache) is first
    assert storage.calls["read_object"] == asked + 1


def test_without_an_index_in_memory_faults_are_told(storage: FakeStorage, cache: IndexCache) -> None:
    """The first load raises what the storage raises, each time anew, and recovers with the storage."""
    refreshed(storage)
    storage.fail(UpstreamUnavailable)
    for _ in range(2):
        with pytest.raises(UpstreamUnavailable):
            got(cache)
    storage.mend()
    assert got(cache)


def test_all_who_ask_at_once_share_one_load(storage: FakeStorage, cache: IndexCache) -> None:
    """Tasks of several loops and threads wait for the same load."""
    refreshed(storage)
    before = storage.calls["read_object"]

    async def several() -> list[Index | None]:
        return await asyncio.gather(*(cache.get() for _ in range(5)))

    found: list[Index | None] = []
    threads = [Thread(target=lambda: found.extend(asyncio.run(several()))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each is found[0] for each in found] == [True] * 15
    assert found[0]
    assert storage.calls["read_object"] == before + 1

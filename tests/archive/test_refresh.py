"""How the archive is built and refreshed, by runs that end early, and by several at once."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from archives import Archive, manifest_of, pickled, refreshed, write_files

from fake_s3 import Bucket
from fakes import FakeStorage
from graphql_api.archive import building
from graphql_api.archive.entries import LONGEST_NAME, MAX_NAMES, entry
from graphql_api.archive.manifest import FOLDER, NAME
from graphql_api.archive.refresh import ORPHAN_AGE, Refresh
from graphql_api.errors import Conflict, StorageFault, UpstreamUnavailable
from graphql_api.jockeys.decoding import decode
from graphql_api.jockeys.vocabulary import FinishStatus
from graphql_api.snapshots.trace import Trace
from graphql_api.storage.folder import FolderStorage
from graphql_api.storage.protocol import Storage

pytest_plugins = ("s3_servers",)

NO_RIDE = {FinishStatus.SCRATCHED, FinishStatus.EXCLUDED, FinishStatus.ABANDONED, FinishStatus.UNKNOWN}
IDS = ("00001", "00002", "00003", "05001", "a0001")


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """Give five jockeys' files: flat, jump, none, local, overseas."""
    return {each: pickled(each, 0 if each == "00003" else 20) for each in IDS}


@pytest.fixture
def storage(files: dict[str, bytes]) -> FakeStorage:
    """Hold the files, without an archive."""
    return FakeStorage(files)


def jockeys(storage: Storage) -> dict[str, int | None]:
    """Give the jockeys of the archive that is stored, and how many records it has of each."""
    archive = Archive(storage)
    try:
        listed = dict(archive.rows("SELECT id, record_count FROM jockeys ORDER BY id", table="jockeys"))
        counted = dict(archive.rows("SELECT jockey_id, count(*) FROM rides GROUP BY jockey_id"))
    finally:
        archive.close()
    assert {jockey_id: count for jockey_id, count in listed.items() if count} == counted
    return listed


def test_an_entry_is_what_the_rows_say(files: dict[str, bytes]) -> None:
    """Counts, days and names agree with a plain reading of the rows."""
    for jockey_id, data in files.items():
        records = decode(data, jockey_id, Trace())
        rows = [{name: column[row] for name, column in records.fields.items()} for row in range(records.rows)]
        rides = [each for each in rows if each["finish_status"] not in NO_RIDE]
        found = entry(jockey_id, records)
        assert (found.id, found.record_count, found.rides) == (jockey_id, len(rows), len(rides))
        for position, count in enumerate((found.wins, found.seconds, found.thirds), 1):
            assert count == sum(each["finish_position"] == position for each in rides)
        prizes = [each["prize_money"] for each in rows if each["prize_money"] is not None]
        assert found.prize_money == (pytest.approx(sum(prizes)) if prizes else None)
        days = [each["date"] for each in rows]
        assert (found.first_date, found.last_date) == (min(days, default=None), max(days, default=None))
        assert set(found.names) == {each["jockey_name"] for each in rows} - {None}
        kinds = [each["jurisdiction"] for each in rows]
        assert found.jurisdiction == (max(kinds, key=kinds.count) if kinds else None)


def test_one_file_does_not_fill_the_table_of_jockeys() -> None:
    """Of one file so many names are kept, and none that is longer than a name, or would be taken for several."""
    from careers import career

    names = [f"{place:04}" for place in range(MAX_NAMES + 9)]
    odd = ["x" * (LONGEST_NAME + 1), "two\x1fnames"]
    rows = [{"騎手": name, "R": str(place % 12 + 1)} for place, name in enumerate([*names, *odd])]
    kept = entry("00001", career(*rows)).names
    assert len(kept) == MAX_NAMES
    assert set(kept) <= set(names)


def test_the_first_run_reads_all(storage: FakeStorage, files: dict[str, bytes]) -> None:
    """Without an archive every file is read once, and the archive holds every jockey's rides."""
    run = refreshed(storage)
    assert storage.reads == dict.fromkeys(files, 1)
    assert dict(run.outcomes) == {"read": len(files)}
    assert jockeys(storage) == {"00001": 20, "00002": 20, "00003": 0, "05001": 20, "a0001": 20}
    assert manifest_of(storage).complete
    assert manifest_of(storage).rows == 80


def test_files_of_years_are_sorted_and_named_by_their_content(storage: FakeStorage) -> None:
    """A file a year, the newest first within; the same rides make the same file, in whatever order they were read."""
    refreshed(storage)
    before = manifest_of(storage)
    for year, file in before.rides.items():
        assert file.name.startswith(f"{FOLDER}/{year}-")
        assert file.size == len(storage.objects[file.name].data)
    archive = Archive(storage)
    days = [day for (day,) in archive.rows("SELECT date FROM rides")]
    archive.close()
    assert days == sorted(days, reverse=True)
    del storage.objects[NAME]
    assert Refresh(storage).run(1) is None
    assert manifest_of(storage).files == before.files


def test_a_refresh_reads_and_writes_only_what_changed(storage: FakeStorage) -> None:
    """A file that changed, or is new, is read; the others are asked by ETag; one that has gone is dropped."""
    refreshed(storage)
    before = manifest_of(storage)
    storage.put("00001", pickled("00001", rows=30))
    storage.put("05002", pickled("05002"))
    storage.remove("a0001")
    storage.reads.clear()
    run = refreshed(storage)
    assert dict(run.outcomes) == {"read": 2, "unchanged": 3}
    assert run.removed == 1
    assert jockeys(storage) == {"00001": 30, "00002": 20, "00003": 0, "05001": 20, "05002": 20}
    assert manifest_of(storage).previous == tuple(file.name for file in before.files)
    after = manifest_of(storage)
    del storage.objects[NAME]
    refreshed(storage)
    assert manifest_of(storage).horses == after.horses  # by the digest of its content


def test_a_listing_that_tells_etags_spares_the_reads(storage: FakeStorage) -> None:
    """Files that it shows to be as they were are not asked for, however many: only those that changed are read."""
    refreshed(storage)
    storage.lists_etags = True
    storage.put("00001", pickled("00001", rows=30))
    storage.reads.clear()
    steps: list[None] = []
    run = Refresh(storage)
    run.run(2, lambda: steps.append(None))
    assert dict(storage.reads) == {"00001": 1}
    assert dict(run.outcomes) == {"read": 1, "unchanged": len(IDS) - 1}
    assert len(steps) == len(IDS)
    assert jockeys(storage)["00001"] == 30


def test_years_whose_rides_stay_keep_their_files(tmp_path: Path) -> None:
    """A new ride moves all others of the file, and changes the file of its own year alone."""
    from graphql_api import samples

    frame = samples.frame("00001", 800, 1)
    frame.iloc[1:].to_pickle(tmp_path / "00001.pickle")
    write_files(tmp_path, ["00002"], 40)
    storage = FolderStorage(tmp_path)
    refreshed(storage)
    before = manifest_of(storage).rides
    frame.to_pickle(tmp_path / "00001.pickle")
    refreshed(storage)
    after = manifest_of(storage).rides
    assert len(before) > 1
    newest = max(before)
    assert {year for year in before if before[year] != after[year]} == {newest}
    assert after[newest].rows == before[newest].rows + 1


def test_an_archive_that_is_current_is_left_alone(storage: FakeStorage) -> None:
    """Where nothing changed, nothing is written, so that servers need not load it again."""
    refreshed(storage)
    before = storage.objects[NAME]
    run = refreshed(storage)
    assert not run.written
    assert storage.objects[NAME] is before


def test_progress_is_told(storage: FakeStorage, files: dict[str, bytes]) -> None:
    """Each jockey advances the progress by one; then it is told that the files are written, if they are."""
    steps: list[str] = []
    for _ in range(2):
        Refresh(storage).run(2, lambda: steps.append("read"), lambda: steps.append("write"))
    assert steps == ["read"] * len(files) + ["write"] + ["read"] * len(files)


def test_a_run_of_several_transactions_keeps_all(storage: FakeStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rides that were committed, and those that were not yet, are written alike."""
    refreshed(storage)
    whole = manifest_of(storage)
    monkeypatch.setattr(building, "BATCH_ROWS", 1)
    monkeypatch.setattr(building, "COMMIT_ROWS", 50)
    del storage.objects[NAME]
    refreshed(storage)
    assert manifest_of(storage).files == whole.files


@pytest.mark.parametrize("error", [UpstreamUnavailable, StorageFault, KeyboardInterrupt])
def test_an_interrupted_run_is_gone_on_with(storage: FakeStorage, error: type[BaseException]) -> None:
    """What was read before the storage failed, or Ctrl+C, is written; the next run reads the rest only."""
    done: list[None] = []

    def advance() -> None:
        done.append(None)
        if len(done) == 2:
            raise error("interrupted")

    with pytest.raises(error):
        Refresh(storage).run(1, advance)
    saved = manifest_of(storage)
    assert saved.sources.keys() == set(IDS)
    unread = {jockey_id for jockey_id, etag in saved.sources.items() if etag is None}
    assert 2 <= len(unread) <= 3  # a thread may have read one more by then
    assert not saved.complete
    assert {jockey_id for jockey_id, count in jockeys(storage).items() if count is None} == unread
    again = refreshed(storage)
    assert dict(again.outcomes) == {"read": len(unread), "unchanged": len(IDS) - len(unread)}
    assert manifest_of(storage).complete


def test_a_storage_that_fails_is_told_as_it_is(storage: FakeStorage) -> None:
    """Where writing fails as well, the first error is what is raised."""
    run = Refresh(storage)
    storage.fail(StorageFault)
    with pytest.raises(StorageFault):
        run.run(2)
    assert NAME not in storage.objects


def test_a_file_that_cannot_be_read_is_listed_all_the_same(storage: FakeStorage) -> None:
    """A corrupt file costs its own rides only; it is named, and tried again by the next run."""
    refreshed(storage)
    storage.put("00002", b"no pickle")
    run = refreshed(storage)
    assert run.unreadable == ["00002"]
    assert jockeys(storage)["00002"] is None
    assert not refreshed(storage).written
    storage.put("00002", pickled("00002"))
    assert dict(refreshed(storage).outcomes) == {"read": 1, "unchanged": 4}
    assert jockeys(storage)["00002"] == 20


def test_a_file_that_goes_during_the_run_is_dropped(storage: FakeStorage) -> None:
    """A jockey listed, but gone when its turn comes, is not in the archive."""
    run = Refresh(storage)
    storage.remove("00002")
    run.run(2)
    assert "00002" not in jockeys(storage)
    assert run.outcomes["gone"] == 1


@pytest.mark.parametrize("damage", ["junk", "older", "gone"])
def test_an_archive_that_cannot_be_gone_on_from_is_made_anew(
    storage: FakeStorage, files: dict[str, bytes], damage: str
) -> None:
    """One that is damaged, of another layout, or of which files are gone, is as good as none."""
    refreshed(storage)
    if damage == "junk":
        storage.write(NAME, b"junk")
    elif damage == "gone":
        storage.delete(manifest_of(storage).jockeys.name)
    else:
        storage.write(NAME, orjson.dumps({**orjson.loads(storage.objects[NAME].data), "schema": 0}))
    assert dict(refreshed(storage).outcomes) == {"read": len(files)}
    assert jockeys(storage)["00001"] == 20


def test_of_two_runs_at_once_one_wins(storage: FakeStorage) -> None:
    """The other learns of it, and changes nothing; what it wrote is no part of any version."""
    first, second = Refresh(storage), Refresh(storage)
    storage.put("00001", pickled("00001", rows=30))
    second.run(2)
    won = storage.objects[NAME]
    with pytest.raises(Conflict):
        first.run(2)
    assert storage.objects[NAME] is won
    assert not first.written


def test_of_two_runs_at_once_on_s3_one_wins(moto_url: str, aws: pytest.MonkeyPatch) -> None:
    """S3 judges whose manifest comes first; the archive is then read from there."""
    aws.setenv("AWS_ENDPOINT_URL_S3", moto_url)
    bucket = Bucket(moto_url).create()
    for each in ("00001", "00002"):
        bucket.put(f"{each}.pickle", pickled(each))
    storage = bucket.open()
    first, second = Refresh(storage), Refresh(storage)
    first.run(2)
    with pytest.raises(Conflict):
        second.run(2)
    assert jockeys(storage) == {"00001": 20, "00002": 20}
    bucket.put("00001.pickle", pickled("00001", rows=30))
    refreshed(storage)
    assert jockeys(storage) == {"00001": 30, "00002": 20}


def test_orphans_are_deleted_once_they_are_old(tmp_path: Path) -> None:
    """A file that neither this version nor the last names stays for an hour, as another run may be about to name it."""
    write_files(tmp_path, ["00001"])
    storage = FolderStorage(tmp_path)
    for name in ("new", "old"):
        storage.write(f"{FOLDER}/{name}.parquet", b"an orphan")
    then = (datetime.now(UTC) - 2 * ORPHAN_AGE).timestamp()
    os.utime(tmp_path / FOLDER / "old.parquet", (then, then))
    refreshed(storage)
    first = manifest_of(storage)
    for file in first.files:
        os.utime(tmp_path / file.name, (then, then))
    write_files(tmp_path, ["00002"])
    refreshed(storage)
    left = {path.name for path in (tmp_path / FOLDER).iterdir()}
    assert "new.parquet" in left
    assert "old.parquet" not in left
    assert {Path(file.name).name for file in first.files} <= left  # of the version before: readers may hold it
    write_files(tmp_path, ["05001"])
    refreshed(storage)
    left = {path.name for path in (tmp_path / FOLDER).iterdir()}
    current = manifest_of(storage)
    assert {Path(name).name for name in (*current.previous, *(file.name for file in current.files))} <= left
    assert not {Path(file.name).name for file in first.files} - {Path(name).name for name in current.previous} & left


KILLED = """
import sys
from pathlib import Path
from graphql_api.archive.refresh import Refresh
from graphql_api.storage.folder import FolderStorage

folder = Path(sys.argv[1])
run = Refresh(FolderStorage(folder))
print("begun", flush=True)
run.run(2)
print("ended", flush=True)
"""


@pytest.fixture
def careers_folder(tmp_path: Path) -> Path:
    """Make a folder of jockeys with an archive."""
    write_files(tmp_path, ["00001", "00002"], 60)
    refreshed(FolderStorage(tmp_path))
    return tmp_path


def test_a_run_that_is_killed_leaves_whole_states_only(careers_folder: Path) -> None:
    """Killed at any moment; whoever reads meanwhile and afterwards sees the version before or the one after, whole."""
    storage = FolderStorage(careers_folder)
    counts = {60: 0, 80: 0}
    for step in range(6):
        rows = 80 if step % 2 == 0 else 60
        write_files(careers_folder, ["00001"], rows)
        with _running(careers_folder) as process:
            assert process.stdout
            process.stdout.readline()
            if step < 5:
                time.sleep(0.05 * step)
                process.send_signal(signal.SIGKILL)
            seen = jockeys(storage)
            process.wait()
        assert set(seen) == {"00001", "00002"}
        assert seen["00002"] == 60
        counts[int(seen["00001"] or 0)] += 1
    refreshed(storage)
    assert jockeys(storage)["00001"] == 60
    assert sum(counts.values()) == 6


def _running(folder: Path) -> "subprocess.Popen[Any]":
    return subprocess.Popen([sys.executable, "-c", KILLED, str(folder)], stdout=subprocess.PIPE, text=True)

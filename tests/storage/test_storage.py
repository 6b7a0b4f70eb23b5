"""Tests of the storage contract, against a folder, moto and rclone, and of what only a folder has."""

import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_s3 import Bucket, Folder, Opened
from graphql_api.config import ConfigError, Settings
from graphql_api.errors import BadUserInput, Conflict, DataCorrupt, NotFound, StorageFault, UpstreamUnavailable
from graphql_api.jockeys import ids
from graphql_api.jockeys.files import SUFFIXES, JockeyFiles, Page, file_names, id_of
from graphql_api.storage.folder import FolderStorage
from graphql_api.storage.protocol import list_all
from graphql_api.storage.s3 import S3Storage
from graphql_api.storage.sources import open_storage

pytest_plugins = ("s3_servers",)


@pytest.fixture(params=["folder", "moto", "rclone"])
def files(request: pytest.FixtureRequest, tmp_path: Path, aws: pytest.MonkeyPatch) -> Folder | Bucket:
    """Give an empty place for files, on each kind of storage."""
    return _place(request, tmp_path, aws)


@pytest.fixture(params=["folder", "moto"])
def conditional(request: pytest.FixtureRequest, tmp_path: Path, aws: pytest.MonkeyPatch) -> Folder | Bucket:
    """Give an empty place on each kind of storage that judges the condition of a write; rclone does not."""
    return _place(request, tmp_path, aws)


def _place(request: pytest.FixtureRequest, tmp_path: Path, aws: pytest.MonkeyPatch) -> Folder | Bucket:
    if request.param == "folder":
        return Folder(tmp_path)
    url = request.getfixturevalue(f"{request.param}_url")
    aws.setenv("AWS_ENDPOINT_URL_S3", url)
    return Bucket(url).create()


def test_read_gives_bytes_etag_and_time(files: Folder | Bucket) -> None:
    """A file is read with its bytes, an ETag without quotes and its time of change in UTC."""
    files.put("05339.pickle", b"frame")
    found = files.jockeys().read("05339")
    assert found
    assert found.data == b"frame"
    assert found.key.endswith("05339.pickle")
    assert found.etag.isalnum()
    assert found.last_modified.tzinfo is UTC
    assert abs(datetime.now(UTC) - found.last_modified) < timedelta(minutes=5)


def test_read_of_an_empty_file(files: Folder | Bucket) -> None:
    """A file without bytes is a file."""
    files.put("05339.pickle", b"")
    found = files.jockeys().read("05339")
    assert found
    assert found.data == b""


def test_unchanged_file_is_not_read_again(files: Folder | Bucket) -> None:
    """A read with the file's own ETag gives None."""
    files.put("05339.pickle", b"frame")
    storage = files.jockeys()
    found = storage.read("05339")
    assert found
    assert storage.read("05339", found.etag) is None


def test_changed_file_is_read_again(files: Folder | Bucket) -> None:
    """A file of the same size but other content has another ETag."""
    files.put("05339.pickle", b"frame")
    storage = files.jockeys()
    before = storage.read("05339")
    files.put("05339.pickle", b"FRAME")
    assert before
    after = storage.read("05339", before.etag)
    assert after
    assert after.data == b"FRAME"
    assert after.etag != before.etag


def test_missing_file(files: Folder | Bucket) -> None:
    """A jockey without a file is not found, in the words of the design."""
    files.put("05339.pickle", b"frame")
    with pytest.raises(NotFound, match=r"^Jockey with ID '99999' not found$"):
        files.jockeys().read("99999")


def test_removed_file(files: Folder | Bucket) -> None:
    """A file that has gone is not found, whatever ETag it had."""
    files.put("05339.pickle", b"frame")
    storage = files.jockeys()
    found = storage.read("05339")
    files.remove("05339.pickle")
    assert found
    with pytest.raises(NotFound):
        storage.read("05339", found.etag)


def test_compressed_files_stand_in_in_order(files: Folder | Bucket) -> None:
    """Of several files of a jockey the first by the table of names is taken, as it is stored, wherever it lies."""
    suffixes = (".pickle", ".pickle.zst", ".pickle.zip", ".pkl", ".pkl.bz2", ".xz")
    for suffix in suffixes:
        files.put("a00f1" + suffix, suffix.encode())
    storage = files.jockeys()
    for suffix in suffixes:
        found = storage.read("a00f1")
        assert found
        assert found.data == suffix.encode()
        assert storage.read("a00f1", found.etag) is None
        files.remove("a00f1" + suffix)


@pytest.mark.parametrize("bad", ["", "1", "../05339", "05339.pickle", "a00F1", "０５３３９", "05339\n", "05339\0", "*"])
def test_only_an_id_becomes_a_key(files: Folder | Bucket, bad: str) -> None:
    """What is no id is refused before the storage is touched, as an id and as a cursor."""
    with pytest.raises(BadUserInput):
        files.jockeys().read(bad)
    with pytest.raises(BadUserInput):
        files.jockeys().list_ids(bad)


def test_largest_file(files: Folder | Bucket) -> None:
    """A file of the limit's size is read; one byte more is no genuine file."""
    files.put("05339.pickle", b"12345678")
    found = files.jockeys(max_bytes=8).read("05339")
    assert found
    assert found.data == b"12345678"
    with pytest.raises(DataCorrupt) as caught:
        files.jockeys(max_bytes=7).read("05339")
    assert caught.value.log_fields["limit"] == 7


FOREIGN = [
    "readme.txt",
    "5.pickle",
    "05339.pickle.bak",
    "05339.pkl.tar",
    "05339.csv",
    "05339",
    "A0001.pickle",
    "x.pickle",
    ".pickle",
]


def test_list_gives_each_id_once(files: Folder | Bucket) -> None:
    """Ids come in ascending order, each once however many files it has; other files and folders do not count."""
    listed = ["z0001", "0534", "05339", "05340", "a00f1"]
    for name in [*(each + ".pickle" for each in listed), *FOREIGN, "00007.pickle/inside", "folder/00008.pickle"]:
        files.put(name, b"frame")
    for suffix in (".pickle", ".pickle.bak", ".pickle.gz", ".pkl", ".zip"):
        files.put("05341" + suffix, b"frame")
    assert files.jockeys().list_ids() == Page(("05339", "0534", "05340", "05341", "a00f1", "z0001"), None)


def test_etags_listed_are_those_of_what_is_read(files: Folder | Bucket) -> None:
    """Each id comes once, with the ETag of the file that counts of several; or with none, as a folder lists none."""
    for name in ("05339.pickle", "05340.pickle.gz", "05340.pickle.zst", "05340.pickle.bak", "05340", "readme.txt"):
        files.put(name, name.encode())
    storage = files.jockeys()
    listed = dict(storage.list_etags())
    read = {each: storage.read(each) for each in ("05339", "05340")}
    assert list(listed) == list(read)
    assert isinstance(files, Folder) == (None in listed.values())
    if isinstance(files, Bucket):
        assert listed == {each: found and found.etag for each, found in read.items()}


def test_list_of_nothing(files: Folder | Bucket) -> None:
    """A storage without a jockey has one empty page."""
    files.put("readme.txt", b"none yet")
    assert files.jockeys().list_ids() == Page((), None)


def test_pages_join_to_the_whole(files: Folder | Bucket) -> None:
    """Pages of any limit hold no more than it and together every id once, even where an id has several files."""
    listed = [f"{number:05}" for number in range(5)]
    for each in listed:
        files.put(each + ".pickle", b"frame")
    for suffix in (".pickle.gz", ".pickle.zst"):
        files.put("00001" + suffix, b"frame")
    storage = files.jockeys()
    for limit in (1, 2, 3, 5, 6):
        pages = [storage.list_ids(limit=limit)]
        while pages[-1].cursor:
            pages.append(storage.list_ids(pages[-1].cursor, limit))
        assert [each for page in pages for each in page.ids] == listed
        assert [len(page.ids) for page in pages[:-1]] == [limit] * (len(pages) - 1)


def test_cursor_outlives_its_file(files: Folder | Bucket) -> None:
    """A cursor continues at the same place where files come and go meanwhile."""
    for each in ("00001", "00003", "00005"):
        files.put(each + ".pickle", b"frame")
    storage = files.jockeys()
    page = storage.list_ids(limit=2)
    files.remove("00003.pickle")
    for each in ("00002", "00004"):
        files.put(each + ".pickle", b"frame")
    assert page == Page(("00001", "00003"), "00003")
    assert storage.list_ids(page.cursor) == Page(("00004", "00005"), None)


def test_check_of_a_storage_that_answers(files: Folder | Bucket) -> None:
    """Readiness says ok for all it checked, even where there is no file."""
    assert set(files.jockeys().check().values()) == {"ok"}


def test_threads_share_a_storage(files: Folder | Bucket) -> None:
    """Threads that read at once each get their own jockey, on a storage none has used yet."""
    listed = [f"{number:05}" for number in range(8)]
    for each in listed:
        files.put(each + ".pickle", each.encode())
    storage = files.jockeys()
    with ThreadPoolExecutor(len(listed)) as pool:
        found = list(pool.map(storage.read, listed))
    assert [each.data.decode() for each in found if each] == listed


def test_etag_of_a_folder_is_of_the_content(tmp_path: Path) -> None:
    """Copies agree about the ETag, whenever they were made; a rewrite within one tick of the clock is noticed."""
    for copy in ("one", "two"):
        Folder(tmp_path / copy).put("05339.pickle", b"frame")
    path = tmp_path / "two" / "05339.pickle"
    os.utime(path, (1, 1))
    one, two = (Opened(FolderStorage(tmp_path / copy)).read("05339") for copy in ("one", "two"))
    path.write_bytes(b"FRAME")
    os.utime(path, (1, 1))
    assert one
    assert two
    assert one.etag == two.etag
    assert two.last_modified == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert Opened(FolderStorage(tmp_path / "two")).read("05339", two.etag)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """Give a file outside the folder that is served, which is ``tmp_path / "served"``."""
    (tmp_path / "served").mkdir()
    path = tmp_path / "secret.pickle"
    path.write_bytes(b"secret")
    return path


def not_served(root: Path) -> None:
    """Assert that 05339 neither can be read nor is listed."""
    with pytest.raises(NotFound):
        Opened(FolderStorage(root)).read("05339")
    assert Opened(FolderStorage(root)).list_ids() == Page((), None)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_links_are_not_followed(secret: Path, suffix: str) -> None:
    """A link is no file, whether it leads out of the folder or nowhere."""
    root = secret.with_name("served")
    (root / f"05339{suffix}").symlink_to(secret)
    not_served(root)
    secret.unlink()
    not_served(root)


def test_links_within_the_folder_are_not_followed(secret: Path) -> None:
    """A link to a file of the same folder is no file either."""
    root = secret.with_name("served")
    (root / "05339.pickle").symlink_to("inside")
    (root / "inside").write_bytes(b"frame")
    not_served(root)


def test_folder_may_be_a_link(secret: Path) -> None:
    """The folder itself may be a link: that is the operator's word."""
    root = secret.with_name("served")
    (root / "05339.pickle").write_bytes(b"frame")
    link = secret.with_name("link")
    link.symlink_to(root)
    assert Opened(FolderStorage(link)).read("05339")


def test_folder_named_like_a_file(tmp_path: Path) -> None:
    """A folder named like a jockey's file is no file; a compressed file beside it is taken."""
    (tmp_path / "05339.pickle").mkdir()
    not_served(tmp_path)
    (tmp_path / "05339.pickle.gz").write_bytes(b"frame")
    assert Opened(FolderStorage(tmp_path)).read("05339")


def test_pipe_does_not_hang(tmp_path: Path) -> None:
    """A pipe that nobody writes to is no file, and keeps nobody waiting."""
    os.mkfifo(tmp_path / "05339.pickle")
    not_served(tmp_path)


def test_socket_is_no_file() -> None:
    """A socket is no file."""
    import socket

    with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{short}/05339.pickle")
        not_served(Path(short))


def test_missing_folder_is_unavailable(tmp_path: Path) -> None:
    """A folder that is away may come back: nobody is told that a jockey does not exist, nor where the folder was."""
    storage = Opened(FolderStorage(tmp_path / "away"))
    for call in (storage.check, storage.list_ids, lambda: storage.read("05339")):
        with pytest.raises(UpstreamUnavailable) as caught:
            call()
        assert str(tmp_path) not in str(caught.value)
        assert str(caught.value.log_fields["path"]).startswith(str(tmp_path))
    Folder(tmp_path / "away").put("05339.pickle", b"frame")
    assert storage.read("05339")


def test_file_for_a_folder_is_unavailable(secret: Path) -> None:
    """A file where the folder should be is no storage."""
    storage = Opened(FolderStorage(secret))
    for call in (storage.check, storage.list_ids, lambda: storage.read("05339")):
        with pytest.raises(UpstreamUnavailable):
            call()


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """Give an empty folder, and make the process one to which permissions apply."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        user = os.geteuid()
        if user == 0:
            os.chown(root, 65534, -1)
            os.seteuid(65534)
        try:
            yield root
        finally:
            os.seteuid(user)


def test_denied_file_is_a_fault(unprivileged: Path) -> None:
    """A file that may not be read takes an operator; the client does not learn its path."""
    Folder(unprivileged).put("05339.pickle", b"frame")
    (unprivileged / "05339.pickle").chmod(0)
    with pytest.raises(StorageFault) as caught:
        Opened(FolderStorage(unprivileged)).read("05339")
    assert "05339" not in str(caught.value)
    assert str(caught.value.log_fields["path"]).endswith("05339.pickle")


def test_denied_folder_is_a_fault(unprivileged: Path) -> None:
    """A folder that may not be listed takes an operator."""
    unprivileged.chmod(0)
    storage = Opened(FolderStorage(unprivileged))
    for call in (storage.check, storage.list_ids, lambda: storage.read("05339")):
        with pytest.raises(StorageFault):
            call()


def test_data_setting_chooses_the_storage(tmp_path: Path) -> None:
    """A folder, a bucket, and nothing each open their storage without touching it."""
    assert isinstance(open_storage(Settings(data=str(tmp_path / "away"))), FolderStorage)
    assert isinstance(open_storage(Settings(data="s3://some-bucket/prefix")), S3Storage)
    assert isinstance(open_storage(Settings()), S3Storage)


@pytest.mark.parametrize("data", ["s3://", "s3:///prefix", "s3://Not_A_Bucket", "gs://bucket", "https://example.com/"])
def test_data_setting_that_names_no_storage(data: str) -> None:
    """What is neither a folder nor a bucket is refused at once, naming the setting."""
    with pytest.raises(ConfigError, match="JOCKEY_DATA"):
        open_storage(Settings(data=data))


IDS = st.from_regex(r"(?:[0-9]{4,5}|a[0-9a-f]{4}|z[0-9]{4})", fullmatch=True)


@given(IDS)
def test_file_names_lead_back_to_the_id(jockey_id: str) -> None:
    """Every name that a jockey's file may have is known as the jockey's."""
    assert {id_of(name) for name in file_names(jockey_id)} == {jockey_id}


@given(st.text())
def test_foreign_names_are_no_ids(name: str) -> None:
    """A name gives an id only if the id gives the name."""
    found = id_of(name)
    assert found is None or (ids.jockey_id(found) == found and name in file_names(found))


@given(st.sets(st.tuples(IDS, st.sampled_from(SUFFIXES)), max_size=30))
def test_keys_in_byte_order_are_ids_in_order(drawn: set[tuple[str, str]]) -> None:
    """S3's order of keys is the order of ids, with a jockey's files side by side: listing relies on it."""
    keys = sorted((each + suffix for each, suffix in drawn), key=str.encode)
    assert [each for each, _ in groupby(map(id_of, keys))] == sorted({each for each, _ in drawn})


def test_an_object_is_written_read_and_replaced(files: Folder | Bucket) -> None:
    """An object beside the jockeys' files is read as it was written; a read with its own ETag gives None."""
    storage = files.open()
    with pytest.raises(NotFound):
        storage.read("_index.npz")
    storage.write("_index.npz", b"one")
    first = storage.read("_index.npz")
    assert first
    assert (first.data, first.last_modified.tzinfo) == (b"one", UTC)
    assert storage.read("_index.npz", first.etag) is None
    storage.write("_index.npz", b"two")
    second = storage.read("_index.npz", first.etag)
    assert second
    assert second.data == b"two"


def test_an_object_is_no_jockey(files: Folder | Bucket) -> None:
    """Objects beside the jockeys' files are not listed among them."""
    files.put("05339.pickle", b"frame")
    storage = files.open()
    storage.write("_index.npz", b"index")
    assert JockeyFiles(storage).list_ids() == Page(("05339",), None)


def test_objects_of_a_folder_are_listed_and_deleted(files: Folder | Bucket) -> None:
    """With names, sizes and times; one that is deleted is no longer listed, and may be deleted again."""
    storage = files.open()
    assert list(list_all(storage, "rides/")) == []
    storage.write("rides/2024-00ff.parquet", b"rides")
    storage.write("rides/2023-00ff.parquet", b"more rides")
    listed = list(list_all(storage, "rides/"))
    assert [(each.key, each.size) for each in listed] == [
        ("rides/2023-00ff.parquet", 10),
        ("rides/2024-00ff.parquet", 5),
    ]
    assert abs(datetime.now(UTC) - listed[0].last_modified) < timedelta(days=1)
    storage.delete("rides/2023-00ff.parquet")
    storage.delete("rides/2023-00ff.parquet")
    assert [each.key for each in list_all(storage, "rides/")] == ["rides/2024-00ff.parquet"]
    assert JockeyFiles(storage).list_ids().ids == ()


def test_of_writers_at_once_one_wins(conditional: Folder | Bucket) -> None:
    """Each saw the same version, or none: the first to write replaces it, and the others are told."""
    storage = conditional.open()

    def swap(etag: str | None, data: bytes) -> bool:
        try:
            storage.swap("_rides.v1.json", data, etag)
        except Conflict:
            return False
        return True

    for round_ in range(3):
        seen = storage.read("_rides.v1.json") if round_ else None
        with ThreadPoolExecutor(8) as pool:
            texts = [f"{round_} {place}".encode() for place in range(8)]
            won = list(pool.map(partial(swap, seen and seen.etag), texts))
        assert won.count(True) == 1
        stored = storage.read("_rides.v1.json")
        assert stored
        assert stored.data == texts[won.index(True)]
    storage.delete("_rides.v1.json")
    assert not swap("0" * 32, b"of a version that is gone")


@pytest.mark.parametrize("name", ["", "../x", "_../x/../y", "_a\n", "a/../b", "/a", "a//b", "a/", ".a", "a/.b", "a\\b"])
def test_a_key_that_leads_elsewhere_is_refused(files: Folder | Bucket, name: str) -> None:
    """A path out of the storage, or a hidden name, is refused before anything is touched."""
    storage = files.open()
    with pytest.raises(ValueError, match="No name of an object"):
        storage.read(name)


@pytest.mark.parametrize(
    "name", ["index.arrows", "_", "_../x", "_a/b", "05339.pickle", "_A", "_a\n", "_a..b", "a/../b", "/a"]
)
def test_only_a_name_of_its_own_form_is_written(files: Folder | Bucket, name: str) -> None:
    """A name that is a path, or could be a jockey's file, is refused before anything is touched."""
    storage = files.open()
    for change in (
        partial(storage.write, name, b""),
        partial(storage.swap, name, b"", None),
        partial(storage.delete, name),
    ):
        with pytest.raises(ValueError, match="No name of an object"):
            change()


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    """Where an object cannot take its name, the folder is as it was before, and the error is ours."""
    storage = FolderStorage(tmp_path)
    (tmp_path / "_index.npz").mkdir()
    with pytest.raises(UpstreamUnavailable):
        storage.write("_index.npz", b"index")
    assert [each.name for each in tmp_path.iterdir()] == ["_index.npz"]
    with pytest.raises(UpstreamUnavailable):
        FolderStorage(tmp_path / "away").write("_index.npz", b"index")


def test_whoever_may_read_the_folder_may_read_an_object(tmp_path: Path) -> None:
    """The server that reads an object need not be the user that wrote it."""
    FolderStorage(tmp_path).write("_index.npz", b"index")
    assert (tmp_path / "_index.npz").stat().st_mode & 0o777 == 0o644

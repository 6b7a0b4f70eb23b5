"""A store's faults have stated outcomes, and nothing is opened, imported or made before it is needed."""

import asyncio
import errno
import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dynamodb_tables import PATIENT, REGION, point_to
from graphql_api.config import ConfigError, Settings
from graphql_api.errors import NoSpace, ServiceError, StoreFault, StoreUnavailable
from graphql_api.store.connections import translated
from graphql_api.store.dynamodb import DynamoDbStore
from graphql_api.store.protocol import Item, ItemStore, Key, Write
from graphql_api.store.rate_limits import Draw
from graphql_api.store.service import Store, open_store
from graphql_api.store.sqlite import SqliteStore

KEY = Key("A", "B")
OPERATIONS: dict[str, Callable[[ItemStore], object]] = {
    "get": lambda store: store.get(KEY),
    "put": lambda store: store.put(KEY, {}),
    "create": lambda store: store.put(KEY, {}, expected=0),
    "put_all": lambda store: store.put_all([Write(KEY, {})]),
    "query": lambda store: store.query("A"),
    "add": lambda store: store.add(KEY, {"n": 1}),
    "draw": lambda store: store.draw(KEY, 0, {"n": Draw(1, 1, 1)}),
    "delete": lambda store: store.delete(KEY),
    "check": lambda store: store.check(),
}


def test_reading_makes_no_file(tmp_path: Path) -> None:
    """Neither the file nor its folder; the first write makes both, readable by their owner alone."""
    path = tmp_path / "state" / "store.sqlite3"
    store = SqliteStore(path)
    store.check()
    assert (store.get(KEY), store.query("A").items) == (None, ())
    assert not path.parent.exists()
    store.put(KEY, {})
    assert path.stat().st_mode & 0o777 == 0o600
    store.close()


def test_a_file_that_another_process_keeps_locked_is_unavailable(tmp_path: Path) -> None:
    """What reads goes on, what writes is told within a moment, and all goes well once the lock is gone."""
    store = SqliteStore(tmp_path / "store.sqlite3")
    store.put(KEY, {"a": 1})
    other = sqlite3.connect(tmp_path / "store.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable) as raised:
        store.put(KEY, {"a": 2})
    assert (raised.value.code, raised.value.log_fields) == ("STORE_UNAVAILABLE", {"error_code": "SQLITE_BUSY"})
    found = store.get(KEY)
    assert found is not None
    other.close()
    assert store.put(KEY, {"a": 2}).version == 2
    store.close()


def test_a_full_disk_is_told_as_such() -> None:
    """SQLite's own error, brought about by the most pages that a database may have."""
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA max_page_count = 1")
    with pytest.raises(NoSpace), translated():
        connection.execute("CREATE TABLE items (a)")
    connection.close()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_damaged_file_takes_an_operator(tmp_path: Path, operation: str) -> None:
    """The error names SQLite's code in the log only."""
    path = tmp_path / "store.sqlite3"
    path.write_bytes(b"no database at all, but long enough to be looked at" * 50)
    store = SqliteStore(path)
    with pytest.raises(StoreFault) as raised:
        OPERATIONS[operation](store)
    assert raised.value.log_fields == {"error_code": "SQLITE_NOTADB"}
    store.close()


def test_a_place_that_cannot_be_written_takes_an_operator(tmp_path: Path) -> None:
    """Here a file stands where the folder would be."""
    (tmp_path / "file").touch()
    store = SqliteStore(tmp_path / "file" / "store.sqlite3")
    assert store.get(KEY) is None
    with pytest.raises(StoreFault):
        store.put(KEY, {})


def test_a_place_that_is_read_only_is_told_as_a_store_that_is_missing() -> None:
    """As in a function of Lambda without a table: a client gets 503 and a code, and no unexpected error."""
    with pytest.raises(StoreUnavailable) as raised, translated():
        raise OSError(errno.EROFS, "Read-only file system")
    assert (raised.value.status, raised.value.log_fields) == (503, {"error_code": "EROFS"})


class Answering(BaseHTTPRequestHandler):
    """Answers every call with the server's fault, or not at all."""

    server: "Faulty"

    def do_POST(self) -> None:
        """Answer one call."""
        self.server.calls += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.fault is None:
            self.server.over.wait(30)
            return
        status, code = self.server.fault
        body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no"}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Faulty(ThreadingHTTPServer):
    """A stand-in for DynamoDB that only fails."""

    daemon_threads = True
    fault: tuple[int, str] | None = None
    calls = 0

    def __init__(self, handler: type[BaseHTTPRequestHandler] = Answering) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), handler)
        self.over = threading.Event()
        self.written: list[str] = []


@contextmanager
def faulty(fault: tuple[int, str] | None, handler: type[BaseHTTPRequestHandler] = Answering) -> Iterator[Faulty]:
    """Run a server that fails."""
    with Faulty(handler) as server:
        server.fault = fault
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


FAULTS: dict[tuple[int, str] | None, type[ServiceError]] = {
    None: StoreUnavailable,
    (400, "ProvisionedThroughputExceededException"): StoreUnavailable,
    (400, "ThrottlingException"): StoreUnavailable,
    (400, "RequestLimitExceeded"): StoreUnavailable,
    (400, "ResourceNotFoundException"): StoreUnavailable,
    (500, "InternalServerError"): StoreUnavailable,
    (400, "ItemCollectionSizeLimitExceededException"): NoSpace,
    (400, "AccessDeniedException"): StoreFault,
    (400, "ValidationException"): StoreFault,
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault[1] if fault else "hang")
def test_a_fault_of_dynamodb_is_told_after_one_call(
    fault: tuple[int, str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is repeated: to add once more might add twice."""
    with faulty(fault) as server:
        point_to(f"http://127.0.0.1:{server.server_port}", monkeypatch)
        store = DynamoDbStore("items", REGION)
        for number, operation in enumerate(OPERATIONS.values() if fault else [OPERATIONS["add"]], 1):
            with pytest.raises(FAULTS[fault]) as raised:
                operation(store)
            assert server.calls == number
            assert "error_code" in raised.value.log_fields
        store.close()


class Batching(Answering):
    """Leaves items of batches unprocessed, as DynamoDB does when it is throttled."""

    def do_POST(self) -> None:
        """Write the first item of a call; or none, where the test says so."""
        self.server.calls += 1
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["RequestItems"]["items"]
        done = 1 if self.server.fault is None else 0
        self.server.written += [each["PutRequest"]["Item"]["SK"]["S"] for each in asked[:done]]
        body = json.dumps({"UnprocessedItems": {"items": asked[done:]} if asked[done:] else {}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.mark.parametrize("never", [False, True])
def test_items_of_a_batch_that_are_left_are_sent_again(never: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those alone, until all are written; after six calls what is left is told."""
    with faulty((0, "") if never else None, Batching) as server:
        point_to(f"http://127.0.0.1:{server.server_port}", monkeypatch)
        store = DynamoDbStore("items", REGION, timeouts=PATIENT)
        writes = [Write(Key("A", str(number)), {}) for number in range(5)]
        if never:
            with pytest.raises(StoreUnavailable) as raised:
                store.put_all(writes)
            assert (raised.value.log_fields, server.calls) == ({"reason": "throttled", "unwritten": 5}, 6)
        else:
            store.put_all(writes)
            assert (server.written, server.calls) == (["0", "1", "2", "3", "4"], 5)
        store.close()


def test_a_dynamodb_that_is_not_there_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection is refused."""
    with Faulty() as server:
        url = f"http://127.0.0.1:{server.server_port}"
    point_to(url, monkeypatch)
    store = DynamoDbStore("items", REGION)
    with pytest.raises(StoreUnavailable):
        store.get(KEY)
    store.close()


class Hanging(SqliteStore):
    """A store whose reads take as long as the test."""

    def __init__(self, path: Path) -> None:
        """Wait until the test is over."""
        super().__init__(path)
        self.over = threading.Event()

    def get(self, key: Key) -> Item | None:
        """Hang."""
        self.over.wait(30)
        return super().get(key)


def test_a_store_that_hangs_holds_up_neither_the_loop_nor_its_caller(tmp_path: Path) -> None:
    """The caller is told after its time; others go on meanwhile."""
    hanging = Hanging(tmp_path / "store.sqlite3")

    async def run() -> int:
        store, ticks = Store(hanging, seconds=0.2), 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0.01)

        ticking = asyncio.create_task(tick())
        with pytest.raises(StoreUnavailable) as raised:
            await store.get(KEY)
        assert raised.value.log_fields == {"reason": "slow"}
        ticking.cancel()
        hanging.over.set()
        store.close()
        return ticks

    assert asyncio.run(run()) > 3


def test_the_service_passes_every_operation_on(tmp_path: Path) -> None:
    """In threads, each with the arguments of the store itself."""

    async def run() -> None:
        store = Store(SqliteStore(tmp_path / "store.sqlite3"), seconds=10)
        assert (await store.put(KEY, {"a": 1}, expected=0, expires=int(time.time()) + 60)).version == 1
        assert (await store.add(KEY, {"n": 2})).numbers == {"n": 2}
        drawn = await store.draw(KEY, 100, {"m": Draw(1, 1, 1)}, {})
        assert drawn is not None
        assert drawn.granted
        assert [each.body for each in (await store.query("A", "B")).items] == [{"a": 1}]
        await store.delete(KEY, expected=1)
        assert await store.get(KEY) is None
        store.close()

    asyncio.run(run())


def test_a_store_is_chosen_by_its_setting(tmp_path: Path) -> None:
    """A path, a table, or a file of its own in the home folder; anything else is an error."""
    assert isinstance(open_store(Settings(store=str(tmp_path / "a.sqlite3"))), SqliteStore)
    assert isinstance(open_store(Settings(store="dynamodb://items")), DynamoDbStore)
    assert isinstance(open_store(Settings()), SqliteStore)
    with pytest.raises(ConfigError, match="JOCKEY_STORE"):
        open_store(Settings(store="redis://localhost"))


@pytest.mark.parametrize(("name", "unwanted"), [("a.sqlite3", "botocore"), ("dynamodb://items", "sqlite3")])
def test_a_store_imports_only_what_it_needs(name: str, unwanted: str) -> None:
    """To choose one connects to nothing and imports no SDK."""
    code = (
        "import sys; from graphql_api.config import Settings; from graphql_api.store.service import open_store\n"
        f"open_store(Settings(store={name!r})); print({unwanted!r} in sys.modules, 'boto3' in sys.modules)"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.split() == ["False", "False"]

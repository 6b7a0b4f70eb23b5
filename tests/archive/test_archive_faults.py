"""What the archive does where something is missing, damaged, full, slow or hostile."""

import asyncio
import gc
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event, get_ident
from typing import Any

import orjson
import pytest
from archives import DISK, MEMORY, Archive, manifest_of, refreshed, write_files
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from fakes import FakeClock
from graphql_api.app import create_app, create_core
from graphql_api.archive import costs
from graphql_api.archive.columns import SCHEMA
from graphql_api.archive.editions import Edition
from graphql_api.archive.embedded import PIECE, EmbeddedEngine
from graphql_api.archive.files import LocalFiles
from graphql_api.archive.held import PAUSE, Answer, Held
from graphql_api.archive.manifest import NAME, DataFile, load
from graphql_api.archive.questions import Statement
from graphql_api.errors import (
    DataCorrupt,
    IndexOutdated,
    NoSpace,
    Overloaded,
    QueryTooComplex,
    RequestTimeout,
    UpstreamUnavailable,
)
from graphql_api.execution.budget import Budget
from graphql_api.execution.context import Context
from graphql_api.installed import read_settings
from graphql_api.storage.folder import FolderStorage, content_hash
from graphql_api.storage.protocol import MAX_OBJECT_BYTES, StoredObject
from graphql_api.workers import Workers
from graphql_client import codes, data, run

RIDES = "{ rides { totalCount } }"
SLOW = Statement("SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE (a.range * b.range) % 7 = 3")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give two jockeys' files with an archive."""
    write_files(tmp_path / "data", ["00001", "00002"], 40)
    refreshed(FolderStorage(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def archive(folder: Path) -> Iterator[Archive]:
    """Ask it without a server."""
    opened = Archive(FolderStorage(folder))
    yield opened
    opened.close()


def serve(folder: Path, **environ: str) -> TestClient:
    """Serve a folder."""
    return TestClient(create_app(read_settings(environ, data=str(folder))), raise_server_exceptions=False)


# What is asked for is not there.


def test_an_archive_of_another_release_is_told(folder: Path) -> None:
    """With a code of its own, and what to do; a jockey is answered all the same."""
    manifest = orjson.loads((folder / NAME).read_bytes())
    (folder / NAME).write_bytes(orjson.dumps({**manifest, "schema": SCHEMA + 1}))
    with serve(folder) as client:
        answer = run(client, RIDES)
        assert codes(answer) == ["INDEX_OUTDATED"]
        assert "graphql-api index" in answer["errors"][0]["message"]
        assert data(client, '{ jockey(id: "00001") { id } }')["jockey"]


def test_without_an_archive_all_that_takes_one_says_so(tmp_path: Path) -> None:
    """By one code."""
    write_files(tmp_path, ["00001"])
    with serve(tmp_path) as client:
        for query in (RIDES, '{ horse(name: "x") { name } }', "{ horses { totalCount } }", "{ leaders { rank } }"):
            assert codes(run(client, query)) == ["INDEX_REQUIRED"]


@pytest.mark.parametrize(
    "damage",
    [
        b"junk",
        b"[]",
        b"{}",
        orjson.dumps({"schema": SCHEMA}),
        orjson.dumps({"schema": SCHEMA, "sources": {"1": 1}, "rides": {}, "jockeys": {}, "horses": {}, "previous": []}),
    ],
)
def test_a_damaged_manifest_is_refused(damage: bytes) -> None:
    """Whatever is no manifest is data that cannot be read."""
    with pytest.raises(DataCorrupt):
        load(damage)


@settings(max_examples=50)
@given(st.sampled_from(["../x.parquet", "rides/../x", "/etc/passwd", "_x", "jockeys/x.parquet", 3, None]))
def test_a_manifest_names_files_of_its_own_folder_only(name: Any) -> None:
    """A name that is a path, or of another folder, is refused before anything is read."""
    file = {"name": "rides/jockeys-0123456789abcdef.parquet", "rows": 1, "size": 1}
    content = {"schema": SCHEMA, "sources": {}, "previous": [], "rides": {"2024": {**file, "name": name}}}
    with pytest.raises(DataCorrupt):
        load(orjson.dumps({**content, "jockeys": file, "horses": file}))
    with pytest.raises(IndexOutdated):
        load(orjson.dumps({**content, "schema": 0}))


def test_files_that_are_gone_are_for_later(folder: Path) -> None:
    """A newer version has taken the place of the one in memory: the next look finds it."""
    for path in (folder / "rides").iterdir():
        path.unlink()
    with serve(folder) as client:
        answer = run(client, RIDES)
        assert codes(answer) == ["UPSTREAM_UNAVAILABLE"]
        refreshed(FolderStorage(folder))
    with serve(folder) as client:
        assert data(client, RIDES)["rides"]["totalCount"] == 80


def test_a_file_that_is_not_what_its_name_says_is_refused(folder: Path) -> None:
    """A name is a digest of the content."""
    for path in (folder / "rides").iterdir():
        path.write_bytes(b"other")
    with serve(folder) as client:
        assert codes(run(client, RIDES)) == ["DATA_CORRUPT"]


# The disk.


def test_the_folder_keeps_what_fits(folder: Path, tmp_path: Path) -> None:
    """Files of versions that went are deleted to make room; those that are asked for, and those to keep, never are."""
    storage, local = FolderStorage(folder), tmp_path / "local"
    manifest = manifest_of(storage)
    size = sum(file.size for file in manifest.files)
    files = LocalFiles(storage, str(local), size + 10)
    (old,) = [local / "old.parquet"]
    local.mkdir()
    old.write_bytes(b"x" * 100)
    paths = files.fetch(manifest.files, ())
    assert all(path.stat().st_size == file.size for path, file in zip(paths, manifest.files, strict=True))
    assert not old.exists()
    with pytest.raises(NoSpace):
        files.fetch([replace(manifest.jockeys, name="rides/jockeys-00.parquet")], manifest.files)
    assert all(path.exists() for path in paths)
    files.close()
    assert paths[0].exists()  # a folder that was given is kept


def test_a_file_is_fetched_once(folder: Path) -> None:
    """Its name is its content, so what is there is not asked for again; a folder of its own ends with the process."""
    storage = FolderStorage(folder)
    files = LocalFiles(storage, "", DISK)
    (path,) = files.fetch([manifest_of(storage).jockeys], ())
    (folder / manifest_of(storage).jockeys.name).unlink()
    assert files.fetch([DataFile(f"rides/{path.name}", 0, 0)], ()) == [path]
    with pytest.raises(UpstreamUnavailable):
        files.fetch([DataFile("rides/jockeys-0000.parquet", 0, 0)], ())
    files.close()
    assert not path.exists()


def test_large_files_are_fetched_one_after_the_other(tmp_path: Path) -> None:
    """A year of millions of rides may have more bytes than other objects, and only few such are in memory at once."""
    threads: set[int] = set()

    class Watched(FolderStorage):
        """Tells which threads read."""

        def read(self, key: str, etag: str | None = None, *, max_bytes: int = 0) -> StoredObject | None:
            threads.add(get_ident())
            return super().read(key, etag, max_bytes=max_bytes)

    storage, names = Watched(tmp_path), []
    for place in range(3):
        content = bytes([place]) * (MAX_OBJECT_BYTES + 1)
        names.append(f"rides/{2020 + place}-{content_hash(content)[:16]}.parquet")
        storage.write(names[-1], content)
    files = LocalFiles(storage, "", DISK)
    paths = files.fetch([DataFile(name, 1, MAX_OBJECT_BYTES + 1) for name in names], ())
    assert {path.stat().st_size for path in paths} == {MAX_OBJECT_BYTES + 1}
    assert len(threads) == 1
    files.close()


def test_an_archive_larger_than_the_disk_may_take_is_told(folder: Path) -> None:
    """The refusal has its own code; a jockey is answered all the same."""
    with serve(folder, JOCKEY_ARCHIVE_DISK_BYTES="1000") as client:
        assert codes(run(client, RIDES)) == ["INSUFFICIENT_STORAGE"]
        assert data(client, '{ jockey(id: "00001") { id } }')["jockey"]


# Time and memory.


def test_a_question_past_its_time_ends(archive: Archive) -> None:
    """It is a timeout, the thread is free again, and the next question is answered."""
    with pytest.raises(RequestTimeout):
        archive.ask(SLOW, Budget(seconds=0.3))
    with pytest.raises(RequestTimeout):
        archive.ask(SLOW, Budget(seconds=0.3))
    with pytest.raises(RequestTimeout):
        archive.ask(SLOW, Budget(seconds=0.3))
    assert archive.rows(
        "SELECT count(*) FROM rides",
    ) == [(80,)]


def test_a_question_ends_with_its_request(archive: Archive) -> None:
    """A caller that gives up frees the thread."""

    async def give_up() -> None:
        for _ in range(3):
            asked = asyncio.ensure_future(archive.engine.ask(SLOW, Budget()))
            await asyncio.sleep(0.2)
            asked.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asked

    asyncio.run(give_up())
    assert archive.rows("SELECT count(*) FROM rides") == [(80,)]


def test_a_request_that_is_stopped_ends_its_question(archive: Archive) -> None:
    """Work in another thread is stopped by its budget."""
    budget = Budget()

    async def stop() -> None:
        asked = asyncio.ensure_future(archive.engine.ask(SLOW, budget))
        await asyncio.sleep(0.2)
        budget.stop()
        with pytest.raises(RequestTimeout):
            await asked

    asyncio.run(stop())


def test_a_question_past_its_time_is_told_over_http(folder: Path) -> None:
    """By the code of all requests that take too long."""
    with serve(folder, JOCKEY_REQUEST_TIMEOUT="0.01") as client:
        answer = client.post("/graphql", json={"query": RIDES})
        assert (answer.status_code, codes(answer.json())) == (504, ["TIMEOUT"])


def test_a_question_that_takes_too_much_memory_is_refused(folder: Path) -> None:
    """The memory of all questions is bounded, and so is what they put on disk."""
    storage = FolderStorage(folder)
    workers, files = Workers(1), LocalFiles(storage, "", DISK)
    engine = EmbeddedEngine(manifest_of(storage), files, workers, 32 * 2**20, 2**20)
    greedy = Statement("SELECT list(range) FROM range(100000000)", (), ())
    with pytest.raises((QueryTooComplex, NoSpace)):
        asyncio.run(engine.ask(greedy, Budget()))
    assert asyncio.run(engine.ask(Statement("SELECT count(*) FROM rides"), Budget())) == [(80,)]
    workers.close()
    files.close()


def test_an_answer_of_too_many_values_is_refused(archive: Archive) -> None:
    """It is not taken into memory."""
    with pytest.raises(QueryTooComplex):
        archive.ask(Statement("SELECT range FROM range(100000000)", (), ()))


# Hostile questions: what no text of ours says, and what would not work if one did.


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "COPY (SELECT 1) TO '/tmp/graphql-api-escaped'",
        "ATTACH '/tmp/graphql-api-escaped.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET memory_limit = '100GB'",
        "SET threads = 64",
        "RESET lock_configuration",
        "SELECT getenv('HOME')",
        "CREATE SECRET s (TYPE s3)",
    ],
)
def test_the_engine_is_locked(archive: Archive, text: str) -> None:
    """Neither files nor settings nor extensions nor the environment can be reached."""
    import duckdb

    archive.rows("SELECT count(*) FROM rides")
    with pytest.raises(duckdb.Error):
        archive.ask(Statement(text, (), ()))
    assert not Path("/tmp/graphql-api-escaped").exists()


@pytest.mark.parametrize(
    "text", ["'; DROP VIEW rides; --", "%' OR 1=1 --", "$1", "\\x00", "🐎" * 100, "' UNION SELECT 1"]
)
def test_texts_are_values(folder: Path, text: str) -> None:
    """Whatever a client sends as a text is compared, and is never a part of a statement."""
    query = """query ($text: String!, $id: ID!) {
        rides(filter: {or: [{horseName: {contains: $text}}, {raceName: {in: [$text]}}, {jockeyId: {eq: $id}}]}) {
            totalCount } }"""
    with serve(folder) as client:
        assert data(client, query, text=text, id=text)["rides"]["totalCount"] == 0
        assert data(client, RIDES)["rides"]["totalCount"] == 80


# Many at once.


def test_many_questions_at_once_are_bounded_and_jockeys_unharmed(folder: Path) -> None:
    """Fifty clients wait for their turn; a jockey in memory is answered meanwhile, without one of their threads."""
    storage = FolderStorage(folder)
    workers, files = Workers(2), LocalFiles(storage, "", DISK)
    engine = EmbeddedEngine(manifest_of(storage), files, workers, MEMORY, DISK)
    asked = [
        Statement(f"SELECT count(*), {place} FROM rides a, rides b, range(200) WHERE a.distance <> b.distance")
        for place in range(50)
    ]

    async def ask_all() -> list[Any]:
        return await asyncio.gather(*(engine.ask(each, Budget()) for each in asked))

    answers = asyncio.run(ask_all())
    assert len({answer[0][0] for answer in answers}) == 1
    assert [answer[0][1] for answer in answers] == list(range(50))
    workers.close()
    files.close()


def released(held: Held) -> bool:
    """Wait until nothing is held: the thread that answered lets go a moment after its answer is there."""
    for _ in range(500):
        if held.values == 0:
            return True
        time.sleep(0.01)
    return False


def test_answers_in_memory_are_bounded(folder: Path) -> None:
    """While too much of them is held, no further question is asked; once they are gone, the next one is."""
    storage = FolderStorage(folder)
    workers, files, held = Workers(2), LocalFiles(storage, "", DISK), Held(2 * 80)
    engine = EmbeddedEngine(manifest_of(storage), files, workers, MEMORY, DISK, held)
    kept, other = Statement("SELECT date, distance FROM rides"), Statement("SELECT date FROM rides")

    async def ask(statement: Statement) -> int:
        return len(await engine.ask(statement, Budget()))

    assert asyncio.run(ask(kept)) == 80
    assert held.values == 2 * 80
    assert asyncio.run(ask(kept)) == 80  # it is at hand
    with pytest.raises(Overloaded):
        asyncio.run(ask(other))
    engine.forget()
    assert released(held)
    assert asyncio.run(ask(other)) == 80
    workers.close()
    files.close()


def test_answers_in_cycles_are_collected_before_anybody_is_refused() -> None:
    """But not with each refusal."""
    clock = FakeClock()
    held = Held(10, clock)

    def leave(size: int) -> None:
        answer = Answer([(None,)] * size)
        answer.append((answer,))
        held.add(answer)

    gc.disable()
    try:
        leave(20)
        held.check()
        leave(20)
        with pytest.raises(Overloaded):
            held.check()
        clock.turn(PAUSE)
        held.check()
    finally:
        gc.enable()


def test_no_request_leaves_its_answers_in_a_cycle(archive: Archive, folder: Path) -> None:
    """Cycles are seldom looked for, so that large answers would stay for long."""
    made = Edition(manifest_of(FolderStorage(folder)), archive.engine, "1", None)

    async def ask() -> int:
        core = create_core(read_settings({}, data=str(folder)))
        return len(await made.ask(Context(core.services), Statement("SELECT * FROM rides"), 0))

    gc.disable()
    try:
        assert asyncio.run(ask()) == 80
        archive.engine.forget()
        assert released(archive.engine.held)
    finally:
        gc.enable()


def test_answers_of_many_pieces_are_whole(archive: Archive) -> None:
    """They are fetched in pieces, so that the event loop is not held meanwhile."""
    rows = archive.rows(f"SELECT range, range FROM range({3 * PIECE})")
    assert len(rows) == 3 * PIECE
    assert rows[-1] == (3 * PIECE - 1, 3 * PIECE - 1)


def test_a_slow_storage_does_not_hold_the_event_loop(folder: Path) -> None:
    """While files are fetched in a thread, whoever asks meanwhile waits without holding up the others."""
    entered, opened = Event(), Event()

    class Slow(FolderStorage):
        """A folder whose rides come late."""

        def read(self, key: str, etag: str | None = None, **options: Any) -> Any:
            """Wait for the test with each file of the archive."""
            if key.startswith("rides/"):
                entered.set()
                assert opened.wait(10)
            return super().read(key, etag, **options)

    workers, files = Workers(2), LocalFiles(Slow(folder), "", DISK)
    engine = EmbeddedEngine(manifest_of(FolderStorage(folder)), files, workers, MEMORY, DISK)
    statement = Statement("SELECT count(*) FROM rides")

    async def ask_twice() -> list[Any]:
        first = asyncio.ensure_future(engine.ask(statement, Budget()))
        assert await asyncio.to_thread(entered.wait, 10)
        second = asyncio.ensure_future(engine.ask(statement, Budget()))
        await asyncio.sleep(0.05)  # the loop goes on, or this would never end
        opened.set()
        return [await first, await second]

    assert asyncio.run(ask_twice()) == [[(80,)], [(80,)]]
    workers.close()
    files.close()


def test_a_request_may_ask_so_much_and_no_more(folder: Path) -> None:
    """The operation's cost is known before anything is read, and so are questions that aliases repeat."""
    many = " ".join(f"r{place}: rides(first: {place + 1}) {{ totalCount }}" for place in range(30))
    groups = "{ rides { groupBy(by: [HORSE_NAME], first: 90) { rides(first: 1) { nodes { date } } } } }"
    with serve(folder) as client:
        for query in (f"{{ {many} }}", groups):
            answer = run(client, query)
            assert codes(answer) == ["QUERY_TOO_COMPLEX"]
            assert "3,000,000 at most" in answer["errors"][0]["message"]
    with serve(folder, JOCKEY_MAX_COST="100000000") as client:
        answer = run(client, groups)
        assert set(codes(answer)) == {"QUERY_TOO_COMPLEX"}
        assert "at most 30 archive queries" in answer["errors"][0]["message"]


def test_a_question_costs_by_the_rides_of_the_years_that_it_may_need(archive: Archive, folder: Path) -> None:
    """Of many millions of rides, those of one year may be asked for often, those of all years less."""
    manifest = manifest_of(FolderStorage(folder))
    file = next(iter(manifest.rides.values()))
    large = replace(manifest, rides={2023: replace(file, rows=60_000_000), 2024: replace(file, rows=600_000)})
    made = Edition(large, archive.engine, "1", None)
    text = "SELECT count(*) FROM rides WHERE year = 2024"

    core = create_core(read_settings({}, data=str(folder)))

    def cost(statement: Statement) -> int:
        context = Context(core.services)
        asyncio.run(made.ask(context, statement, costs.PAGE))
        return context.budget.spent

    assert cost(Statement(text, years=(2024, 2024))) == costs.PAGE // 2
    assert cost(Statement(text)) == costs.PAGE * 50 + costs.PAGE // 2


def test_equal_questions_are_answered_from_memory(archive: Archive) -> None:
    """As long as the version: the second answer is the very same."""
    first = archive.rows("SELECT jockey_id, count(*) FROM rides GROUP BY jockey_id")
    assert archive.rows("SELECT jockey_id, count(*) FROM rides GROUP BY jockey_id") is first

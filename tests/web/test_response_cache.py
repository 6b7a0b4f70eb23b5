"""Whole answers kept: given again to the letter while their files hold, and never beyond."""

import gc
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from fakes import FakeClock, FakeStorage
from graphql_api import samples
from graphql_api.app import Core, create_app, create_core, serve_core
from graphql_api.cli.repeats import Repeats
from graphql_api.config import Settings
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.repository import Jockeys
from graphql_api.services import Services

QUERY = 'query Q($n: Int) { jockey(id: "00001") { name records(first: $n) { totalCount } } }'


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give the bytes of one jockey's file."""
    folder = tmp_path_factory.mktemp("one")
    return samples.write(folder, jockeys=1, rows=20, seed=1)[0].read_bytes()


class Served:
    """An application over a storage in memory, and how it executed what it was asked."""

    def __init__(self, file: bytes, capfdbinary: pytest.CaptureFixture[bytes], **settings: Any) -> None:
        """Serve one jockey under settings."""
        self.storage = FakeStorage({"00001": file})
        self.client = TestClient(create_app(Settings(**settings), self.storage), raise_server_exceptions=False)
        self.output = capfdbinary

    def ask(self, query: str = QUERY, variables: Any = None, **headers: str) -> tuple[Any, str]:
        """Ask by POST; give the response and how it was executed: ``plan``, ``general`` or ``kept``."""
        self.output.readouterr()
        response = self.client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        line = json.loads(self.output.readouterr().out.splitlines()[-1])
        assert line["request_id"] == response.headers["x-request-id"]
        return response, line.get("execution", "")


@pytest.fixture
def served(file: bytes, capfdbinary: pytest.CaptureFixture[bytes]) -> Iterator[Served]:
    """Serve one jockey."""
    return Served(file, capfdbinary)


def test_a_repeated_request_is_answered_from_memory(served: Served) -> None:
    """The second answer is the first to the letter, under an id of its own, and counts as a hit."""
    first, executed = served.ask()
    second, kept = served.ask()
    assert (executed, kept) == ("plan", "kept")
    assert second.content == first.content
    for name in ("content-type", "vary", "x-content-type-options", "content-security-policy"):
        assert second.headers[name] == first.headers[name]
    assert second.headers["x-request-id"] != first.headers["x-request-id"]
    assert "server-timing" in second.headers


@pytest.mark.parametrize(
    ("variables", "headers"),
    [
        ({"n": 1}, {}),
        (None, {"accept": "application/graphql-response+json"}),
        (None, {"origin": "https://example.org"}),
        (None, {"accept-encoding": "identity"}),
    ],
)
def test_whatever_shapes_an_answer_is_part_of_the_request(
    served: Served, variables: Any, headers: dict[str, str]
) -> None:
    """Other variables, media types, origins or codings are other requests."""
    served.ask()
    assert served.ask(variables=variables, **headers)[1] == "plan"


@pytest.mark.parametrize("name", ["authorization", "cookie", "x-api-key"])
def test_requests_with_credentials_pass_by(served: Served, name: str) -> None:
    """What a client asks for under credentials is neither kept nor answered from what was."""
    for _ in range(2):
        assert served.ask(**{name: "secret"})[1] == "plan"


def test_errors_are_not_kept(served: Served) -> None:
    """A partial answer, or one of a jockey that is missing, is made anew each time."""
    for query in ('{ jockey(id: "x") { name } }', '{ jockey(id: "99999") { name } }', "{ nothing }"):
        served.ask(query)
        assert served.ask(query)[1] != "kept"


def test_a_new_version_of_the_file_ends_the_answer(file: bytes, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Once the copy in memory has expired, the storage is asked again, as without the cache."""
    served = Served(file, capfdbinary, cache_ttl=0.0)
    served.ask()
    reads = served.storage.reads["00001"]
    assert served.ask()[1] == "plan"
    assert served.storage.reads["00001"] == reads + 1


def test_without_memory_for_answers_none_is_kept(file: bytes, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """``encoded_bytes`` at zero turns it off."""
    served = Served(file, capfdbinary, encoded_bytes=0)
    served.ask()
    assert served.ask()[1] == "plan"


def test_rest_answers_and_304_are_kept_too(served: Served) -> None:
    """A repeated GET, conditional or not, is answered from memory, and counts as a hit of the jockey."""
    tag = served.client.get("/api/jockey/00001").headers["etag"]
    for headers, status in (({}, 200), ({"if-none-match": tag}, 304)):
        answers = []
        for _ in range(3):
            served.output.readouterr()
            response = served.client.get("/api/jockey/00001", headers=headers)
            line = json.loads(served.output.readouterr().out.splitlines()[-1])
            assert (response.status_code, line["cache"]) == (status, {"hit": 1})
            answers.append((response.content, response.headers["etag"], line.get("execution")))
        assert answers[1] == answers[2] == (*answers[0][:2], "kept")


def ticking(file: bytes, clock: FakeClock, settings: Settings) -> Core:
    """Wire a core whose jockeys age by a clock of the test."""
    storage = FakeStorage({"00001": file})
    jockeys = Jockeys(storage, settings, clock=clock)
    return replace(create_core(settings, storage), services=Services(settings, storage, {Jockeys: jockeys}))


def test_an_answer_tells_its_age(file: bytes) -> None:
    """Caches further on subtract Age from max-age, so that nothing outlives its time to live by being kept twice."""
    clock = FakeClock()
    core = ticking(file, clock, Settings())
    client = TestClient(serve_core(core, core.settings))
    first = client.get("/api/jockey/00001")
    clock.now += 7.5
    second = client.get("/api/jockey/00001")
    assert "age" not in first.headers
    assert second.headers["age"] in {"7", "8"}
    assert second.headers["cache-control"] == first.headers["cache-control"]


def test_what_was_asked_counts_towards_the_bound(file: bytes, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Small answers to long requests push each other out as long answers do."""
    served = Served(file, capfdbinary, encoded_bytes=20_000)
    long = [QUERY + " " * (7_000 + number) for number in range(3)]
    for query in long:
        served.ask(query)
    assert served.ask(long[-1])[1] == "kept"
    assert served.ask(long[0])[1] == "plan"


def test_kept_answers_do_not_hold_jockeys_that_the_repository_let_go(file: bytes) -> None:
    """The memory of a jockey is bounded by the repository's settings, not by how often small answers are kept."""
    files = {f"{number:05}": file for number in range(1, 9)}
    client = TestClient(create_app(Settings(cache_entries=2), FakeStorage(files)))
    gc.collect()
    before = sum(type(each) is RaceRecords for each in gc.get_objects())
    for jockey_id in files:
        client.post("/graphql", json={"query": f'{{ jockey(id: "{jockey_id}") {{ id }} }}'})
    gc.collect()
    assert sum(type(each) is RaceRecords for each in gc.get_objects()) - before <= 2


class MovingClock(FakeClock):
    """A clock that jumps by an hour once it has been asked so many times."""

    def __init__(self) -> None:
        """Stand still."""
        super().__init__()
        self.left = -1

    def __call__(self) -> float:
        """Give the time."""
        self.left -= 1
        if self.left == 0:
            self.now += 3600
        return super().__call__()


@pytest.mark.parametrize("looks", range(1, 6))
def test_an_answer_that_was_found_to_hold_is_given(file: bytes, looks: int) -> None:
    """It may expire at any moment: what was decided is done, and the next request sees it."""
    clock = MovingClock()
    core = ticking(file, clock, Settings(cache_ttl=60))
    app = serve_core(core, core.settings)
    repeats = Repeats(app)

    async def remembering(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)
        repeats.remember(b"bytes", scope)

    client = TestClient(remembering)
    for _ in range(2):
        client.get("/api/jockey/00001", headers={"if-none-match": "*"})
    clock.left = looks
    answers = [repeats.answer(b"bytes", None, []) for _ in range(looks + 1)]
    given = [answer for answer in answers if answer is not None]
    assert all(answer.startswith(b"HTTP/1.1 304 ") for answer in given)
    assert answers[-1] is None

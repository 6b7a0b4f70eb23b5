"""Whole answers kept: given again to the letter while their files hold, and never beyond."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from fakes import FakeStorage
from graphql_api import samples
from graphql_api.app import create_app
from graphql_api.config import Settings

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


def test_an_answer_tells_its_age(file: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Caches further on subtract Age from max-age, so that nothing outlives its time to live by being kept twice."""
    clock = [1000.0]
    monkeypatch.setattr("graphql_api.web.response_cache.time.monotonic", lambda: clock[0])
    client = TestClient(create_app(Settings(), FakeStorage({"00001": file})))
    first = client.get("/api/jockey/00001")
    clock[0] += 7.5
    second = client.get("/api/jockey/00001")
    assert "age" not in first.headers
    assert second.headers["age"] == "7"
    assert second.headers["cache-control"] == first.headers["cache-control"]


def test_what_was_asked_counts_towards_the_bound(file: bytes, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Small answers to long requests push each other out as long answers do."""
    served = Served(file, capfdbinary, encoded_bytes=20_000)
    long = [QUERY + " " * (7_000 + number) for number in range(3)]
    for query in long:
        served.ask(query)
    assert served.ask(long[-1])[1] == "kept"
    assert served.ask(long[0])[1] == "plan"

"""Conditional requests: tags without end ask the storage once, dates count where there is no tag."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from fakes import FakeStorage
from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.web.conditional import MAX_TAGS, not_modified

GRAPHQL = "/graphql?" + urlencode({"query": '{ jockey(id: "00001") { id } }'})
REST = "/api/jockey/00001"
NAMED = "/q/Name?id=00001"
JSON = {"accept": "application/json"}


@pytest.fixture
def storage(sample_data: Path) -> FakeStorage:
    """Give a storage that counts, with a file."""
    return FakeStorage({each: (sample_data / f"{each}.pickle").read_bytes() for each in ("00001", "00002", "00003")})


@pytest.fixture
def serve(storage: FakeStorage, tmp_path: Path) -> Any:
    """Give what starts another process over the storage."""
    (tmp_path / "Name.graphql").write_text("query Name($id: ID!) { jockey(id: $id) { id } }")

    def start() -> TestClient:
        return TestClient(create_app(Settings(data="unused", documents=str(tmp_path)), storage), headers=JSON)

    return start


@pytest.fixture
def cold(serve: Any) -> Iterator[TestClient]:
    """Give a client of a process that has read nothing."""
    with serve() as client:
        yield client


@pytest.fixture
def tag(request: pytest.FixtureRequest, serve: Any, storage: FakeStorage) -> str:
    """Give the tag of an answer, of a path that a test names, and forget what was counted."""
    found = str(serve().get(request.param).headers["etag"])
    storage.reads.clear()
    return found


def versions(tag: str, count: int) -> list[str]:
    """Give tags that differ from one in the version of the file only."""
    if "=" in tag:
        before, _, _ = tag.partition("=")
        return [f'{before}={number:08x}"' for number in range(count)]
    return [f'W/"1-{number:08x}"' for number in range(count)]


PATHS = pytest.mark.parametrize(("path", "tag"), [(each, each) for each in (GRAPHQL, NAMED, REST)], indirect=["tag"])


@PATHS
@pytest.mark.parametrize("count", [1, 20, 200])
def test_many_tags_are_one_conditional_read(
    cold: TestClient, storage: FakeStorage, path: str, tag: str, count: int
) -> None:
    """Of a cold process, tags that do not hold cost one read at most before the answer's own."""
    answer = cold.get(path, headers={"if-none-match": ", ".join(versions(tag, count))})
    assert answer.status_code == 200
    assert storage.reads.total() <= 2


@PATHS
def test_the_tag_that_holds_is_found_among_others(cold: TestClient, storage: FakeStorage, path: str, tag: str) -> None:
    """Tags of other resources do not count; once the file is in memory, any of several versions is found."""
    others = [f'"other{number}"' for number in range(MAX_TAGS - 2)]
    held = {"if-none-match": ", ".join([*others, tag])}
    assert cold.get(path, headers=held).status_code == 304
    assert storage.reads == {"00001": 1}
    assert cold.get(path).status_code == 200
    for versioned in ([*versions(tag, 5), tag], [tag, *versions(tag, 5)]):
        assert cold.get(path, headers={"if-none-match": ", ".join(versioned)}).status_code == 304


@PATHS
def test_too_many_or_too_long_tags_are_answered_in_full(cold: TestClient, path: str, tag: str) -> None:
    """A header past the limits is as if it did not match: the client gets what it can use in any case."""
    for header in (", ".join(['"x"'] * MAX_TAGS + [tag]), f'"{"x" * 1_000}", {tag}'):
        assert cold.get(path, headers={"if-none-match": header}).status_code == 200


@pytest.mark.parametrize("tag", [GRAPHQL], indirect=True)
def test_a_tag_cannot_name_jockeys_without_end(cold: TestClient, storage: FakeStorage, tag: str) -> None:
    """However many jockeys forged tags name, four are asked about."""
    digest = tag.removeprefix('W/"').partition(".")[0]
    tags = [f'W/"{digest}.{number:05}=abcd"' for number in range(90_000, 90_030)]
    assert cold.get(GRAPHQL, headers={"if-none-match": ", ".join(tags)}).status_code == 200
    assert storage.reads.total() <= 5


@pytest.mark.parametrize("path", [REST, f"{REST}.csv", f"{REST}.ndjson"])
def test_a_date_is_judged_where_there_is_no_tag(cold: TestClient, path: str) -> None:
    """Last-Modified, sent back, is 304; an earlier date and what is no date are answered, and a tag goes before."""
    answer = cold.get(path)
    modified = answer.headers["last-modified"]
    moment = datetime(2024, 9, 29, 1, tzinfo=UTC)
    later = format_datetime(moment + timedelta(days=1), usegmt=True)
    for date in (modified, later):
        held = cold.get(path, headers={"if-modified-since": date})
        assert (held.status_code, held.content, held.headers["etag"]) == (304, b"", answer.headers["etag"])
        assert cold.head(path, headers={"if-modified-since": date}).status_code == 304
    for date in (format_datetime(moment - timedelta(seconds=1), usegmt=True), "yesterday", "", "x" * 10_000):
        assert cold.get(path, headers={"if-modified-since": date}).status_code == 200
    both = {"if-modified-since": later, "if-none-match": '"other"'}
    assert cold.get(path, headers=both).status_code == 200
    assert cold.get(path, headers={**both, "if-none-match": answer.headers["etag"]}).status_code == 304
    assert cold.get(path).status_code == 200, "an answer to a condition is no answer to those without"


MODIFIED = datetime(1994, 11, 6, 8, 49, 37, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", True),
        ("Sunday, 06-Nov-94 08:49:37 GMT", True),
        ("Sun Nov  6 08:49:37 1994", True),
        ("Sun, 06 Nov 1994 08:49:36 GMT", False),
        ("Sun, 06 Nov 1994 18:49:37 +0900", False),
        ("Sun, 06 Nov 1994 08:49:37", False),
        ("784111777", False),
        ("Sun, 99 Nov 1994 08:49:37 GMT", False),
    ],
)
def test_dates_are_those_of_http(text: str, holds: bool) -> None:
    """The three forms of RFC 9110 are read, to the second; whatever else it may be is ignored."""
    assert not_modified({"if-modified-since": text}, '"a"', MODIFIED) is holds
    assert not not_modified({"if-modified-since": text}, '"a"', None)


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_header_is_a_fault(tags: str, date: str) -> None:
    """Any text is judged."""
    assert not_modified({"if-none-match": tags, "if-modified-since": date}, '"a"', MODIFIED) in {True, False}
    assert not_modified({"if-modified-since": f"{date} GMT"}, '"a"', MODIFIED) in {True, False}

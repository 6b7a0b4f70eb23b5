"""No short cut leads past the check: every route, with every wrong credential, by every way to a kept answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.parse import quote

import pytest

from graphql_api.access.management import Keys
from graphql_api.access.tokens import new_token
from graphql_api.store.sqlite import SqliteStore
from keyed import NAME, Served, served
from plain_server import Connection, Server, written

ITEM = {"race_id": "20240929_06_11", "race_name": "a", "bet_type": "win", "horse_numbers": [7], "amount": 100}
ROUTES: dict[str, tuple[str, str, Any]] = {
    "operation": ("POST", "/graphql", NAME),
    "wrong operation": ("POST", "/graphql", {"query": "{ nothing"}),
    "wrong request": ("POST", "/graphql", []),
    "get": ("GET", f"/graphql?query={quote(NAME['query'])}", None),
    "persisted": ("GET", "/graphql?extensions=" + quote('{"persistedQuery":{"version":1,"sha256Hash":"0"}}'), None),
    "rows": ("GET", "/api/jockey/00001", None),
    "slashed": ("GET", "/api/jockey/00001/", None),
    "parameters": ("GET", "/api/jockey/00001?limit=1", None),
    **{form: ("GET", f"/api/jockey/00001.{form}", None) for form in ("csv", "ndjson", "parquet", "arrow")},
    "named": ("GET", "/q/Name", None),
    "named table": ("GET", "/q/Name.csv", None),
    "nothing": ("GET", "/nothing", None),
    "cart": ("POST", "/cart/items", ITEM),
    "wrong cart": ("POST", "/cart/items", {}),
    "cart method": ("PUT", "/cart/items", {}),
    "consultation": ("POST", "/consultations", {}),
    "comment": ("POST", "/generate", {}),
}
STATUSES = {"wrong request": 400, "nothing": 404, "cart": 201, "wrong cart": 400, "cart method": 405, "comment": 400}
STATUSES |= {"consultation": 400, "persisted": 400}
"""How a good key is answered; 200 where there is none."""

SHORT_CUTS = {
    "plain": {},
    "tag": {"If-None-Match": "its own"},
    "any tag": {"If-None-Match": "*"},
    "date": {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    "range": {"Range": "bytes=0-9"},
    "other origin": {"Origin": "https://a.example"},
    "coding": {"Accept-Encoding": "gzip"},
}
Wrong = Callable[[Served], dict[str, str]]


def _disabled(app: Served) -> dict[str, str]:
    record, text = app.keys.create("disabled")
    app.keys.disable(record.id)
    return {"X-API-Key": text}


WRONG: dict[str, Wrong] = {
    "none": lambda _: {},
    "empty": lambda _: {"X-API-Key": ""},
    "no key": lambda _: {"X-API-Key": "secret"},
    "typo": lambda app: {"X-API-Key": app.key()["X-API-Key"][:-1] + "~"},
    "unknown": lambda _: {"X-API-Key": new_token("aaaaaaaa")},
    "other secret": lambda app: {"X-API-Key": new_token(app.key()["X-API-Key"][3:11])},
    "disabled": _disabled,
    "expired": lambda app: app.key(expires=1.0),
    "basic": lambda _: {"Authorization": "Basic YTpi"},
    "bearer": lambda _: {"Authorization": "Bearer x"},
    "cookie": lambda app: {"Cookie": f"key={app.key()['X-API-Key']}"},
    "two": lambda app: {**app.key(), "Authorization": f"Bearer {app.key()['X-API-Key']}"},
}


@pytest.fixture(scope="module")
def app(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve with keys required, and with a trusted document."""
    folder = tmp_path_factory.mktemp("access")
    (folder / "Name.graphql").write_text('query Name { jockey(id: "00001") { records(first: 1) { nodes { date } } } }')
    with served(sample_data, folder, jockey_documents=str(folder), jockey_rate_cost="1000000000") as made:
        yield made


@pytest.mark.parametrize("route", ROUTES)
def test_no_short_cut_leads_past_the_check(app: Served, route: str) -> None:
    """After a good key has put the answer wherever answers are kept: 401, not to be kept, no tag, no data.

    Wrong keys are made anew for each request, so that the process knows none of them yet.
    """
    method, path, body = ROUTES[route]
    options = {} if body is None else {"json": body}
    good = app.key()
    primed = [app.client.request(method, path, headers=good, **options) for _ in range(3)]
    etag = primed[-1].headers.get("etag", '"none"')
    assert {each.status_code for each in primed} == {STATUSES.get(route, 200)}
    for name, make in WRONG.items():
        for short_cut, sent in SHORT_CUTS.items():
            app.clock.seconds += 2  # so that keys that are not there may be looked up
            for each in ("GET", "HEAD") if body is None else (method,):
                more = {key: etag if value == "its own" else value for key, value in sent.items()}
                answer = app.client.request(each, path, headers={**more, **make(app)}, **options)
                assert answer.status_code == 401, (name, short_cut, each)
                assert answer.headers["cache-control"] == "no-store"
                assert not {"etag", "last-modified", "age", "content-range"} & set(answer.headers)
                assert "見本" not in answer.text
                assert each == "HEAD" or "data" not in answer.json()


def ask(connection: Connection, key: str = "", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask for a row on a connection, to the letter each time."""
    own = {"X_API_Key": key} if key else {}
    return connection.ask(written("GET", "/api/jockey/00001?limit=1", **own, **headers))


@contextmanager
def running(data: Path, folder: Path, **settings: str | int) -> Iterator[Connection]:
    """Run a server, and connect."""
    server = Server(data, folder / "log", store=str(folder / "store.sqlite3"), **settings)
    try:
        yield server.connect()
    finally:
        server.stop()


def test_replays_of_the_plain_server_ask_the_caller_again(sample_data: Path, tmp_path: Path) -> None:
    """Bytes that are known stand for their key: private answers, its limit, its usage, and none for anybody else."""
    store = SqliteStore(tmp_path / "store.sqlite3")
    keys = Keys(store)
    record, text = keys.create("a", requests=50)
    with running(sample_data, tmp_path, access="required") as connection:
        answers = [ask(connection, text) for _ in range(60)]
        assert {status for status, _, _ in answers[:40]} == {200}
        assert 429 in {status for status, _, _ in answers[50:]}
        given = [headers for status, headers, _ in answers if status == 200]
        assert all(headers["cache-control"].startswith("private") for headers in given)
        assert all('"requests";r=' in headers["ratelimit"] for headers in given)
        assert ask(connection)[0] == 401
        assert ask(connection, text[:-1] + "~")[0] == 401
    usage = keys.usage(record.id, 2)
    assert sum(day.requests for day in usage) == len(given)
    store.close()


def test_replays_of_visitors_count_for_their_own_address(sample_data: Path, tmp_path: Path) -> None:
    """Beyond the limit they are refused as all others, whatever they say of their address; nothing is written."""
    with running(sample_data, tmp_path, access="optional", rate_requests=300) as connection:
        statuses = [ask(connection)[0] for _ in range(40)]
        assert statuses[:30] == [200] * 30
        assert 429 in statuses[30:]
        assert 429 in [ask(connection, X_Forwarded_For="192.0.2.7")[0] for _ in range(5)]
    assert not (tmp_path / "store.sqlite3").exists()


def test_a_named_proxy_is_believed(sample_data: Path, tmp_path: Path) -> None:
    """Where the setting names it, its clients are told apart by what it says of them."""
    settings = {"access": "optional", "rate_requests": 300, "proxies": "127.0.0.1,10.0.0.0/8"}
    with running(sample_data, tmp_path, **settings) as connection:
        for client in ("192.0.2.7", "192.0.2.8"):
            statuses = [ask(connection, X_Forwarded_For=client)[0] for _ in range(40)]
            assert statuses[:30] == [200] * 30
            assert 429 in statuses[30:]


@pytest.mark.parametrize("route", ["operation", "rows", "cart"])
def test_a_request_that_ends_while_its_key_is_looked_up_is_not_answered(
    sample_data: Path, tmp_path: Path, route: str
) -> None:
    """Its time is over before the store has answered: a wrong key is told that it is wrong, and nothing else is."""
    method, path, body = ROUTES[route]
    with served(sample_data, tmp_path, patience=60.0, jockey_request_timeout="0.2") as app:
        app.store.answers.clear()
        later = Timer(0.6, app.store.answers.set)
        later.start()
        wrong = {"X-API-Key": new_token("aaaaaaaa")}
        answer = app.client.request(method, path, headers=wrong, **({} if body is None else {"json": body}))
        later.join()
        assert answer.status_code == 401
        assert set(app.store.calls) == {"draw"}

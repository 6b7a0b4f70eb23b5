"""The plain routes: compatible with the API that came before, cacheable, and clear in every error."""

import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import zstandard
from starlette.testclient import TestClient

from graphql_api.app import create_app
from graphql_api.config import Settings
from real_frames import SAMPLES


def as_the_design_has_it(frame: pd.DataFrame) -> Any:
    """Convert a frame as the API that came before did, with dates in the form that its examples show."""
    frame = frame.copy()
    for name in frame.columns:
        if isinstance(frame[name].dtype, pd.DatetimeTZDtype) or frame[name].dtype.kind == "M":
            frame[name] = frame[name].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.loads(frame.to_json(orient="records", date_format="iso", force_ascii=False))


def test_every_file_is_answered_as_pandas_would(client: TestClient, sample_data: Path) -> None:
    """Each sample jockey's records are the frame's own headers and values, in order; missing values are null."""
    for path in sample_data.iterdir():
        response = client.get(f"/api/jockey/{path.name.partition('.')[0]}")
        assert response.status_code == 200
        assert response.json() == {"data": as_the_design_has_it(pd.read_pickle(path))}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder of real frames is not here")
def test_real_frames_are_answered_as_pandas_would() -> None:
    """Real frames give the same rows as ``to_json(orient='records')``."""
    client = TestClient(create_app(Settings(data=str(SAMPLES))))
    for path in SAMPLES.glob("*.pickle"):
        response = client.get(f"/api/jockey/{path.stem}")
        assert response.json() == {"data": as_the_design_has_it(pd.read_pickle(path))}


def test_dates_and_blanks_have_the_documented_form(tmp_path: Path) -> None:
    """Dates read 2024-09-29T00:00:00Z, NaN is null, whole floats keep their point, Japanese is not escaped."""
    frame = pd.DataFrame(
        {"日付": pd.to_datetime(["2024-09-29", None]), "開催": ["船橋", None], "単勝": [2.0, None], "R": [11, 12]}
    )
    frame.to_pickle(tmp_path / "05339.pickle")
    body = TestClient(create_app(Settings(data=str(tmp_path)))).get("/api/jockey/05339").text
    assert body == (
        '{"data":[{"日付":"2024-09-29T00:00:00Z","開催":"船橋","単勝":2.0,"R":11},'
        '{"日付":null,"開催":null,"単勝":null,"R":12}]}'
    )


def test_an_empty_career_is_an_empty_list(tmp_path: Path) -> None:
    """A frame without rows, or without columns, is a jockey without records."""
    pd.DataFrame({"日付": []}).to_pickle(tmp_path / "00001.pickle")
    pd.DataFrame().to_pickle(tmp_path / "00002.pickle")
    client = TestClient(create_app(Settings(data=str(tmp_path))))
    assert client.get("/api/jockey/00001").json() == {"data": []}
    assert client.get("/api/jockey/00002").json() == {"data": []}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/jockey/99999", 404),
        ("/api/jockey/xyz", 400),
        ("/api/jockey/%2e%2e%2f00001", 404),
        ("/api/jockey/00001%00", 400),
        ("/api/jockey/０００１", 400),
        ("/api/jockey/", 404),
        ("/api/nothing", 404),
    ],
)
def test_errors_are_a_detail(client: TestClient, path: str, status: int) -> None:
    """What is not there or no id is told in ``detail``, without a word of where it was looked for."""
    response = client.get(path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    assert set(response.json()) == {"detail"}
    assert "pickle" not in response.text


def test_other_methods_are_405(client: TestClient) -> None:
    """The route reads only, and says what it allows."""
    response = client.post("/api/jockey/00001")
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]
    assert response.json() == {"detail": "Method Not Allowed"}


def test_a_corrupt_file_is_500_without_its_content(tmp_path: Path) -> None:
    """A file that is no frame is the server's fault, told without what is in it."""
    (tmp_path / "00001.pickle").write_bytes(b"cos\nsystem\n(S'echo secret'\ntR.")
    response = TestClient(create_app(Settings(data=str(tmp_path)))).get("/api/jockey/00001")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "system" not in response.text


def test_a_missing_folder_is_unavailable(tmp_path: Path) -> None:
    """Storage that is not there for now is 503 with a hint when to come again."""
    client = TestClient(create_app(Settings(data=str(tmp_path / "gone"))))
    response = client.get("/api/jockey/00001")
    assert response.status_code == 503
    assert response.headers["retry-after"].isdigit()
    assert client.get("/ready").status_code == 503
    assert client.get("/health").json() == {"status": "ok"}


def test_the_etag_spares_the_body(client: TestClient) -> None:
    """A client that holds the version gets 304 and no body, whatever coding it had; another tag gets the whole."""
    first = client.get("/api/jockey/00001")
    tag = first.headers["etag"]
    for held in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        again = client.get("/api/jockey/00001", headers={"if-none-match": held})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == tag
        assert "max-age" in again.headers["cache-control"]
    assert client.get("/api/jockey/00001", headers={"if-none-match": '"other"'}).status_code == 200


def test_answers_may_be_cached_for_the_time_to_live(client: TestClient) -> None:
    """Cache-Control counts down from the TTL; health is never cached."""
    control = client.get("/api/jockey/00001").headers["cache-control"]
    assert control.startswith("public, max-age=")
    assert 3_500 < int(control.rpartition("=")[2]) <= 3_600
    assert client.get("/health").headers["cache-control"] == "no-store"


def test_head_has_no_body(client: TestClient) -> None:
    """HEAD gives the head of GET."""
    head = client.head("/api/jockey/00001", headers={"accept-encoding": "identity"})
    full = client.get("/api/jockey/00001", headers={"accept-encoding": "identity"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(full.content))


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "gzip"),
        ("zstd, gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip;q=0.8, zstd", "zstd"),
        ("br;q=1.0, gzip;q=0.8, zstd;q=0.9, *;q=0.1", "zstd"),
        ("zstd;q=0, gzip;q=0.5", "gzip"),
        ("identity", None),
        ("*", "gzip"),
        ("gzip;q=0", None),
    ],
)
def test_bodies_are_compressed_as_accepted(client: TestClient, accepted: str, coding: str | None) -> None:
    """Large bodies leave in the coding that the client weights highest, gzip among equals; twice the same."""
    plain = client.get("/api/jockey/00001", headers={"accept-encoding": "identity"})
    for _ in range(2):
        with client.stream("GET", "/api/jockey/00001", headers={"accept-encoding": accepted}) as response:
            raw = b"".join(response.iter_raw())
        assert response.headers.get("content-encoding") == coding
        assert "Accept-Encoding" in response.headers["vary"]
        decode = {"gzip": gzip.decompress, "zstd": zstandard.decompress, None: bytes}[coding]
        assert decode(raw) == plain.content


def test_readiness_tells_checks_and_cache(client: TestClient) -> None:
    """``/ready`` and ``/health?deep=1`` ask the storage."""
    for path in ("/ready", "/health?deep=1"):
        body = client.get(path).json()
        assert body["status"] == "ok"
        assert body["checks"]["storage"] == "ok"


def test_a_preflight_is_answered(client: TestClient) -> None:
    """Browsers of other sites may ask before they read."""
    asked = {"origin": "https://example.org", "access-control-request-method": "GET"}
    assert client.options("/api/jockey/00001", headers=asked).status_code == 200


def test_only_named_origins_are_allowed_where_some_are_named(sample_data: Path) -> None:
    """With origins set, others get no permission."""
    settings = Settings(data=str(sample_data), cors_origins=("https://example.org",))
    client = TestClient(create_app(settings))
    allowed = client.get("/health", headers={"origin": "https://example.org"})
    assert allowed.headers["access-control-allow-origin"] == "https://example.org"
    assert (
        "access-control-allow-origin" not in client.get("/health", headers={"origin": "https://evil.example"}).headers
    )


def test_a_cold_process_answers_304_without_decoding(client: TestClient, sample_data: Path) -> None:
    """A version that still is in the storage needs no reading: nothing is in memory afterwards."""
    tag = client.get("/api/jockey/00001").headers["etag"]
    cold = TestClient(create_app(Settings(data=str(sample_data))))
    assert cold.get("/api/jockey/00001", headers={"if-none-match": tag}).status_code == 304
    assert cold.get("/ready").json()["cache"]["entries"] == 0
    assert cold.get("/api/jockey/99999", headers={"if-none-match": tag}).status_code == 404
    assert cold.get("/api/jockey/00001", headers={"if-none-match": 'W/"1-other"'}).status_code == 200


def test_a_file_that_grows_out_of_proportion_is_refused(tmp_path: Path) -> None:
    """One long text named in every row would make an answer a thousand times its file."""
    text = "x" * 10_000
    pd.DataFrame({"レース名": pd.Categorical([text] * 20_000)}).to_pickle(tmp_path / "00001.pickle")
    response = TestClient(create_app(Settings(data=str(tmp_path)))).get("/api/jockey/00001")
    assert response.status_code == 500
    assert response.json() == {"detail": "The jockey's file contains too much text."}

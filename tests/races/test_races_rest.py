"""``/races`` and ``/races/{race_id}``: field names, times, errors and caching as their clients know them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from openapi_spec_validator import validate
from starlette.testclient import TestClient

import keyed
from graphql_api.races.records import RACES
from races.files import index, mount, served, write

DAY, MAIN = "/races?date=2024-09-29", "/races/20240929_06_11"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write two riders of one race, one of whom rode another at Funabashi."""
    folder = tmp_path_factory.mktemp("races")
    nar = {"開催": "船橋", "R": "1", "馬番": "4", "頭数": "5", "枠番": "4", "馬場": "", "レース名": "Ｃ３"}
    write(folder, {"00001": [mount(1, "1"), nar], "00002": [mount(2, "2", 単勝="", 人気="")]})
    index(folder)
    return folder


@pytest.fixture
def client(folder: Path) -> Iterator[TestClient]:
    """Serve them."""
    with served(folder) as client:
        yield client


def test_a_day_lists_its_races(client: TestClient) -> None:
    """By racecourse and number; the archive knows no times."""
    answer = client.get(DAY)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "races": [
            {
                "race_id": "20240929_06_11",
                "race_name": "架空ステークス(GI)",
                "race_number": 11,
                "venue": "中山",
                "start_time": None,
                "betting_deadline": None,
                "track_condition": "良",
            },
            {
                "race_id": "20240929_43_01",
                "race_name": "Ｃ３",
                "race_number": 1,
                "venue": "船橋",
                "start_time": None,
                "betting_deadline": None,
                "track_condition": None,
            },
        ],
        "venues": ["中山", "船橋"],
        "target_date": "2024-09-29",
    }
    assert client.get("/races?date=2024-09-30").json() == {"races": [], "venues": [], "target_date": "2024-09-30"}


@pytest.mark.parametrize("venue", ["船橋", "43"])
def test_a_venue_is_a_racecourse_or_its_code(client: TestClient, venue: str) -> None:
    """All venues of the day are told."""
    found = client.get("/races", params={"date": "2024-09-29", "venue": venue}).json()
    assert [race["venue"] for race in found["races"]] == ["船橋"]
    assert found["venues"] == ["中山", "船橋"]


def test_a_race_comes_with_its_runners(client: TestClient) -> None:
    """Of a runner whose rider's file is not held only the number is known."""
    found = client.get(MAIN).json()
    assert found["race"]["race_id"] == "20240929_06_11"
    assert found["runners"] == [
        {"horse_number": 1, "horse_name": "ホース1", "jockey_name": "乗手1", "odds": 5.4, "popularity": 2},
        {"horse_number": 2, "horse_name": "ホース2", "jockey_name": "乗手2", "odds": None, "popularity": None},
        {"horse_number": 3, "horse_name": None, "jockey_name": None, "odds": None, "popularity": None},
    ]
    assert client.get("/races/202409290611").json() == found
    assert client.get("/races/2024092906040911").json() == found


@pytest.mark.parametrize("path", [DAY, MAIN])
def test_an_answer_may_be_kept_and_is_known_by_its_tag(client: TestClient, path: str) -> None:
    """304 to who holds it, whatever the coding."""
    answer = client.get(path)
    assert answer.headers["cache-control"].startswith("public, max-age=")
    again = client.get(path, headers={"if-none-match": answer.headers["etag"], "accept-encoding": "gzip"})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head(path).headers["etag"] == answer.headers["etag"]


@pytest.mark.parametrize(
    ("path", "status", "code", "message"),
    [
        ("/races", 400, "BAD_REQUEST", "'date' is required"),
        ("/races?date=2024-13-01", 400, "BAD_REQUEST", "YYYY-MM-DD"),
        ("/races?date=20240929", 400, "BAD_REQUEST", "YYYY-MM-DD"),
        ("/races?date=2024-09-29&date=2024-09-28", 400, "BAD_REQUEST", "more than once"),
        ("/races?date=2024-09-29&venue=99", 400, "BAD_REQUEST", "racecourse"),
        ("/races/202406040911x", 400, "BAD_REQUEST", "YYYYMMDD_course_RR"),
        ("/races/20240929_06_12", 404, "NOT_FOUND", "no such race"),
        ("/races/20240931_06_12", 404, "NOT_FOUND", "no such race"),
        ("/races/20240929_99_01", 404, "NOT_FOUND", "no such race"),
    ],
)
def test_errors_have_the_form_of_these_routes(
    client: TestClient, path: str, status: int, code: str, message: str
) -> None:
    """A message and a code, and nothing keeps them."""
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert message in answer.json()["error"]["message"]
    assert answer.json().keys() == {"error"}
    assert answer.headers["cache-control"] == "no-store"


def test_without_an_index_the_routes_say_so(tmp_path: Path) -> None:
    """409, as GraphQL's code."""
    with served(tmp_path) as client:
        for path in (DAY, MAIN):
            assert client.get(path).status_code == 409
            assert client.get(path).json()["error"]["code"] == "INDEX_REQUIRED"


def test_the_routes_are_described(client: TestClient) -> None:
    """With their parameters, and with errors of their own form."""
    document = client.get("/openapi.json").json()
    validate(document)
    operation = document["paths"]["/races"]["get"]
    assert [each.get("name") for each in operation["parameters"]] == ["date", "venue", None]
    assert operation["responses"]["400"] == {"$ref": "#/components/responses/RaceBadRequest"}
    listed = document["components"]["schemas"]["ListedRace"]
    assert set(client.get(DAY).json()["races"][0]) == set(listed["required"])


def test_browsers_may_read_and_nothing_else(client: TestClient) -> None:
    """A preflight tells the methods that there are."""
    preflight = {"origin": "https://a.example", "access-control-request-method": "GET"}
    answer = client.options(MAIN, headers=preflight)
    assert (answer.status_code, answer.headers["access-control-allow-methods"]) == (200, "GET, HEAD")
    refused = client.options(MAIN, headers={**preflight, "access-control-request-method": "DELETE"})
    assert refused.status_code == 400
    assert client.delete(MAIN).status_code == 405


def test_a_race_and_a_day_are_paid_for(folder: Path, tmp_path: Path) -> None:
    """As a race of GraphQL is: a key that may spend little more asks once, and waits then."""
    with keyed.served(folder, tmp_path) as app:
        for path in (DAY, MAIN):
            key = app.key(cost=RACES + 1_000)
            assert app.client.get(path, headers=key).status_code == 200
            refused = app.client.get(f"{path}{'&' if '?' in path else '?'}venue=06", headers=key)
            assert (refused.status_code, refused.json()["error"]["code"]) == (429, "RATE_LIMITED")

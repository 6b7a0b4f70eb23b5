"""Forecasts through GraphQL and REST: what is shown, beside the market and the result, and what never is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from math import log
from pathlib import Path

import orjson
import pytest
from httpx2 import Response
from openapi_spec_validator import validate
from starlette.testclient import TestClient

from forecasts.race import DAY, RACE, VERSION, forecast, publish, runners, write_race
from graphql_api.forecasts.published import RaceForecast, day_key
from graphql_api.forecasts.stored import dump_day
from graphql_api.storage.folder import FolderStorage
from graphql_client import codes, data, run
from races.files import MAIN, served

REST = f"/races/{RACE}/forecast"
QUERY = f"""{{ race(id: "{MAIN}") {{ forecast {{
    modelVersion featureSet knownUntil madeAt madeBefore outOfSample
    model {{ version stage evaluation {{ difference beatsMarket verdict(language: EN) }} }}
    entries {{ horseNumber horseName winProbability top3Probability fairOdds rank marketProbability scratched
        finishPosition reasons(first: 1) {{ feature description(language: EN) value contribution }} }}
    result {{ logLoss marketLogLoss uniformLogLoss winnerRank }} }} }} }}"""


def asked(client: TestClient, **headers: str) -> Response:
    """Ask by GET, whose responses caches may keep."""
    return client.get("/graphql", params={"query": QUERY}, headers={"accept": "application/json", **headers})


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    """Give the storage of a race and its forecast."""
    storage = write_race(tmp_path)
    publish(storage, forecast())
    return storage


@pytest.fixture
def client(storage: FolderStorage, tmp_path: Path) -> Iterator[TestClient]:
    """Serve them; each request looks for newer forecasts."""
    with served(tmp_path, FORECASTS_TTL="0") as client:
        yield client


def test_a_race_shows_its_forecast_and_how_it_did(client: TestClient) -> None:
    """With the chances by the odds, the result, and the model in plain words."""
    found = data(client, QUERY)["race"]["forecast"]
    entries = found.pop("entries")
    assert found == {
        "modelVersion": VERSION,
        "featureSet": "EVENING",
        "knownUntil": "2024-09-28",
        "madeAt": "2024-09-28T09:30:00+00:00",
        "madeBefore": True,
        "outOfSample": True,
        "model": {
            "version": VERSION,
            "stage": "CURRENT",
            "evaluation": {
                "difference": 0.2,
                "beatsMarket": False,
                "verdict": found["model"]["evaluation"]["verdict"],
            },
        },
        "result": {
            "logLoss": pytest.approx(-log(0.3)),
            "marketLogLoss": pytest.approx(-log(0.25)),
            "uniformLogLoss": pytest.approx(log(3)),
            "winnerRank": 2,
        },
    }
    assert "does not beat the market" in found["model"]["evaluation"]["verdict"]
    assert "not advice to bet" in found["model"]["evaluation"]["verdict"]
    assert sum(each["winProbability"] for each in entries) == pytest.approx(1, abs=1e-6)
    assert entries[1] == {
        "horseNumber": 2,
        "horseName": "ホース2",
        "winProbability": 0.3,
        "top3Probability": 1.0,
        "fairOdds": pytest.approx(1 / 0.3),
        "rank": 2,
        "marketProbability": 0.25,
        "scratched": False,
        "finishPosition": 1,
        "reasons": [
            {
                "feature": "horse_days_off",
                "description": "Days since its last run",
                "value": 21.0,
                "contribution": 0.4,
            }
        ],
    }


def test_the_route_shows_the_same(client: TestClient) -> None:
    """In snake case, with a tag and an age, as OpenAPI describes it."""
    answer = client.get(REST)
    found = answer.json()
    entries = data(client, QUERY)["race"]["forecast"]["entries"]
    assert [each["win_probability"] for each in found["entries"]] == [each["winProbability"] for each in entries]
    assert found["entries"][0]["reasons"][1]["description"] == "a_feature_of_old"
    assert found["result"]["winner_rank"] == 2
    assert answer.headers["cache-control"].startswith("public, max-age=")
    again = client.get(REST, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    document = client.get("/openapi.json").json()
    validate(document)
    described = document["components"]["schemas"]
    assert set(found) == set(described["RaceForecast"]["required"])
    assert set(found["entries"][0]) == set(described["RaceForecastEntry"]["required"])
    assert set(found["entries"][0]["reasons"][0]) == set(described["RaceForecastReason"]["required"])
    assert set(found["result"]) == set(described["RaceForecastResult"]["required"])


def test_models_are_listed(client: TestClient) -> None:
    """With what they were trained on, and their evaluation."""
    (found,) = data(
        client, "{ forecastModels { version objective races trainedUntil evaluation { races logLoss beatsUniform } } }"
    )["forecastModels"]
    assert found == {
        "version": VERSION,
        "objective": "softmax",
        "races": 5000,
        "trainedUntil": "2024-08-31",
        "evaluation": {"races": 2000, "logLoss": 2.1, "beatsUniform": True},
    }


@pytest.mark.parametrize("known_until", [DAY, date(2024, 9, 30)])
def test_a_forecast_that_knew_the_race_day_is_never_shown(
    storage: FolderStorage, tmp_path: Path, known_until: date
) -> None:
    """Planted by hand, since publishing refuses it: an error, and no figure of it."""
    with pytest.raises(ValueError, match="out of sample"):
        dump_day(forecast(known_until=known_until))
    planted = orjson.loads(dump_day(forecast(races=(RaceForecast(RACE, runners((0.01, 0.98, 0.01))),))))
    storage.write(day_key(DAY), orjson.dumps({**planted, "known_until": known_until.isoformat()}))
    with served(tmp_path) as fresh:
        answer = run(fresh, QUERY)
        assert answer["data"]["race"]["forecast"] is None
        assert codes(answer) == ["DATA_CORRUPT"]
        assert fresh.get(REST).status_code == 500
        assert fresh.get(REST).json()["error"]["code"] == "DATA_CORRUPT"


def test_a_forecast_computed_afterwards_says_so(client: TestClient, storage: FolderStorage) -> None:
    """With the data of the day before only, which is what a past season has."""
    publish(storage, forecast(made_at=datetime(2025, 1, 1, tzinfo=UTC)))
    found = data(client, QUERY)["race"]["forecast"]
    assert (found["madeBefore"], found["outOfSample"], found["knownUntil"]) == (False, True, "2024-09-28")


def test_a_race_without_a_forecast_has_none_until_there_is_one(tmp_path: Path) -> None:
    """Null and 404; both may be kept, and are replaced when a forecast is published."""
    storage = write_race(tmp_path)
    with served(tmp_path, FORECASTS_TTL="0") as client:
        answer = asked(client)
        assert answer.json() == {"data": {"race": {"forecast": None}}}
        assert answer.headers["cache-control"].startswith("public, max-age=")
        assert data(client, "{ forecastModels { version } }") == {"forecastModels": []}
        assert client.get(REST).json()["error"]["code"] == "NOT_FOUND"
        publish(storage, forecast())
        assert data(client, QUERY)["race"]["forecast"]["modelVersion"] == VERSION
        assert client.get(REST).status_code == 200


def test_without_odds_the_market_is_unknown(tmp_path: Path) -> None:
    """Null for all runners and for the loss; the forecast is shown all the same."""
    publish(write_race(tmp_path, third=""), forecast())
    with served(tmp_path) as client:
        found = data(client, QUERY)["race"]["forecast"]
    assert {each["marketProbability"] for each in found["entries"]} == {None}
    assert found["result"]["marketLogLoss"] is None


def test_a_forecast_of_other_horses_is_not_shown(tmp_path: Path) -> None:
    """A day that was drawn anew has other horses under the same numbers."""
    other = (replace(runners()[0], horse_name="ベツノウマ"), *runners()[1:])
    publish(write_race(tmp_path), forecast(races=(RaceForecast(RACE, other),)))
    with served(tmp_path) as client:
        assert data(client, QUERY)["race"]["forecast"] is None


def test_a_model_that_is_not_listed_is_null(tmp_path: Path) -> None:
    """The forecast stays."""
    publish(write_race(tmp_path), forecast(), models=())
    with served(tmp_path) as client:
        found = data(client, QUERY)["race"]["forecast"]
    assert found["model"] is None
    assert found["modelVersion"] == VERSION


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/races/2024x/forecast", 400, "BAD_REQUEST"),
        ("/races/20240929_06_12/forecast", 404, "NOT_FOUND"),
        ("/races/20240931_06_11/forecast", 404, "NOT_FOUND"),
    ],
)
def test_errors_have_the_form_of_these_routes(client: TestClient, path: str, status: int, code: str) -> None:
    """A message and a code."""
    answer = client.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_a_response_is_validated_by_the_version_of_the_day(storage: FolderStorage, tmp_path: Path) -> None:
    """Its tag holds until other forecasts are published, also at a server that has just started."""
    with served(tmp_path) as client:
        tag = asked(client).headers["etag"]
        assert asked(client, **{"if-none-match": tag}).status_code == 304
    with served(tmp_path) as client:
        assert asked(client, **{"if-none-match": tag}).status_code == 304
    publish(storage, forecast(model_version="fedcba9876543210"))
    with served(tmp_path) as client:
        assert asked(client, **{"if-none-match": tag}).status_code == 200


def test_the_last_forecast_answers_while_the_storage_fails(
    client: TestClient, storage: FolderStorage, tmp_path: Path
) -> None:
    """What cannot be read keeps nobody from the last good copy."""
    assert data(client, QUERY)["race"]["forecast"]["modelVersion"] == VERSION
    (tmp_path / day_key(DAY)).write_bytes(b"{")
    assert data(client, QUERY)["race"]["forecast"]["modelVersion"] == VERSION

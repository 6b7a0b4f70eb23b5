"""The whole service over each kind of storage: a folder, S3 by moto, S3 by rclone; generated careers, and real ones."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from fake_s3 import Bucket
from graphql_api.app import create_app
from graphql_api.config import Settings
from real_frames import SAMPLES

pytest_plugins = ("s3_servers",)

QUERY = """query ($id: ID!) { jockey(id: $id) { id name source { rows warnings { code } } records {
    totalCount nodes { date racecourse horseName finishPosition finishStatus winOdds raw(column: PACE) }
    statistics { rides wins winRate } } } }"""


def answers(client: TestClient, files: list[Path]) -> list[Any]:
    """Ask for each jockey by both APIs."""
    found = []
    for jockey_id in (path.name.partition(".")[0] for path in files):
        rest = client.get(f"/api/jockey/{jockey_id}")
        graphql = client.post("/graphql", json={"query": QUERY, "variables": {"id": jockey_id}})
        assert (rest.status_code, graphql.status_code) == (200, 200)
        assert "errors" not in graphql.json()
        assert graphql.json()["data"]["jockey"]["records"]["totalCount"] == len(rest.json()["data"])
        found.append((rest.json(), graphql.json()))
    return found


@pytest.fixture(params=["generated", "real"])
def files(request: pytest.FixtureRequest, sample_data: Path) -> list[Path]:
    """Give jockeys' files: those generated for the tests, or real ones where there are any."""
    if request.param == "generated":
        return sorted(sample_data.iterdir())
    if not SAMPLES.is_dir():
        pytest.skip("the folder of real frames is not here")
    return sorted(SAMPLES.glob("*.pickle"))


@pytest.mark.parametrize("server", ["moto_url", "rclone_url"])
def test_s3_answers_as_a_folder_does(
    request: pytest.FixtureRequest, server: str, files: list[Path], aws: pytest.MonkeyPatch
) -> None:
    """Each jockey's REST and GraphQL answers are the same from S3, whoever implements it, as from a folder."""
    url = request.getfixturevalue(server)
    aws.setenv("AWS_ENDPOINT_URL_S3", url)
    bucket = Bucket(url).create()
    for path in files:
        bucket.put(path.name, path.read_bytes())
    from_s3 = TestClient(create_app(Settings(data=f"s3://{bucket.name}/{bucket.prefix}")))
    from_folder = TestClient(create_app(Settings(data=str(files[0].parent))))
    assert answers(from_s3, files) == answers(from_folder, files)
    assert from_s3.get("/ready").json()["checks"] == {"configuration": "ok", "storage": "ok"}
    assert from_s3.get("/api/jockey/99999").status_code == 404

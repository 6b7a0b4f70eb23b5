"""The README's examples, run as a reader would."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from graphql_api import samples
from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.errors import ServiceError
from graphql_api.execution.limits import too_complex

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def readme_client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """Serve the data that ``make run`` generates."""
    out = tmp_path_factory.mktemp("readme")
    subprocess.run([sys.executable, "-m", "graphql_api", "sample", "--out", str(out)], check=True)
    return TestClient(create_app(Settings(data=str(out))))


def blocks(language: str) -> list[str]:
    """Give the README's code blocks in one language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_query_has_the_answer_that_follows_it(readme_client: TestClient) -> None:
    """The GraphQL example gives the JSON that stands below it."""
    for query, answer in zip(blocks("graphql"), blocks("json"), strict=True):
        assert readme_client.post("/graphql", json={"query": query}).json() == json.loads(answer)


def test_the_curl_examples_are_answered(readme_client: TestClient) -> None:
    """Each curl command's URL and body are answered with data."""
    commands = [block.replace("\\\n", " ") for block in blocks("sh") if block.startswith("curl")]
    assert len(commands) >= 2
    for command in commands:
        path = re.search(r"http://127\.0\.0\.1:8000(\S*)", command)
        body = re.search(r"-d '(.*)'", command)
        assert path
        response = readme_client.post(path[1], json=json.loads(body[1])) if body else readme_client.get(path[1])
        assert response.status_code == 200
        assert response.json()["data"]


PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    """Each link to a file and each module named is there."""
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(((?!http)[^)#]+)(?:#[^)]*)?\)", text):
        assert (page.parent / link).exists(), link
    for module in re.findall(r"`((?:\w+/)*\w+\.py)`", text):
        assert any(ROOT.glob(module)) or any((ROOT / "graphql_api").rglob(module)), module


def test_every_code_of_an_error_is_listed(readme_client: TestClient) -> None:
    """The codes of all errors, also those of refused documents, are in docs/errors.md."""
    own = {error.code for error in _kinds(ServiceError)}
    refused = [
        readme_client.put("/graphql"),
        readme_client.get("/graphql?query={__typename}", headers={"Accept": "image/png"}),
        *(readme_client.post("/graphql", json={"query": query}) for query in ("{", "{ jokey }")),
        readme_client.post("/graphql", json={"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}),
    ]
    told = {error["extensions"]["code"] for answer in refused for error in answer.json()["errors"]}
    told.add(too_complex("too much").extensions["code"])
    assert len(told) == len(refused) + 1
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE)) == own | told


def _kinds(kind: type[ServiceError]) -> Iterator[type[ServiceError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _kinds(each)


def test_the_sample_data_are_deterministic(tmp_path: Path) -> None:
    """The README's answers hold on every machine since the same seed gives the same files."""
    first, second = tmp_path / "a", tmp_path / "b"
    for out in (first, second):
        samples.write(out, jockeys=2, rows=30, seed=3)
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()

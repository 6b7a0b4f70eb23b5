"""The worked questions in the documentation: each query gives the answer that stands below it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from graphql_api import samples
from graphql_api.app import create_app
from graphql_api.archive.refresh import Refresh
from graphql_api.config import Settings
from graphql_api.storage.folder import FolderStorage

PAGE = (Path(__file__).parents[2] / "docs" / "questions.md").read_text(encoding="utf-8")
QUESTIONS = [
    (title, *re.findall(r"```(?:graphql|json)\n(.*?)```", text, re.DOTALL))
    for title, _, text in (section.partition("\n") for section in PAGE.split("\n## ")[1:])
]


def rounded(text: str | bytes) -> Any:
    """Read JSON with numbers to nine places: the last digits of a mean are the processor's own."""
    return json.loads(text, parse_float=lambda number: round(float(number), 9))


@pytest.fixture(scope="module")
def questions_client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """Serve what ``make run`` serves: the files that ``graphql-api sample`` writes by default, with an index."""
    out = tmp_path_factory.mktemp("questions")
    samples.write(out, jockeys=13, rows=1000, seed=1)
    Refresh(FolderStorage(out)).run(2)
    return TestClient(create_app(Settings(data=str(out))))


@pytest.mark.parametrize(("title", "query", "answer"), QUESTIONS, ids=[title for title, *_ in QUESTIONS])
def test_a_question_has_the_answer_that_follows_it(
    questions_client: TestClient, title: str, query: str, answer: str
) -> None:
    """The query under a question gives the JSON under the query."""
    assert title.endswith("?")
    assert rounded(questions_client.post("/graphql", json={"query": query}).content) == rounded(answer)


def test_there_are_as_many_questions_as_queries() -> None:
    """No query of the page goes without being run."""
    assert PAGE.count("```graphql") == PAGE.count("```json") == len(QUESTIONS) >= 8

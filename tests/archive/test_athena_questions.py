"""The questions of the documentation: DuckDB answers them as Athena's text does, translated back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from archives import refreshed
from athenas import SNAPSHOT, athena_client, athena_of, client_of, questions, say_published
from sqlglot import exp
from starlette.testclient import TestClient

from fake_athena import FakeAthena
from graphql_api import samples
from graphql_api.archive.schema.groups import RideKey
from graphql_api.jockeys.statistics import STATISTICS
from graphql_api.storage.folder import FolderStorage

QUESTIONS = questions()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a sample with its archive, as if published."""
    root = tmp_path_factory.mktemp("data")
    samples.write(root, jockeys=6, rows=300, seed=1)
    storage = FolderStorage(root)
    refreshed(storage)
    say_published(storage)
    return root


@pytest.fixture(scope="module")
def athena(folder: Path) -> Iterator[FakeAthena]:
    """Serve an Athena over it."""
    with athena_of(folder) as (fake, _):
        yield fake


@pytest.fixture(scope="module")
def distributed(folder: Path, athena: FakeAthena) -> Iterator[TestClient]:
    """Ask Athena."""
    with athena_client(folder) as client:
        yield client


@pytest.fixture(scope="module")
def embedded(folder: Path) -> Iterator[TestClient]:
    """Ask DuckDB."""
    with client_of(folder) as client:
        yield client


@pytest.mark.parametrize("name", QUESTIONS)
def test_both_engines_answer_alike(
    athena: FakeAthena, distributed: TestClient, embedded: TestClient, name: str
) -> None:
    """To the last bit; every text names the snapshots, and groups by expressions, as Athena knows no names there."""
    before = len(athena.asked)
    own = embedded.post("/graphql", json={"query": QUESTIONS[name]}).json()
    assert "errors" not in own
    assert distributed.post("/graphql", json={"query": QUESTIONS[name]}).json() == own
    asked = athena.asked[before:]
    assert asked
    for text in asked:
        parsed = sqlglot.parse_one(text, read="athena")
        with_names = {each.alias_or_name for each in parsed.find_all(exp.CTE)}
        tables = [each for each in parsed.find_all(exp.Table) if each.name not in with_names]
        assert {table.db for table in tables} == {"graphql_api"}
        assert {table.args["version"].expression.name for table in tables} == {str(SNAPSHOT)}
        assert [each for each in parsed.find_all(exp.Select) if groups_by_alias(each)] == []


def groups_by_alias(select: exp.Select) -> bool:
    """Say whether a statement groups by a name that it gives itself."""
    own = {each.alias for each in select.selects if isinstance(each, exp.Alias) and each.this.name != each.alias}
    group = select.args.get("group")
    return bool(group and own & {each.name for each in group.expressions if isinstance(each, exp.Column)})


def test_the_questions_cover_what_can_be_asked() -> None:
    """More than 30, with every statistic and every key; filters, orders and having of all kinds."""
    text = "\n".join(QUESTIONS.values())
    assert len(QUESTIONS) >= 30
    words = set(re.findall(r"\w+", text))
    statistics = {re.sub("_(.)", lambda found: found[1].upper(), each.name) for each in STATISTICS}
    assert statistics - words == set()
    grouped = {key for by in re.findall(r"by: \[([^\]]+)\]", text) for key in by.split(", ")}
    assert {each.name for each in RideKey} - grouped == set()
    operators = "eq ne in lt lte gt gte isNull contains startsWith not and or some every first last having nulls"
    assert set(operators.split()) - words == set()

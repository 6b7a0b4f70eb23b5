"""What a jockey in memory is reckoned to take, held against what it takes once everything has been asked of it."""

import gc
import tracemalloc
from collections.abc import Iterator

import pytest
from graphql import GraphQLEnumType
from starlette.testclient import TestClient
from strawberry.utils.str_converters import to_camel_case

from graphql_api import logs, samples
from graphql_api.app import Core, api_schema, create_core, serve_core
from graphql_api.config import Settings
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.repository import Jockeys
from graphql_api.jockeys.sources import SOURCES
from graphql_api.jockeys.statistics import STATISTICS
from graphql_client import data


def members(name: str) -> list[str]:
    """Name the members of an enum of the schema."""
    kind = api_schema()._schema.type_map[name]
    assert isinstance(kind, GraphQLEnumType)
    return list(kind.values)


EACH_NAME = [to_camel_case(field.name) for field in FIELDS]
NAMES = " ".join(EACH_NAME)
RAW = " ".join(f"{source.name}: raw(column: {source.name})" for source in SOURCES)
FIGURES = " ".join(to_camel_case(each.name) for each in STATISTICS)
SUMMARIES = " ".join(f"{name}: summary(field: {name}) {{ p50 }}" for name in members("NumericField"))
TEXTS = [to_camel_case(field.name) for field in FIELDS if field.type is str]
ASKED = [
    f"(first: 1000) {{ edges {{ cursor node {{ {NAMES} {RAW} }} }} }}",
    *(f"(first: 1000) {{ nodes {{ {each} }} }}" for each in EACH_NAME),
    f"(first: 1) {{ statistics {{ {FIGURES} {SUMMARIES} }} }}",
    *(f"(orderBy: {{ field: {each} }}) {{ totalCount }}" for each in members("RaceRecordOrderField")),
    *(f"(filter: {{ {each}: {{ {test}: \"x\" }} }}) {{ totalCount }}" for each in TEXTS for test in ("eq", "contains")),
    *(f"{{ groupBy(by: {each}, first: 1) {{ statistics {{ rides }} }} }}" for each in members("GroupKey")),
]  # fmt: skip


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    """Wire data access and execution, without caches of answers, over careers of up to a thousand races."""
    folder = tmp_path_factory.mktemp("careers")
    samples.write(folder, jockeys=13, rows=1000, seed=1)
    core = create_core(Settings(data=str(folder), encoded_bytes=0, log_level="ERROR"))
    yield core
    core.services.close()


@pytest.fixture(scope="module")
def client(core: Core) -> TestClient:
    """Give a client, and have made what is made once for all jockeys and is no jockey's."""
    client = TestClient(serve_core(core, core.settings))
    ask_everything(client, "a0001")
    return client


def ask_everything(client: TestClient, jockey_id: str) -> None:
    """Ask for all that is derived of a jockey, in every way there is."""
    for asked in ASKED:
        data(client, f"query ($id: ID!) {{ jockey(id: $id) {{ name records{asked} }} }}", id=jockey_id)
    for path in ("", ".csv", ".csv?columns=source&spreadsheet=1", ".ndjson"):
        assert client.get(f"/api/jockey/{jockey_id}{path}").status_code == 200


@pytest.mark.parametrize("jockey_id", ["00001", "00002", "00003", "00004", "00005"])
def test_no_jockey_takes_more_than_is_reckoned(core: Core, client: TestClient, jockey_id: str) -> None:
    """Long, short and empty careers stay within their estimate, whatever is asked; it is not twice too large."""
    logs.configure("ERROR")  # pytest holds on to the records of what is logged
    gc.collect()
    tracemalloc.start()
    try:
        ask_everything(client, jockey_id)
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    held = core.services.get(Jockeys).cached(jockey_id)
    assert held is not None
    assert taken < held.value.nbytes < 2 * taken

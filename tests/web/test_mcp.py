"""Trusted operations as tools, tried with the official client of the Model Context Protocol."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import jsonschema
import pytest
from graphql import OperationDefinitionNode, parse
from starlette.testclient import TestClient

from conftest import serving
from fakes import PATIENCE
from graphql_api.access.management import Keys
from graphql_api.app import api_schema, create_app
from graphql_api.config import ConfigError, Settings
from graphql_api.store.sqlite import SqliteStore
from graphql_api.web.mcp.schemas import input_schema

mcp = pytest.importorskip("mcp", reason="the extra 'mcp' is not installed")
streamable_http = pytest.importorskip("mcp.client.streamable_http")

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations"
Client = Callable[..., AbstractAsyncContextManager[Any]]


def _stdio(data: Path) -> Any:
    arguments = ["-m", "graphql_api", "mcp", "--data", str(data), "--documents", str(OPERATIONS)]
    return mcp.StdioServerParameters(command=sys.executable, args=arguments, env=dict(os.environ))


async def _use(server: Any, mode: str) -> dict[str, Any]:
    """Do what a model's client does; return what came of it."""
    async with mcp.Client(server, mode=mode, read_timeout_seconds=PATIENCE) as client:
        tools = {each.name: each for each in (await client.list_tools()).tools}
        good = await client.call_tool("Rides", {"id": "00001", "first": 2, "going": ["RYO"]})
        wrong = await client.call_tool("Rides", {"id": "00001", "going": ["DRY"]})
        unknown = await client.call_tool("Nothing", {})
        return {"tools": tools, "good": good, "wrong": wrong, "unknown": unknown}


def _check(found: dict[str, Any]) -> None:
    tools = found["tools"]
    assert sorted(tools) == sorted(path.stem for path in OPERATIONS.glob("*.graphql"))
    rides = tools["Rides"]
    assert rides.description == "A jockey's newest races, on some kinds of going or on all."
    assert rides.annotations.read_only_hint
    assert not rides.annotations.destructive_hint
    assert rides.input_schema["required"] == ["id"]
    assert rides.input_schema["properties"]["first"] == {"type": "integer", "default": 20}
    assert rides.input_schema["properties"]["going"]["items"]["enum"][:2] == ["RYO", "YAYA_OMO"]
    good = found["good"]
    assert not good.is_error
    assert good.structured_content == json.loads(good.content[0].text)
    nodes = good.structured_content["jockey"]["records"]["nodes"]
    assert [node["going"] for node in nodes] == ["RYO", "RYO"]
    assert found["wrong"].is_error
    assert "DRY" in found["wrong"].content[0].text
    assert found["unknown"].is_error
    assert "NOT_FOUND" in found["unknown"].content[0].text


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_tools_over_standard_input(sample_data: Path, mode: str) -> None:
    """A client that starts the command finds each trusted query as a tool that only reads, and uses it."""
    _check(asyncio.run(_use(_stdio(sample_data), mode)))


def test_tools_over_http(sample_data: Path) -> None:
    """The same tools are at a URL where the setting says so, for clients of the newest protocol and of older ones."""
    with serving(sample_data, JOCKEY_MCP="1", JOCKEY_DOCUMENTS=str(OPERATIONS)) as base:
        for mode in ("auto", "legacy"):
            _check(asyncio.run(_use(f"{base}/mcp", mode)))
        assert httpx.get(f"{base}/mcp", timeout=PATIENCE).status_code == 405
        assert httpx.post(f"{base}/mcp", content=b"x" * 300_000, timeout=PATIENCE).status_code == 413
        assert httpx.get(f"{base}/health", timeout=PATIENCE).json() == {"status": "ok"}


def test_pages_of_other_origins_are_refused(sample_data: Path) -> None:
    """Where the origins of browsers are listed: also a page whose host leads here, of which CORS knows nothing."""
    settings = Settings(data=str(sample_data), mcp=True, documents=str(OPERATIONS), cors_origins=("https://a.example",))
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"accept": "application/json, text/event-stream"}
    with TestClient(create_app(settings)) as client:
        for origin, status in (("https://a.example", 200), ("http://testserver", 403), ("null", 403), (None, 200)):
            given = {} if origin is None else {"origin": origin}
            assert client.post("/mcp", json=asked, headers={**accept, **given}).status_code == status


def test_keys_and_limits_hold_for_tools(sample_data: Path, tmp_path: Path) -> None:
    """Where keys are required, a client without one is refused; what tools return counts for the key's limit."""
    store = SqliteStore(tmp_path / "store.sqlite3")
    text = Keys(store).create("model", cost=30_000)[1]
    environ = {"JOCKEY_ACCESS": "required", "JOCKEY_STORE": str(tmp_path / "store.sqlite3")}
    with serving(sample_data, JOCKEY_MCP="1", JOCKEY_DOCUMENTS=str(OPERATIONS), **environ) as base:
        listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        assert httpx.post(f"{base}/mcp", json=listing, timeout=PATIENCE).status_code == 401
        results = asyncio.run(_call_often(f"{base}/mcp", text))
    store.close()
    assert not results[0].is_error
    assert results[-1].is_error
    assert "RATE_LIMITED" in results[-1].content[0].text


async def _call_often(url: str, key: str) -> list[Any]:
    """Call a tool until a limit is reached, at most a few times."""
    results: list[Any] = []
    http = httpx.AsyncClient(headers={"X-API-Key": key}, timeout=PATIENCE)
    transport = streamable_http.streamable_http_client(url, http_client=http)
    async with http, mcp.Client(transport, mode="legacy") as client:
        while len(results) < 40 and not (results and results[-1].is_error):
            results.append(await client.call_tool("Rides", {"id": "00001", "first": 100}))
    return results


@pytest.mark.parametrize("setting", [{"mcp": True}, {"mcp": True, "documents": ""}])
def test_tools_need_trusted_operations(sample_data: Path, setting: dict[str, Any]) -> None:
    """Without trusted operations there are no tools to serve, and the server says so at its start."""
    with pytest.raises(ConfigError, match="JOCKEY_MCP requires JOCKEY_DOCUMENTS"):
        create_app(Settings(data=str(sample_data), **setting))


def test_the_command_names_what_is_missing(sample_data: Path) -> None:
    """Without a folder of operations the command ends at once, with wrong usage."""
    command = [sys.executable, "-m", "graphql_api", "mcp", "--data", str(sample_data)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert "--documents" in result.stderr


def test_the_sdk_is_imported_only_where_it_is_used(sample_data: Path) -> None:
    """Neither an application without the setting, nor one with it before its first request, imports the SDK."""
    code = f"""
import sys
from graphql_api.app import create_app
from graphql_api.config import Settings
create_app(Settings(data={str(sample_data)!r}, mcp=True, documents={str(OPERATIONS)!r}))
print("mcp" in sys.modules, "pydantic" in sys.modules)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "False False\n"


QUERY = """query Q($filter: RaceRecordFilter, $ids: [ID!]!, $since: Date = "2024-01-01", $rate: Float!) {
  compareJockeys(ids: $ids, filter: $filter) { jockey { id } } }"""


def test_variables_are_a_json_schema() -> None:
    """Nested inputs, which may hold themselves, are definitions; defaults and what is required are told."""
    operation = parse(QUERY).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    schema = input_schema(operation, api_schema()._schema)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["required"] == ["ids", "rate"]
    assert schema["properties"]["since"] == {"type": "string", "format": "date", "default": "2024-01-01"}
    judge = jsonschema.Draft202012Validator(schema)
    nested = {"and": [{"surface": {"eq": "TURF"}}, {"not": {"winOdds": {"lt": 3}}}]}
    assert judge.is_valid({"ids": ["00001"], "rate": 0.5, "filter": nested})
    for wrong in (
        {"ids": ["1"]},
        {"ids": "1", "rate": 1},
        {"ids": [], "rate": 1, "filter": {"surface": {"eq": "ICE"}}},
    ):
        assert not judge.is_valid(wrong)

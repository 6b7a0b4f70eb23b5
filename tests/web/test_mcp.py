"""Trusted operations as tools, tried with the official client of the Model Context Protocol."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import jsonschema
import pytest
from graphql import OperationDefinitionNode, parse
from hypothesis import given
from hypothesis import strategies as st
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
        assert httpx.post(f"{base}/mcp", json="x" * 300_000, timeout=PATIENCE).status_code == 413
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


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Serve tools without data."""
    settings = Settings(data=str(tmp_path_factory.mktemp("data")), mcp=True, documents=str(OPERATIONS))
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


LISTING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
CALL = {**LISTING, "method": "tools/call"}
WRONG: dict[str, tuple[Any, dict[str, str], int, int, str]] = {
    "no JSON": (b"{", {}, 400, -32700, "valid JSON"),
    "nothing": (b"", {}, 400, -32700, "valid JSON"),
    "no UTF-8": (b"\xff\xfe", {}, 400, -32700, "valid JSON"),
    "nested deeply": (b"[" * 300 + b"]" * 300, {}, 400, -32700, "nested"),
    "a key twice": (b'{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list"}', {}, 400, -32700, "twice"),
    "a batch": ([LISTING, LISTING], {}, 400, -32600, "Batches"),
    "a text": ("tools/list", {}, 400, -32600, "JSON object"),
    "another version": ({**LISTING, "jsonrpc": "1.0"}, {}, 400, -32600, "jsonrpc"),
    "no version": ({"id": 1, "method": "tools/list"}, {}, 400, -32600, "jsonrpc"),
    "no method": ({"jsonrpc": "2.0", "id": 1}, {}, 400, -32600, "method"),
    "a method that is a number": ({**LISTING, "method": 5}, {}, 400, -32600, "method"),
    "a response": ({"jsonrpc": "2.0", "id": 1, "error": 5}, {}, 400, -32600, "method"),
    "an id that is null": ({**LISTING, "id": None}, {}, 400, -32600, "id"),
    "an id that is a list": ({**LISTING, "id": [1]}, {}, 400, -32600, "id"),
    "an id that is true": ({**LISTING, "id": True}, {}, 400, -32600, "id"),
    "an id that is a fraction": ({**LISTING, "id": 1.5}, {}, 400, -32600, "id"),
    "a list of parameters": ({**LISTING, "params": [1]}, {}, 400, -32602, "params"),
    "a tool without a name": ({**CALL, "params": {}}, {}, 400, -32602, "params.name"),
    "a tool without parameters": (CALL, {}, 400, -32602, "params.name"),
    "a tool whose name is a number": ({**CALL, "params": {"name": 5}}, {}, 400, -32602, "params.name"),
    "arguments in a list": ({**CALL, "params": {"name": "Rides", "arguments": [1]}}, {}, 400, -32602, "arguments"),
    "an unknown method": ({**LISTING, "method": "prompts/list"}, {}, 200, -32601, "not found"),
    "a cursor that is a number": ({**LISTING, "params": {"cursor": 5}}, {}, 200, -32602, "parameters"),
    "a client that tells nothing": ({**LISTING, "method": "initialize"}, {}, 200, -32602, "parameters"),
    "a long body": (b" " * 300_000, {}, 413, -32600, "larger"),
    "plain text": (LISTING, {"content-type": "text/plain"}, 415, -32600, "content type"),
    "another charset": (LISTING, {"content-type": "application/json; charset=utf-16"}, 415, -32600, "UTF-8"),
    "compressed": (LISTING, {"content-encoding": "gzip"}, 415, -32600, "compressed"),
    "HTML wanted": (LISTING, {"accept": "text/html"}, 406, -32600, "Accept"),
    "streams wanted": (LISTING, {"accept": "text/event-stream"}, 406, -32600, "Accept"),
    "a protocol without a date": (LISTING, {"mcp-protocol-version": "junk"}, 400, -32600, "MCP-Protocol-Version"),
}
INTERNALS = re.compile(
    r"pydantic|JSONRPC[A-Z]|validation error|input_value|Traceback|union\[|line \d+ column", re.IGNORECASE
)


@pytest.mark.parametrize(("body", "headers", "status", "code", "message"), WRONG.values(), ids=WRONG)
def test_requests_that_cannot_be_run(
    tools: TestClient, body: Any, headers: dict[str, str], status: int, code: int, message: str
) -> None:
    """Each has a code of JSON-RPC and a short message of this service, without anything of the libraries behind it."""
    content = body if isinstance(body, bytes) else json.dumps(body)
    answer = tools.post("/mcp", content=content, headers={"content-type": "application/json", **headers})
    told = answer.json()
    assert (answer.status_code, told["jsonrpc"], told["error"]["code"]) == (status, "2.0", code)
    assert message in told["error"]["message"]
    assert len(told["error"]["message"]) < 150
    assert not INTERNALS.search(answer.text)
    given = body.get("id") if isinstance(body, dict) and headers == {} else None
    assert told["id"] == (1 if type(given) is int else None)


@pytest.mark.parametrize("accept", [None, "", "*/*", "application/json", "application/*;q=0.5, text/event-stream"])
def test_what_clients_accept(tools: TestClient, accept: str | None) -> None:
    """JSON suffices, which is all that is sent; a byte order mark does no harm."""
    headers = {"content-type": "application/json", **({} if accept is None else {"accept": accept})}
    answer = tools.post("/mcp", content="\ufeff" + json.dumps(LISTING), headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["result"]["tools"]


@given(
    st.dictionaries(
        st.sampled_from(["jsonrpc", "id", "method", "params", "result", "error"]),
        st.sampled_from(["2.0", "tools/list", "tools/call", "initialize", "ping", 1, -1.5, None, True])
        | st.dictionaries(
            st.sampled_from(["name", "arguments", "_meta", "cursor"]), st.none() | st.integers() | st.text()
        ),
    )
)
def test_any_message_is_answered_without_internals(tools: TestClient, message: dict[str, Any]) -> None:
    """By JSON-RPC, or by nothing for a notification."""
    answer = tools.post("/mcp", json={"jsonrpc": "2.0", **message})
    assert answer.status_code in {200, 202, 400}
    assert not INTERNALS.search(answer.text)
    assert (answer.status_code == 202) == (not answer.content)


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

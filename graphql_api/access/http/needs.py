"""Which requests take a key, and with which scope."""

from starlette.types import Scope

from graphql_api.errors import ServiceError
from graphql_api.web.query_string import read_query

OPEN = frozenset({"/", "/docs", "/openapi.json", "/schema.graphql", "/llms.txt", "/health", "/ready", "/favicon.ico"})
"""Paths that are open to all: pages, descriptions, health."""

OPEN_PREFIXES = ("/static/", "/docs/")
GRAPHQL = "/graphql"
MCP = "/mcp"
OPERATIONS = "/q"
EXPORTS = (".csv", ".ndjson", ".parquet", ".arrow")
ASKING = frozenset({"query", "documentId", "extensions"})
"""Parameters that make a GET an operation; without them it is the explorer's page, or an error."""


def needed_scope(scope: Scope, max_url_bytes: int) -> str | None:
    """Return the scope that a request takes; None where it is open. What is not known to be open is not."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    path = path.removesuffix("/") or "/"
    if scope["method"] == "OPTIONS":  # preflights carry no key, and nothing else is answered
        return None
    read = scope["method"] in ("GET", "HEAD")
    if read and (path in OPEN or path.startswith(OPEN_PREFIXES)):
        return None
    if path == GRAPHQL:
        return None if read and not _is_operation(scope, max_url_bytes) else "graphql"
    if path.endswith(EXPORTS):
        return "export"
    return "graphql" if path == MCP or f"{path}/".startswith(f"{OPERATIONS}/") else "rest"


def _is_operation(scope: Scope, max_url_bytes: int) -> bool:
    if not scope["query_string"]:
        return False
    try:
        return not ASKING.isdisjoint(name for name, _ in read_query(scope, max_url_bytes))
    except ServiceError:
        return True

"""Settings: frozen tables, read from the environment once. Only this module reads the environment."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal, TypeVar, get_args, get_origin

PREFIX = "JOCKEY_"
Table = TypeVar("Table")
Stage = Literal["local", "dev", "staging", "prod"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class ConfigError(ValueError):
    """A setting holds a value that it cannot take; the message names the variable."""


def setting(default: object, doc: str, *, minimum: float = 0) -> Any:
    """Declare one row of the table: default, description, and minimum of a number."""
    return field(default=default, metadata={"doc": doc, "minimum": minimum})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting. Its variable is ``JOCKEY_`` and its name in capitals; docs/settings.md lists them."""

    data: str = setting(
        "", "Data source: a folder or `s3://bucket/prefix`. Empty: the bucket named in SSM Parameter Store"
    )
    ssm_path: str = setting("/graphql-api/", "Path in SSM Parameter Store of `BUCKET_NAME` and the other parameters")
    region: str = setting(
        "", "AWS region of SSM, and of the bucket if SSM has no `REGION_NAME`. Empty: the default of the SDK"
    )
    stage: Stage = setting("local", "Deployment stage: `local`, `dev`, `staging` or `prod`")
    store: str = setting(
        "",
        "Store of API keys and other small items: a file, or `dynamodb://table`. Empty: "
        "`~/.local/state/graphql-api/store.sqlite3`",
    )
    jobs_queue: str = setting(
        "",
        "URL of the SQS queue for jobs. Empty: the queue is in the store; the plain server or `jobs "
        "work` runs the jobs",
    )
    jobs_workers: int = setting(
        2, "Number of threads of the plain server that run jobs. 0: only other processes run jobs"
    )
    jobs_kept: int = setting(86_400, "Seconds for which a job and its result are kept", minimum=60)
    log_level: LogLevel = setting("INFO", "Minimum level of log lines")

    cache_entries: int = setting(100, "Maximum number of jockeys in memory", minimum=1)
    cache_bytes: int = setting(
        512 * 2**20,
        "Maximum memory of the jockeys in memory, in bytes. A single larger jockey is kept alone",
        minimum=1,
    )
    cache_ttl: float = setting(3600.0, "Seconds until a jockey in memory is revalidated with the storage")
    stale_limit: float = setting(
        86400.0, "Seconds after expiry during which a copy may be used if the storage is not available"
    )
    missing_ttl: float = setting(
        30.0, "Seconds for which the process remembers that a jockey has no file, or that its file was refused"
    )
    missing_entries: int = setting(
        10_000, "Maximum number of remembered ids without a file; the same number applies to failures", minimum=1
    )

    load_threads: int = setting(
        64,
        "Number of reading threads and of S3 connections. A quarter of them is reserved for listings "
        "and checks. 16 more threads decode files",
        minimum=1,
    )
    connect_timeout: float = setting(1.0, "Timeout for connecting to S3 or SSM, in seconds", minimum=0.01)
    read_timeout: float = setting(2.0, "Timeout for reading from S3 or SSM, in seconds", minimum=0.01)
    request_timeout: float = setting(
        20.0, "Time limit of one request, in seconds. Gateways wait 29 or 30 seconds", minimum=0.01
    )

    max_connections: int = setting(
        2_048,
        "Maximum number of open connections of the plain server, within the system's limit of open "
        "files. A further one replaces the connection that has been idle longest, for at least 1 second; if none is "
        "idle, it receives 503",
        minimum=1,
    )
    proxies: tuple[str, ...] = setting(
        (),
        "Addresses or networks of trusted proxies in front of the plain server, comma-separated. "
        "Their `X-Forwarded-For` and `X-Forwarded-Proto` are used",
    )
    keep_alive: int = setting(
        65,
        "Seconds for which the plain server keeps an idle connection (5 before its first request). Must be longer than "
        "the idle timeout of a proxy in front of it, usually 60: else requests meet connections that are just closed",
        minimum=1,
    )
    mcp: bool = setting(
        default=False,
        doc="Serve the trusted operations as tools of the Model Context Protocol at `/mcp`. Requires the extra `mcp`",
    )
    metrics: str = setting(
        "",
        "Address `host:port` at which the plain server publishes metrics for Prometheus (`/metrics`), such as "
        "`127.0.0.1:9100`. Empty: no metrics",
    )
    max_body_bytes: int = setting(
        262_144,
        "Maximum size of a request body (413). The default fits the longest document, escaped, and "
        "twice as many bytes of variables",
        minimum=1,
    )
    max_url_bytes: int = setting(
        16_384,
        "Maximum length of the path, and of the query string (414). Load balancers accept no longer request line",
        minimum=1,
    )
    max_header_bytes: int = setting(
        32_768, "Maximum size of all request headers (431). At most 100 headers are allowed", minimum=1
    )
    max_query_characters: int = setting(
        15_000,
        "Maximum length of a GraphQL document. The default is twice the longest document of known tools",
        minimum=1,
    )
    max_query_tokens: int = setting(
        3_000,
        "Maximum number of tokens in a document, and of values in its variables. They determine the time for parsing",
        minimum=1,
    )
    max_query_depth: int = setting(
        16, "Maximum depth of fields. The introspection query of known tools has 15 levels", minimum=1
    )
    max_query_fields: int = setting(
        2_000,
        "Maximum number of fields after fragments are expanded. The default allows all columns of a record forty times",
        minimum=1,
    )
    max_query_aliases: int = setting(
        100, "Maximum number of aliases. Aliases allow the same field to be selected many times"
    )
    max_query_root_fields: int = setting(30, "Maximum number of root fields. Each of them may read files", minimum=1)
    max_query_directives: int = setting(50, "Maximum number of directives. Only `@skip` and `@include` have an effect")
    max_query_definitions: int = setting(
        50,
        "Maximum number of operations and fragments in a document. Validation compares each pair of fragments",
        minimum=1,
    )
    max_cost: int = setting(
        3_000_000,
        "Maximum cost of an operation: the number of values in its response. The default allows all "
        "cells of the largest possible file once",
        minimum=1,
    )
    max_response_bytes: int = setting(
        134_217_728,
        "Maximum size of a response in bytes, before compression. The whole response is in memory",
        minimum=1,
    )
    in_flight_bytes: int = setting(
        256 * 2**20,
        "Maximum memory for responses that clients have not received yet, in bytes. Further long "
        "responses are replaced by 503",
        minimum=1,
    )
    encoded_bytes: int = setting(
        128 * 2**20,
        "Maximum memory of each of three caches, in bytes: encoded lists, compressed responses, and whole responses",
    )
    max_page: int = setting(
        1_000, "Maximum value of `first` and `last`. Without both, all records are returned", minimum=1
    )
    cors_origins: tuple[str, ...] = setting(
        ("*",), "Allowed origins for browsers (CORS), comma-separated. `*` allows all origins"
    )
    cors_headers: tuple[str, ...] = setting(
        ("*",),
        "Additional request headers that browsers may send from other origins (CORS), "
        "comma-separated. `*` allows all headers",
    )
    graphiql: bool = setting(True, "Serve the GraphiQL explorer to browsers at `/graphql`")  # noqa: FBT003
    introspection: bool = setting(
        True,  # noqa: FBT003
        "Allow introspection queries and `Did you mean …` suggestions in GraphQL. `/openapi.json` is not affected",
    )
    documents: str = setting(
        "", "Folder of trusted documents, one `.graphql` file for each operation. Empty: no trusted documents"
    )
    trusted_only: bool = setting(False, "Accept only trusted documents")  # noqa: FBT003

    tables: Mapping[type, object] = field(
        default_factory=lambda: MappingProxyType({}), repr=False, hash=False, metadata={"doc": ""}
    )
    """The tables of the slices by class. Tables with only defaults may be missing."""

    @property
    def has_explorer(self) -> bool:
        """Return whether the explorer is served. With trusted documents only, it could not send queries."""
        return self.graphiql and not self.trusted_only

    def of(self, kind: type[Table]) -> Table:
        """Return the table of a slice."""
        found: Any = self.tables.get(kind)
        return kind() if found is None else found

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], tables: Sequence[type] = (), **overrides: object) -> "Settings":
        """Read this table and the slices' ``tables`` from ``environ``. ``overrides`` have priority.

        Raises ``ConfigError`` for an invalid value, and for an unknown name.
        """
        known = {each: row for table in (cls, *tables) for each, row in rows(table).items()}
        if unknown := sorted(name for name in environ if name.startswith(PREFIX) and name not in known):
            raise ConfigError(_unknown(unknown[0], known))
        read = {table: table(**{**_values(table, environ), **_taken(table, overrides)}) for table in tables}
        return cls(**{**_values(cls, environ), **overrides, "tables": MappingProxyType(read)})


def rows(table: type) -> dict[str, Any]:
    """Return the rows of a table of settings by their environment variables."""
    return {PREFIX + each.name.upper(): each for each in fields(table) if each.metadata["doc"]}


def _values(table: type, environ: Mapping[str, str]) -> dict[str, Any]:
    """Read a table's settings from the environment."""
    return {
        row.name: _parse(name, environ[name], row.type, row.metadata["minimum"])
        for name, row in rows(table).items()
        if name in environ
    }


def _taken(table: type, overrides: dict[str, object]) -> dict[str, object]:
    """Remove the overrides of a table's settings from ``overrides``, and return them."""
    return {row.name: overrides.pop(row.name) for row in rows(table).values() if row.name in overrides}


def _unknown(name: str, known: Iterable[str]) -> str:
    """Return a text with the similar setting, or with all."""
    close = difflib.get_close_matches(name, known, 1)
    return f"Unknown setting {name}. " + (f"Did you mean {close[0]}?" if close else f"Known: {', '.join(known)}.")


def _parse(name: str, text: str, kind: Any, minimum: float) -> object:
    """Convert the text of a variable to its setting's type."""
    if kind is bool:
        if text.lower() not in _BOOLEANS:
            raise ConfigError(f"{name} must be true or false, not {text!r}.")
        return _BOOLEANS[text.lower()]
    if kind in (int, float):
        try:
            number = kind(text)
        except ValueError as error:
            raise ConfigError(f"{name} must be a number, not {text!r}.") from error
        if not minimum <= number < float("inf"):
            raise ConfigError(f"{name} must be at least {minimum:g}, not {text}.")
        return number
    if get_origin(kind) is Literal and text not in get_args(kind):
        raise ConfigError(f"{name} must be one of {', '.join(get_args(kind))}, not {text!r}.")
    if get_origin(kind) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


_BOOLEANS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}

"""Settings: frozen tables, read from the environment once; the only module that reads the environment."""

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
    """Declare one row of the table: its default, what it means, and the least value of a number."""
    return field(default=default, metadata={"doc": doc, "minimum": minimum})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting, its environment variable being ``JOCKEY_`` and its name in capitals. The README lists them."""

    data: str = setting("", "Data source: a folder or `s3://bucket/prefix`. Empty: the bucket that SSM names")
    ssm_path: str = setting("/graphql-api/", "Path in SSM Parameter Store under which `BUCKET_NAME` and the rest lie")
    region: str = setting("", "AWS region of SSM, and of the bucket unless SSM says otherwise. Empty: the SDK's own")
    stage: Stage = setting("local", "Deployment stage: `local`, `dev`, `staging` or `prod`")
    store: str = setting(
        "",
        "Where keys and other small items are kept: a file, or `dynamodb://table`. Empty: "
        "`~/.local/state/graphql-api/store.sqlite3`",
    )
    jobs_queue: str = setting(
        "",
        "URL of the SQS queue of jobs. Empty: jobs wait in the store, for workers of the plain server or `jobs work`",
    )
    jobs_workers: int = setting(2, "Threads of the plain server that do jobs; 0 leaves them to other processes")
    jobs_kept: int = setting(86_400, "Seconds that a job and its result are kept", minimum=60)
    log_level: LogLevel = setting("INFO", "Least severe log line written")

    cache_entries: int = setting(100, "Jockeys held in memory", minimum=1)
    cache_bytes: int = setting(
        512 * 2**20,
        "Memory the held jockeys may take, in bytes; one larger than that is held alone",
        minimum=1,
    )
    cache_ttl: float = setting(3600.0, "Seconds until a held jockey is revalidated against the storage")
    stale_limit: float = setting(86400.0, "Seconds past expiry that a copy may still answer while the storage fails")
    missing_ttl: float = setting(
        30.0, "Seconds that the absence of a jockey is remembered, or that its file was refused"
    )
    missing_entries: int = setting(10_000, "Absent ids remembered, and as many failures", minimum=1)

    load_threads: int = setting(
        64,
        "Threads that read, a quarter of them for listings and checks; 16 decode. The S3 connection pool is as large",
        minimum=1,
    )
    connect_timeout: float = setting(1.0, "Seconds to connect to S3 or SSM", minimum=0.01)
    read_timeout: float = setting(2.0, "Seconds to wait for bytes of S3 or SSM", minimum=0.01)
    request_timeout: float = setting(20.0, "Wall time of one request, in seconds: gateways wait 29 or 30", minimum=0.01)

    max_connections: int = setting(
        2_048, "Connections of the plain server at once, as far as the system allows files; others get 503", minimum=1
    )
    proxies: tuple[str, ...] = setting(
        (),
        "Addresses or networks of proxies before the plain server, comma-separated, whose `X-Forwarded-For` and "
        "`X-Forwarded-Proto` are believed",
    )
    keep_alive: int = setting(
        5,
        "Seconds that the plain server keeps a connection without a request; behind a proxy longer",
        minimum=1,
    )
    max_body_bytes: int = setting(
        262_144,
        "Largest request body (413): the longest document, escaped, and twice as much in variables",
        minimum=1,
    )
    max_url_bytes: int = setting(
        16_384, "Longest path, and longest query string (414): load balancers take no longer request line", minimum=1
    )
    max_header_bytes: int = setting(
        32_768, "Most bytes that a request's headers may hold, of which there may be 100 (431)", minimum=1
    )
    max_query_characters: int = setting(
        15_000, "Longest GraphQL document: twice the longest that tools write", minimum=1
    )
    max_query_tokens: int = setting(
        3_000, "Most tokens of a document, and values of its variables: these are what reading them costs", minimum=1
    )
    max_query_depth: int = setting(16, "Most levels of fields: the introspection query of tools has 15", minimum=1)
    max_query_fields: int = setting(
        2_000, "Most fields, fragments spread: every column of a record, forty times over", minimum=1
    )
    max_query_aliases: int = setting(100, "Most aliases, by which one field could be asked for again and again")
    max_query_root_fields: int = setting(30, "Most fields of the root, each of which may read files", minimum=1)
    max_query_directives: int = setting(50, "Most directives; of use are two, `@skip` and `@include`")
    max_query_definitions: int = setting(
        50, "Most operations and fragments of a document: validation compares fragments pair by pair", minimum=1
    )
    max_cost: int = setting(
        3_000_000,
        "Most values of an answer, or that its arguments ask for: all cells of the largest file that is read, once",
        minimum=1,
    )
    max_response_bytes: int = setting(
        134_217_728, "Largest answer in bytes, uncompressed: it lies in memory as a whole", minimum=1
    )
    in_flight_bytes: int = setting(
        256 * 2**20, "Memory for answers that clients have yet to take, in bytes; further long ones get 503", minimum=1
    )
    encoded_bytes: int = setting(
        128 * 2**20, "Memory for encoded lists, as much for compressed answers, and as much for whole answers, in bytes"
    )
    max_page: int = setting(1_000, "Most records that `first` or `last` may ask for; without both all come", minimum=1)
    cors_origins: tuple[str, ...] = setting(("*",), "Origins that browsers may call from, comma-separated; `*` is any")
    cors_headers: tuple[str, ...] = setting(
        ("*",), "Request headers that browsers may send from other origins, beside those that the API reads; `*` is any"
    )
    graphiql: bool = setting(True, "Serve the GraphiQL explorer to browsers at `/graphql`")  # noqa: FBT003
    introspection: bool = setting(
        True,  # noqa: FBT003
        "Answer introspection queries, and say `Did you mean …`, in GraphQL; the REST routes are always described",
    )
    documents: str = setting("", "Folder of trusted documents, a `.graphql` file for each operation. Empty: none")
    trusted_only: bool = setting(False, "Answer trusted documents and refuse every other query")  # noqa: FBT003

    tables: Mapping[type, object] = field(
        default_factory=lambda: MappingProxyType({}), repr=False, hash=False, metadata={"doc": ""}
    )
    """The tables of the slices, by their classes; those with nothing but defaults may be missing."""

    def of(self, kind: type[Table]) -> Table:
        """Return the table of a slice."""
        found: Any = self.tables.get(kind)
        return kind() if found is None else found

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], tables: Sequence[type] = (), **overrides: object) -> "Settings":
        """Read this table and the slices' ``tables`` from ``environ``; ``overrides`` of any of their rows win.

        Raises ``ConfigError`` for a value that a setting cannot take, and for a name that is no table's.
        """
        known = {each: row for table in (cls, *tables) for each, row in rows(table).items()}
        if unknown := sorted(name for name in environ if name.startswith(PREFIX) and name not in known):
            raise ConfigError(_unknown(unknown[0], known))
        read = {table: table(**{**_values(table, environ), **_taken(table, overrides)}) for table in tables}
        return cls(**{**_values(cls, environ), **overrides, "tables": MappingProxyType(read)})


def rows(table: type) -> dict[str, Any]:
    """Return the rows of a table of settings by the variables that they are read from."""
    return {PREFIX + each.name.upper(): each for each in fields(table) if each.metadata["doc"]}


def _values(table: type, environ: Mapping[str, str]) -> dict[str, Any]:
    """Read what the environment says of a table's settings."""
    return {
        row.name: _parse(name, environ[name], row.type, row.metadata["minimum"])
        for name, row in rows(table).items()
        if name in environ
    }


def _taken(table: type, overrides: dict[str, object]) -> dict[str, object]:
    """Take the overrides of a table's settings out of ``overrides``."""
    return {row.name: overrides.pop(row.name) for row in rows(table).values() if row.name in overrides}


def _unknown(name: str, known: Iterable[str]) -> str:
    """Say which setting was meant, or list them all."""
    close = difflib.get_close_matches(name, known, 1)
    return f"Unknown setting {name}. " + (f"Did you mean {close[0]}?" if close else f"Known: {', '.join(known)}.")


def _parse(name: str, text: str, kind: Any, minimum: float) -> object:
    """Turn one variable's text into its setting's type."""
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

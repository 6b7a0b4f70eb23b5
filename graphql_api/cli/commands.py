"""The commands of ``graphql-api``."""

import asyncio
import difflib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
import orjson

from graphql_api import DISTRIBUTION
from graphql_api.cli.group import Commands, require
from graphql_api.config import Settings

if TYPE_CHECKING:
    from graphql_api.cli.inspection import FileFacts
    from graphql_api.index.build import Refresh
    from graphql_api.storage.folder import StoredObject

SDL_FILE = Path("schema.graphql")
DATA_HELP = "A folder of jockey files, or s3://bucket/prefix. Default: JOCKEY_DATA, else the bucket that SSM names."


def _data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--data", metavar="PATH|s3://…", help=DATA_HELP)(command)


def _only_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse a data source that is given without its option, and say how it is given."""

    def refuse(context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> None:
        if given:
            right = f"{context.command_path} --data {given[0]}"
            raise click.UsageError(f"Unexpected argument {given[0]!r}. A data source is given as: {right}", context)

    return click.argument("given", nargs=-1, metavar="", expose_value=False, callback=refuse)(command)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Try it:
  graphql-api sample --out data
  graphql-api index --data data
  graphql-api serve --data data
  graphql-api query '{ jockey(id: "00001") { name } }' --data data

Settings come from JOCKEY_… variables, which the README lists. Exit codes: 0 done, 1 failed, 2 wrongly called.""",
)
@click.version_option(package_name=DISTRIBUTION, prog_name="graphql-api")
def commands() -> None:
    """Serve netkeiba jockey results over GraphQL and REST, and look into their files."""


@commands.command(
    short_help="Serve GraphQL and REST.",
    epilog="""\b
Examples:
  graphql-api serve --data data
  graphql-api serve --data data --host 0.0.0.0 --port 8080
  graphql-api serve --data s3://my-bucket/jockeys""",
)
@_only_options
@_data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free port.")
def serve(data: str | None, host: str, port: int) -> None:
    """Serve GraphQL at /graphql and REST at /api/jockey/{id} until interrupted."""
    from graphql_api.cli import server

    require("uvicorn")

    settings = _settings(data)
    with server.listen(host, port) as listener:
        from graphql_api.app import create_app
        from graphql_api.cli import source

        storage = source.open_source(settings)
        holds = source.describe(storage, settings)
        app = create_app(settings, storage)
        base = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
        pages = [f"Serving at {base}/graphql (Ctrl+C stops)", f"Overview: {base}/   REST: {base}/docs"]
        click.echo("\n".join([*pages, *holds]), err=True)
        server.run(app, settings, listener)


@commands.command(
    short_help="Write fictional jockey files.",
    epilog="""\b
Examples:
  graphql-api sample --out data
  graphql-api sample --out /tmp/many --jockeys 200 --rows 10000 --seed 7""",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to write to.")
@click.option("--jockeys", type=click.IntRange(1, 9000), default=13, show_default=True, help="How many files.")
@click.option("--rows", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="The longest careers.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed writes the same files.")
def sample(out: Path, jockeys: int, rows: int, seed: int) -> None:
    """Write fictional jockey files, just as a scraper of netkeiba leaves them.

    The first thirteen show everything: flat, jump, local, ban'ei and overseas races, an empty career, old pages, blanks
    and mixed dtypes. Files of the same ids in the folder are replaced.
    """
    from rich.progress import Progress

    from graphql_api import samples
    from graphql_api.cli.tables import console

    require("pandas")
    with Progress(console=console(stderr=True)) as progress:
        task = progress.add_task("Writing jockeys", total=jockeys)
        written = samples.write(out, jockeys, rows, seed, lambda _path: progress.advance(task))
    size = sum(path.stat().st_size for path in written)
    click.echo(f"Wrote {len(written)} jockeys, {size / 1e6:.1f} MB, to {out}. Next: graphql-api serve --data {out}")


@commands.command(
    short_help="Build or refresh the index of all jockeys.",
    epilog="""\b
Examples:
  graphql-api index --data data
  graphql-api index --data s3://my-bucket/jockeys --threads 32""",
)
@_only_options
@_data_option
@click.option("--threads", type=click.IntRange(1, 256), help="Files read at once. Default: JOCKEY_LOAD_THREADS.")
def index(data: str | None, threads: int | None) -> None:
    """Build the index, beside the files, or bring it up to date: `jockeys` and `search` rest on it.

    Only files that changed are read. After an interrupted run, the next one continues from there. Servers read the new
    index within their JOCKEY_CACHE_TTL; until then they use the old one.
    """
    from rich.progress import Progress

    from graphql_api.cli.source import open_source
    from graphql_api.cli.tables import console
    from graphql_api.index.build import Refresh

    settings = _settings(data)
    _log_to_stderr("CRITICAL")
    refresh = Refresh(open_source(settings))
    try:
        with Progress(console=console(stderr=True)) as progress:
            task = progress.add_task("Indexing jockeys", total=len(refresh.entries))
            refresh.run(threads or settings.load_threads, lambda: progress.advance(task))
    except BaseException:
        click.echo(_incomplete(refresh), err=True)
        raise
    count = refresh.outcomes
    done = "Wrote the index" if refresh.written else "The index is up to date"
    click.echo(f"{done}: {len(refresh.entries):,} jockeys, {count['read']:,} read, {count['unchanged']:,} unchanged.")
    if refresh.unreadable:
        click.echo(f"Not readable, see graphql-api inspect: {', '.join(sorted(refresh.unreadable))}", err=True)
    if refresh.entries and len(refresh.unreadable) == len(refresh.entries):
        raise click.ClickException("No file could be read.")


@commands.command(
    short_help="Show what is in a jockey file.",
    epilog="""\b
Examples:
  graphql-api inspect data/00001.pickle
  graphql-api inspect 00001 --data data
  graphql-api inspect 00001 --data s3://my-bucket/jockeys --json | jq .warnings""",
)
@click.argument("file_or_id", metavar="FILE|ID")
@_data_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON: every fact, and more of the warnings.")
def inspect(file_or_id: str, data: str | None, *, as_json: bool) -> None:
    """Read a jockey file safely and show what is in it: nothing in the file is run.

    Prints its columns as found, dtypes, nulls and distinct values, the columns that are missing or unknown, and each
    cell that could not be read. A file that is refused ends with the reason and exit code 1.
    """
    from graphql_api.cli.tables import console, show

    _log_to_stderr("CRITICAL")
    facts = _facts(file_or_id, data)
    if as_json:
        click.echo(orjson.dumps(asdict(facts), option=orjson.OPT_INDENT_2))
    else:
        show(facts, console())


@commands.command(
    "export-schema",
    epilog="""\b
Examples:
  graphql-api export-schema > schema.graphql
  graphql-api export-schema --out schema.graphql
  graphql-api export-schema --check""",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write instead of printing.")
@click.option("--check", is_flag=True, help=f"Only compare with --out (default {SDL_FILE}); exit code 1 if it differs.")
def export_schema(out: Path | None, *, check: bool) -> None:
    """Print the GraphQL schema in SDL."""
    from graphql_api.schema import schema

    sdl = schema.as_str().rstrip("\n") + "\n"
    if check:
        _check_sdl(sdl, out or SDL_FILE)
    elif out:
        out.write_text(sdl, encoding="utf-8")
    else:
        click.echo(sdl, nl=False)


@commands.command(
    short_help="Run one operation and print its answer.",
    epilog="""\b
Examples:
  graphql-api query '{ jockey(id: "00001") { name records(first: 3) { nodes { date raceName } } } }' --data data
  graphql-api query 'query($id: ID!) { jockey(id: $id) { name } }' --variables '{"id": "a0001"}' --data data
  graphql-api query - --data data < query.graphql""",
)
@click.argument("query", metavar="QUERY|-")
@click.option("--variables", metavar="JSON", help="The operation's variables, as a JSON object.")
@_data_option
def query(query: str, variables: str | None, data: str | None) -> None:
    """Run one operation and print its answer as JSON; exit code 1 if the answer has errors.

    QUERY is the GraphQL text, or - to read it from standard input.
    """
    from graphql_api.app import create_core
    from graphql_api.cli.source import open_source

    text = sys.stdin.read() if query == "-" else query
    values = _variables(variables)
    settings = _settings(data)
    core = create_core(settings, open_source(settings))
    _log_to_stderr(settings.log_level)
    try:
        answer = orjson.loads(asyncio.run(core.run(text, values)))
    finally:
        core.repository.close()
    click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2))
    if "errors" in answer:
        sys.exit(1)


def _settings(data: str | None) -> Settings:
    """Read the settings from the environment; ``--data`` wins."""
    return Settings.from_environ(os.environ, **({} if data is None else {"data": data}))


def _incomplete(refresh: "Refresh") -> str:
    """Tell of a run that ended early what the next one has to do."""
    left = len(refresh.entries) - sum(refresh.outcomes.values())
    kept = f"The index is incomplete: {left:,} of {len(refresh.entries):,} files were not read."
    return f"{kept} Run the command again; it continues from here."


def _facts(file_or_id: str, data: str | None) -> "FileFacts":
    """Read the file, or, where there is none of that name, the jockey's file from the data source."""
    from graphql_api.cli import inspection
    from graphql_api.cli.source import open_source
    from graphql_api.storage.folder import MAX_STORED_BYTES, id_of

    path = Path(file_or_id)
    if path.is_file():
        with path.open("rb") as file:
            data_read = file.read(MAX_STORED_BYTES + 1)  # enough to be refused as too large
        return inspection.inspect(data_read, path.name, id_of(path.name))
    if path.suffix or path.parent != Path():
        raise click.ClickException(f"There is no file {file_or_id!r}.")
    settings = _settings(data)
    stored = cast("StoredObject", open_source(settings).read(file_or_id))  # None answers conditional reads only
    return inspection.inspect(stored.data, stored.key, file_or_id)


def _variables(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        values = json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"This is no JSON: {error}.", param_hint="--variables") from error
    if not isinstance(values, dict):
        raise click.BadParameter('A JSON object is needed, such as {"id": "00001"}.', param_hint="--variables")
    return values


def _check_sdl(sdl: str, file: Path) -> None:
    """Compare the file with the schema as it is; a file that differs ends with exit code 1 and the difference."""
    found = file.read_text(encoding="utf-8") if file.exists() else ""
    if found == sdl:
        return
    now = "the schema now"
    lines = list(difflib.unified_diff(found.splitlines(), sdl.splitlines(), str(file), now, lineterm="", n=1))
    rest = f"\n… {len(lines) - 40} more lines" if len(lines) > 40 else ""
    hint = f"{file} is out of date. Write it with: graphql-api export-schema --out {file}"
    raise click.ClickException("\n".join([hint, *lines[:40]]) + rest)


def _log_to_stderr(level: str) -> None:
    """Keep standard output for the answer."""
    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
    )

"""``graphql-api export-schema``: the schema in SDL, printed, written or compared."""

import difflib
from pathlib import Path

import click

SDL_FILE = Path("schema.graphql")


@click.command(
    "export-schema",
    epilog="""\b
Examples:
  graphql-api export-schema > schema.graphql
  graphql-api export-schema --out schema.graphql
  graphql-api export-schema --check""",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file instead of printing.")
@click.option(
    "--check",
    is_flag=True,
    help=f"Only compare with the file of --out (default {SDL_FILE}). The exit code is 1 if it differs.",
)
def export_schema(out: Path | None, *, check: bool) -> None:
    """Print the GraphQL schema in SDL."""
    from graphql_api.app import api_schema_text

    sdl = api_schema_text()
    if check:
        _check_sdl(sdl, out or SDL_FILE)
    elif out:
        out.write_text(sdl, encoding="utf-8")
    else:
        click.echo(sdl, nl=False)


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

"""The facts of a file as tables in a terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from graphql_api.jockeys.inspection import FileFacts, by_code

_MAX_WARNINGS = 50


def show(facts: FileFacts, out: Console) -> None:
    """Print a file's facts: a summary, its columns, and the data warnings row by row."""
    out.print(f"[bold]{escape(facts.file)}[/bold]  jockey {escape(facts.jockey_id) or 'unknown'}")
    races = "" if facts.races == facts.rows else f", {facts.races:,} of the rows are races"
    out.print(f"{facts.rows:,} rows × {len(facts.columns)} columns{races}, {facts.size:,} bytes stored", end="")
    out.print(f", {facts.memory:,} bytes of memory as typed records")
    out.print(_columns(facts))
    out.print(f"Missing columns: {_listed(facts.missing)}")
    out.print(f"Unknown columns: {_listed(facts.unknown)}")
    if not facts.warning_count:
        out.print("[green]No data warnings: every cell was understood.[/green]")
        return
    codes = ", ".join(f"{count} {code}" for code, count in by_code(facts).items())
    out.print(f"[yellow]{facts.warning_count:,} data warnings[/yellow] ({codes})")
    out.print(_warnings(facts))
    if len(facts.warnings) > _MAX_WARNINGS:
        shown = f"The first {_MAX_WARNINGS} are shown; --json lists {len(facts.warnings):,}."
        out.print(shown)


def _columns(facts: FileFacts) -> Table:
    table = Table("Column", "Read as", "Dtype", title="Columns", title_justify="left")
    table.add_column("Nulls", justify="right")
    table.add_column("Distinct", justify="right")
    table.add_column("Example", overflow="fold")
    for column in facts.columns:
        source = escape(column.source) if column.source else "[red]unknown[/red]"
        cells = (escape(column.dtype), f"{column.nulls:,}", f"{column.distinct:,}", escape((column.example or "")[:40]))
        table.add_row(escape(column.label), source, *cells)
    return table


def _warnings(facts: FileFacts) -> Table:
    table = Table(title="Data warnings", title_justify="left")
    table.add_column("Row", justify="right")
    for header in ("Column", "Code", "Cell"):
        table.add_column(header, overflow="fold")
    for warning in facts.warnings[:_MAX_WARNINGS]:
        row = "all" if warning.row is None else str(warning.row)
        others = f" and {warning.count - 1:,} more" if warning.count > 1 else ""
        table.add_row(
            row + others, escape(warning.column), warning.code, "" if warning.raw is None else escape(repr(warning.raw))
        )
    return table


def _listed(headers: tuple[str, ...]) -> str:
    return escape(", ".join(map(repr, headers))) if headers else "none"

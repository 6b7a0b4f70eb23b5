"""Writes what was measured: JSON for machines, Markdown tables and a chart for people."""

import json
from pathlib import Path
from typing import Any

from benchmarks import chart
from benchmarks.bars import BARS, PLAIN
from benchmarks.chart import figure
from benchmarks.contenders import ENCODED, NOT_MODIFIED, PROJECTION, REST
from benchmarks.operations import CONNECTIONS, SIZES, Size

Rows = dict[str, dict[str, Any]]
FOOTNOTE = "† so slow that fewer connections were opened: it answers one request at a time, more would only wait"
METHOD = """\
One run, one machine, everyone in turns: read the ratios, not the absolute numbers. Every server is one process on \
127.0.0.1 without an access log; ROAPI and Node may use more than one thread. All answer the same rows, which was \
checked before measuring; where a peer writes them otherwise, its note says so. The load generator is a closed loop in \
one thread; answers are not compressed. A rate is the median of the rounds, p99 is over the requests of all rounds. \
† marks contenders so slow that fewer connections were opened: they answer one request at a time, and more would \
only wait. Rows of this server that a cache may answer are named so.
"""


def write(found: dict[str, Any], folder: Path) -> list[Path]:
    """Write ``results.json``, ``results.md`` and ``chart.svg``; give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "results.json": json.dumps(found, indent=1, ensure_ascii=False) + "\n",
        "results.md": markdown(found),
        "chart.svg": chart.draw(_panels(found["rows"]), FOOTNOTE),
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    return [folder / name for name in texts]


def markdown(found: dict[str, Any]) -> str:
    """Write all tables."""
    machine, run, rows = found["environment"], found["run"], found["rows"]
    about = (
        f"{machine['date']}, {machine['system']}, {machine['cores']} cores, Python {machine['python']}"
        f"{', Node ' + machine['node'] if machine['node'] else ''}; {run['rounds']} rounds of {run['seconds']} s"
        f"{' (a quick run: too short to quote)' if run['quick'] else ''}."
    )
    parts = ["# Benchmarks", about, METHOD, "## Summary: requests a second, and times plain Strawberry", _summary(rows)]
    parts += ["## Bars", _bars(found)]
    for size in SIZES:
        parts += [f"## {size.title.capitalize()}: requests a second (p99, ms)", _details(rows, size)]
    parts += ["## Cold start and memory", _cold(rows), _imports(found["imports"])]
    parts += ["## In process", _inprocess(found["inprocess"]), "## Notes", _notes(rows)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _table(head: list[str], body: list[list[str]]) -> str:
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *body]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(rows: Rows, name: str, size: Size, connections: int) -> dict[str, Any]:
    cell: dict[str, Any] = rows.get(name, {}).get("http", {}).get(size.name, {}).get(str(connections), {})
    return cell


def _mark(cell: dict[str, Any], asked: int) -> str:
    return "†" if cell["connections"] < asked else ""


def _measured(rows: Rows) -> list[str]:
    return [name for name, row in rows.items() if not row["skipped"]]


def _summary(rows: Rows) -> str:
    head = [""] + [text for size in SIZES for text in (f"{size.title}, {size.shown_at} conn.", "×")]
    body = []
    for name in _measured(rows):
        line = [name]
        for size in SIZES:
            cell = _cell(rows, name, size, size.shown_at)
            rate = cell.get("rate")
            plain = _cell(rows, PLAIN, size, size.shown_at).get("rate")
            line += [
                figure(rate) + _mark(cell, size.shown_at) if rate else "–",
                figure(rate / plain) if rate and plain else "–",
            ]
        body.append(line)
    return _table(head, body)


def _details(rows: Rows, size: Size) -> str:
    def show(cell: dict[str, Any], asked: int) -> str:
        if "rate" not in cell:
            return "failed" if cell else "–"
        return f"{figure(cell['rate'])}{_mark(cell, asked)} ({figure(cell['p99_ms'])})"

    names = [name for name in _measured(rows) if size.name in rows[name]["http"]]
    body = [[name, *(show(_cell(rows, name, size, each), each) for each in CONNECTIONS)] for name in names]
    busiest = max((_cell(rows, n, size, c).get("generator_busy", 0) for n in names for c in CONNECTIONS), default=0)
    note = f"The load generator took {busiest:.0%} of one processor at most."
    return _table(["", *(f"{each} conn." for each in CONNECTIONS)], body) + "\n\n" + note


def _bars(found: dict[str, Any]) -> str:
    body = []
    for bar in BARS:
        value = bar.value(found)
        shown = "not measured" if value is None else f"{figure(value)}{bar.unit}"
        verdict = "–" if value is None else "yes" if bar.met(value) else "**no**"
        body.append([bar.text, f"{'≤' if bar.most else '≥'} {figure(bar.bound)}{bar.unit}", shown, verdict])
    return _table(["", "bar", "measured", "met"], body)


def _cold(rows: Rows) -> str:
    def show(start: dict[str, Any], name: str, scale: float, unit: str) -> str:
        value = start.get(name)
        return "–" if value is None else f"{figure(value * scale)} {unit}"

    names = [name for name in _measured(rows) if rows[name]["cold"] and name not in (REST, NOT_MODIFIED)]
    body = [
        [
            name,
            show(rows[name]["cold"], "first_answer_s", 1000, "ms"),
            show(rows[name]["cold"], "first_large_s", 1000, "ms"),
            show(rows[name]["cold"], "peak_memory_bytes", 1e-6, "MB"),
        ]
        for name in names
    ]
    about = (
        "Process start to first small answer, then the first large one, and the process's peak memory after three "
        "large ones. This server reads and unpickles its file within the first answer; peers load ready JSON at start."
    )
    head = ["", "first answer", "first large answer", "peak memory"]
    return about + "\n\n" + _table(head, body)


def _imports(imports: list[dict[str, Any]]) -> str:
    body = [
        [
            f"`import {each['module']}`",
            f"{figure(each['total_ms'])} ms",
            ", ".join(f"{name} {figure(spent)}" for name, spent in each["heaviest"].items()),
        ]
        for each in imports
    ]
    return _table(["by `-X importtime`, with bytecode", "total", "heaviest packages, cumulative ms"], body)


def _inprocess(found: dict[str, Any]) -> str:
    if "error" in found:
        return f"Not measured: {found['error']}"
    sizes = [size for size in SIZES if size.name in found["encoding_ms"]]
    encoding = found["encoding_ms"]
    cases = list(encoding[SIZES[-1].name])
    ways = [
        [
            case,
            *(
                f"{figure(encoding[s.name][case])} ({_times(encoding[s.name][PLAIN], encoding[s.name][case])})"
                for s in sizes
            ),
        ]
        for case in cases
    ]
    loading = found["loading_ms"]
    growth = [
        [stage, *(figure(spent) for spent in times.values()), *_proportions(times)]
        for stage, times in found["growth_ms"].items()
    ]
    counts = [f"{int(rows):,} rows" for rows in next(iter(found["growth_ms"].values()))]
    memory = [[name, figure(size)] for name, size in found["memory_bytes_a_row"].items()]
    return "\n\n".join(
        (
            "An operation to JSON bytes, ms (times plain Strawberry):",
            _table(["", *(size.title for size in sizes)], ways),
            "Loading 10,000 rows, ms (times `pickle.loads`):",
            _table(["", "ms", "×"], [[n, figure(t), figure(t / loading["pickle.loads"])] for n, t in loading.items()]),
            "Growth, ms; the last columns are the time over what the smallest, in proportion, gives:",
            _table(["", *counts, *(f"{each} ÷ proportional" for each in counts[1:])], growth),
            "Memory, bytes a row of 10,000:",
            _table(["", "bytes a row"], memory),
        )
    )


def _times(plain: float, spent: float) -> str:
    return f"{figure(plain / spent)}×"


def _proportions(times: dict[str, float]) -> list[str]:
    (fewest, base), *rest = times.items()
    return [figure(spent / (base * int(rows) / int(fewest))) for rows, spent in rest]


def _notes(rows: Rows) -> str:
    lines = [f"- {name}: {row['note']}." for name, row in rows.items() if not row["skipped"]]
    lines += [f"- {name} is left out: {row['skipped']}." for name, row in rows.items() if row["skipped"]]
    lines += [
        f"- {name} failed at {size}, {asked} connections: {cell['error']}."
        for name, row in rows.items()
        for size, cells in row["http"].items()
        for asked, cell in cells.items()
        if "error" in cell
    ]
    return "\n".join(lines)


def _panels(rows: Rows) -> dict[str, chart.Bars]:
    """Choose the chart's bars: both ways of this server, the floors and the peers at the shown connections."""
    shown = [name for name in _measured(rows) if name in (ENCODED, PROJECTION) or not name.startswith("this server")]
    panels = {}
    for size in SIZES:
        cells = {name: _cell(rows, name, size, size.shown_at) for name in shown}
        bars = [(name, cell["rate"], _mark(cell, size.shown_at)) for name, cell in cells.items() if "rate" in cell]
        panels[f"{size.title}, {size.shown_at} connections: requests a second"] = bars
    return panels

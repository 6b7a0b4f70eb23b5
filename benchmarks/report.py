"""Writes what was measured: JSON for machines, Markdown tables and a chart for people."""

import json
from pathlib import Path
from typing import Any

from benchmarks import chart
from benchmarks.bars import ALL_ROWS, BARS, PLAIN, ratio
from benchmarks.chart import figure
from benchmarks.contenders import ENCODED, NOT_MODIFIED, PROJECTION, REPEATED, REST, REST_REPEATED
from benchmarks.measure import SLOW
from benchmarks.operations import LARGE, MEDIUM, SMALL, WORKLOADS, Workload

Rows = dict[str, dict[str, Any]]
SAME_PROCESS = (REPEATED, REST, REST_REPEATED, NOT_MODIFIED)
"""Rows whose process is another row's: its cold start and memory stand there."""
BUDGET = """\
Questions about 10,000 rows, and their budget, which is told in the time that encoding all rows takes in the same run: \
to ask about the rows has to cost clearly less than to have them sent. A filter of two tests, and some statistics by \
one key: a third of it; every statistic there is, of all rows: two thirds. The bars above say whether it is kept."""
FOOTNOTE = f"† fewer connections: so slow that more would only wait; one below {SLOW:.0f} answers a second"
METHOD = """\
One run, one machine, everyone in turns: read the ratios, not the absolute numbers. Every server is one process on \
127.0.0.1 without an access log. {cores} All give the same rows, which was checked before measuring; where a peer \
writes them otherwise, its note says so. The load generator is a closed loop in one thread; answers are not \
compressed. A rate is the median of the rounds, a ratio the median of each round's ratios, p99 is over the requests \
of all rounds. Hits and misses are rows of their own: this server's "repeated request" is a hit of its response cache, \
all its other rows are misses of it; the notes say what else is cached.
"""
APART = (
    "The servers share one core, Node's helping threads too, but where a row's name says otherwise; the load generator "
    "has another."
)
TOGETHER = "Nobody is bound to a core; ROAPI and Node may use several."


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
        f"{' (a quick run: too short to quote)' if run['quick'] else ''}. "
        f"This server keeps up to {machine['kept_memory_bytes'] >> 20} MiB of freed memory with its process, where the "
        "C library is glibc (`graphql_api/process.py`); peers run with their own defaults."
    )
    fewer = (
        f"† marks figures taken over fewer connections than the column says: no more were opened than a contender can "
        f"answer once in {run['wave_seconds']} s, and one only where it answers less than {SLOW:.0f} requests a second "
        "one by one: others would only wait."
    )
    parts = [
        "# Benchmarks",
        about,
        METHOD.format(cores=APART if machine["apart"] else TOGETHER) + fewer,
        "## Summary: requests a second, and times plain Strawberry",
        _summary(rows),
    ]
    parts += ["## Bars", _bars(found)]
    for each in WORKLOADS:
        parts += [f"## {each.title.capitalize()}: requests a second (p99, ms)", each.about, _details(rows, each)]
    parts += ["## Cold start and memory", _cold(rows), _imports(found["imports"])]
    parts += ["## In process", _inprocess(found["inprocess"]), "## Notes", _notes(rows)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _table(head: list[str], body: list[list[str]]) -> str:
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *body]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(rows: Rows, name: str, workload: Workload, connections: int) -> dict[str, Any]:
    cell: dict[str, Any] = rows.get(name, {}).get("http", {}).get(workload.name, {}).get(str(connections), {})
    return cell


def _mark(cell: dict[str, Any], asked: int) -> str:
    return "†" if cell["connections"] < asked else ""


def _measured(rows: Rows) -> list[str]:
    return [name for name, row in rows.items() if not row["skipped"]]


def _summary(rows: Rows) -> str:
    head = [""] + [text for each in WORKLOADS for text in (f"{each.title}, {each.shown_at} conn.", "×")]
    body = []
    for name in _measured(rows):
        line = [name]
        for each in WORKLOADS:
            cell = _cell(rows, name, each, each.shown_at)
            rate = cell.get("rate")
            plain = _cell(rows, PLAIN, each, each.shown_at)
            line += [
                figure(rate) + _mark(cell, each.shown_at) if rate else "–",
                figure(ratio(cell, plain)) if rate and "rate" in plain else "–",
            ]
        body.append(line)
    return _table(head, body)


def _details(rows: Rows, workload: Workload) -> str:
    def show(cell: dict[str, Any], asked: int) -> str:
        if "rate" not in cell:
            return "failed" if cell else "–"
        return f"{figure(cell['rate'])}{_mark(cell, asked)} ({figure(cell['p99_ms'])})"

    names = [name for name in _measured(rows) if workload.name in rows[name]["http"]]
    cells = {name: [_cell(rows, name, workload, each) for each in workload.connections] for name in names}
    body = [[name, *map(show, cells[name], workload.connections)] for name in names]
    busiest = max((cell.get("generator_busy", 0) for row in cells.values() for cell in row), default=0)
    slow = [name for name in names if all(cell.get("connections") == 1 for cell in cells[name])]
    notes = [f"The load generator took {busiest:.0%} of one processor at most."]
    if slow:
        notes.append(f"Left out: more than one connection to what is slow alone ({', '.join(slow)}).")
    return _table(["", *(f"{each} conn." for each in workload.connections)], body) + "\n\n" + " ".join(notes)


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

    names = [name for name in _measured(rows) if rows[name]["cold"] and name not in SAME_PROCESS]
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
        "Process start to first small answer, then the first large one, and the process's peak memory after two "
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
    encoding, lists = found["encoding_ms"], (SMALL, MEDIUM, LARGE)
    ways = [
        [
            case,
            *(
                f"{figure(encoding[each.name][case])} ({_times(encoding[each.name][PLAIN], encoding[each.name][case])})"
                for each in lists
            ),
        ]
        for case in encoding[LARGE.name]
    ]
    questions = found["questions_ms"]
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
            _table(["", *(each.title for each in lists)], ways),
            BUDGET,
            _table(
                ["", "ms", f"÷ {ALL_ROWS}"],
                [[name, figure(spent), figure(spent / questions[ALL_ROWS])] for name, spent in questions.items()],
            ),
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
        f"- {name} failed at {workload}, {asked} connections: {cell['error']}."
        for name, row in rows.items()
        for workload, cells in row["http"].items()
        for asked, cell in cells.items()
        if "error" in cell
    ]
    return "\n".join(lines)


def _panels(rows: Rows) -> dict[str, chart.Bars]:
    """Choose the chart's bars: both ways of this server, the floors and the peers at the shown connections."""
    shown = [name for name in _measured(rows) if name in (ENCODED, PROJECTION) or not name.startswith("this server")]
    panels = {}
    for each in WORKLOADS:
        cells = {name: _cell(rows, name, each, each.shown_at) for name in shown}
        bars = [(name, cell["rate"], _mark(cell, each.shown_at)) for name, cell in cells.items() if "rate" in cell]
        panels[f"{each.title}, {each.shown_at} connections: requests a second"] = bars
    return panels

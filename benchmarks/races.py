"""Races of a large archive in process, beside DuckDB's own time for the same questions, in CPU time.

``python -m benchmarks.races FOLDER`` measures an indexed folder of files and prints a table; ``--out FILE`` writes it.
Cases take turns, so that a busy machine slows all of them alike: the ratios are what to look at.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from graphql_api.app import Core, create_core
from graphql_api.archive.manifest import NAME, load
from graphql_api.archive.questions import Rides, Statement
from graphql_api.installed import read_settings
from graphql_api.jockeys.vocabulary import Grade, Surface
from graphql_api.races.listing import RaceList
from graphql_api.races.records import day_statement, races_statement
from graphql_api.storage.folder import FolderStorage
from graphql_api.tables.conditions import All, Comparison, Where

RACE = """id name date racecourse status fieldSize winningTime winners { horseName }
completeness { complete missingNumbers } conflicts { field } runners { horseNumber horseName finishPosition winOdds }"""
ONE = "query ($id: ID!) { race(id: $id) { " + RACE + " } }"
DAY = """query ($day: Date!) { raceDays(from: $day, to: $day) { nodes { date races { id name racecourse raceNumber
winners { horseName } } } } }"""
YEAR = """query ($from: Date!, $to: Date!) { races(first: 20, filter: { grade: { eq: GI }, surface: { eq: TURF },
date: { gte: $from, lte: $to } }) { nodes { id name date distance winners { horseName } } } }"""
"""What is asked: a race, the races of a day, and a page of a year's races that pass a filter."""

TURF_GI = [Where("grade", (Comparison("eq", Grade.GI),)), Where("surface", (Comparison("eq", Surface.TURF),))]

AIMS = {
    "race, first": 30.0,
    "race, repeated": 1.0,
    "day, first": 30.0,
    "day, repeated": 2.0,
    "races of a year, filtered": 50.0,
}
"""Milliseconds that were aimed at, at 1.2 million rides."""


@dataclass
class Case:
    """One row of the table: how it is run, and DuckDB's own way to the same rows, if it takes any."""

    name: str
    run: Callable[[int], Awaitable[bytes]]
    alone: Callable[[int], object] | None = None
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)


class Archive:
    """An application over an indexed folder, and DuckDB over the very same files."""

    def __init__(self, folder: Path) -> None:
        """Open both."""
        settings = read_settings({}, data=str(folder), log_level="ERROR")
        self.core: Core = create_core(settings)
        stored = FolderStorage(folder).read(NAME)
        if stored is None:
            raise SystemExit("The folder has no index: graphql-api index --data FOLDER")
        self.manifest = load(stored.data)
        self._duck = duckdb.connect(config={"threads": 1})
        self._duck.execute("LOAD parquet")
        self._duck.execute("SET parquet_metadata_cache = true")
        rides = [folder / self.manifest.rides[year].name for year in sorted(self.manifest.rides, reverse=True)]
        for table, files in (("rides", rides), ("jockeys", [folder / self.manifest.jockeys.name])):
            self._duck.read_parquet(list(map(str, files))).create_view(table)

    async def ask(self, query: str, variables: Mapping[str, Any]) -> bytes:
        """Answer an operation as a request does, without HTTP."""
        return await self.core.run(query, variables)

    def alone(self, statement: Statement) -> Sequence[Any]:
        """Ask DuckDB alone."""
        return self._duck.execute(statement.text, list(statement.values)).fetchall()

    def races(self, count: int) -> list[tuple[str, date]]:
        """Choose races all over the years, each on another day."""
        found = self._duck.execute(
            "SELECT min(race_id), date FROM rides WHERE race_id IS NOT NULL GROUP BY date ORDER BY hash(date) LIMIT ?",
            [count],
        )
        return found.fetchall()


def cases(archive: Archive, rounds: int) -> list[Case]:
    """List what is measured; each round asks of another race, day and year, unless it is to repeat."""
    races = archive.races(2 * rounds + 2)
    once, days, (kept, kept_day) = races[:rounds], races[rounds : 2 * rounds], races[-1]
    years = sorted(archive.manifest.rides)

    def year_filter(turn: int) -> tuple[date, date]:
        year = years[turn % len(years)]
        return date(year, 1, 1 + turn // len(years)), date(year, 12, 31)

    def filtered(turn: int) -> Statement:
        first, last = year_filter(turn)
        days = Where("date", (Comparison("gte", first), Comparison("lte", last)))
        return RaceList(Rides(All((*TURF_GI, days))), (), 20).page_statement(None)

    def filtered_alone(turn: int) -> None:
        ids = [race_id for (race_id,) in archive.alone(filtered(turn))]
        archive.alone(races_statement(ids))

    def span(turn: int) -> dict[str, str]:
        first, last = year_filter(turn)
        return {"from": first.isoformat(), "to": last.isoformat()}

    return [
        Case(
            "race, first",
            lambda turn: archive.ask(ONE, {"id": once[turn][0]}),
            lambda turn: archive.alone(races_statement([once[turn][0]])),
        ),
        Case("race, repeated", lambda _: archive.ask(ONE, {"id": kept})),
        Case(
            "day, first",
            lambda turn: archive.ask(DAY, {"day": days[turn][1].isoformat()}),
            lambda turn: archive.alone(day_statement(days[turn][1])),
        ),
        Case("day, repeated", lambda _: archive.ask(DAY, {"day": kept_day.isoformat()})),
        Case("races of a year, filtered", lambda turn: archive.ask(YEAR, span(turn)), filtered_alone),
    ]


async def measure(archive: Archive, rounds: int) -> list[Case]:
    """Run all cases in turns."""
    measured = cases(archive, rounds)
    for case in measured:  # what is opened, compiled and kept at first
        await case.run(rounds - 1)
        if case.alone:
            case.alone(rounds - 1)
    for turn in range(rounds - 1):
        for case in measured:
            begun = time.process_time()
            answer = await case.run(turn)
            case.ours.append(1000 * (time.process_time() - begun))
            if b'"errors"' in answer:
                raise SystemExit(answer.decode()[:500])
            if case.alone:
                begun = time.process_time()
                case.alone(turn)
                case.theirs.append(1000 * (time.process_time() - begun))
    return measured


def table(measured: Sequence[Case], rows: int) -> str:
    """Write the medians."""
    lines = [
        f"Races of {rows:,} rides in process: medians, in ms of CPU. DuckDB alone answers the same statements.",
        "",
        "| | ms | aimed at | DuckDB alone | ratio |",
        "|---|---|---|---|---|",
    ]
    for case in measured:
        ours, theirs = statistics.median(case.ours), statistics.median(case.theirs) if case.theirs else None
        alone = f"{theirs:.1f} | {ours / theirs:.2f}" if theirs else "– | –"
        lines.append(f"| {case.name} | {ours:.2f} | {AIMS[case.name]:g} | {alone} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    archive = Archive(options.folder)
    written = table(asyncio.run(measure(archive, options.rounds)), archive.manifest.rows)
    print(written)  # noqa: T201
    if options.out:
        options.out.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()

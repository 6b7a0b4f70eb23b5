"""A small world of races as the archive's table of rides: horses of a latent ability, which the market knows partly."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from graphql_api.archive.columns import COLUMNS as STORED
from graphql_api.archive.columns import ORDINAL, TYPES
from graphql_api.archive.duck import connect
from graphql_api.archive.entries import COLUMNS as JOCKEYS
from graphql_api.archive.manifest import FOLDER, NAME, DataFile, Manifest, dump
from graphql_api.forecasts.rides import COLUMNS, FEATURES_SQL
from graphql_api.storage.folder import FolderStorage, content_hash

FIRST_DAY = date(2024, 1, 6)
COURSES = (("東京", "05"), ("中山", "06"))
POINTS = 0.1  # seconds for each unit of performance


def rides(weeks: int = 40, races: int = 10, runners: int = 9, seed: int = 1) -> dict[str, list[Any]]:
    """Draw the rides of so many weeks with a race day each, by column of ``rides.COLUMNS``."""
    draw = np.random.default_rng(seed)
    horses, jockeys = 4 * races * runners, 3 * runners
    ability, skill = draw.normal(0, 1.1, horses), draw.normal(0, 0.4, jockeys)
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for week in range(weeks):
        day = FIRST_DAY + timedelta(weeks=week)
        chosen = draw.permutation(horses)[: races * runners].reshape(races, runners)
        for number, own in enumerate(chosen, 1):
            riders = draw.permutation(jockeys)[:runners]
            _race(columns, draw, (day, week, number), own, riders, ability[own] + skill[riders])
    return columns


def _race(
    columns: dict[str, list[Any]],
    draw: np.random.Generator,
    when: tuple[date, int, int],
    horses: np.ndarray,
    riders: np.ndarray,
    strength: np.ndarray,
) -> None:
    """Run one race and add its rides."""
    day, week, number = when
    course, code = COURSES[week % 2]
    count = len(horses)
    performance = strength + draw.gumbel(0, 1, count)
    believed = np.exp(strength + draw.normal(0, 0.3, count))
    odds = np.round(np.maximum(0.8 * believed.sum() / believed, 1.1), 1)
    order = np.argsort(np.argsort(-performance)) + 1
    behind = np.round((performance.max() - performance) * POINTS, 1)
    surface, distance = (("TURF", 1600), ("DIRT", 1800))[number % 2]
    for place in range(count):
        row = {
            "date": day,
            "race_id": f"{day:%Y}{code}{week // 12 + 1:02}{week % 12 + 1:02}{number:02}",
            "racecourse": course,
            "race_number": number,
            "race_name": "架空の競走",
            "jurisdiction": "JRA",
            "surface": surface,
            "surface_ordinal": number % 2,
            "distance": distance,
            "going_ordinal": week % 4 // 2,
            "weather_ordinal": week % 3,
            "race_class": ("MAIDEN", "ONE_WIN", "OPEN")[number % 3],
            "grade": None,
            "field_size": count,
            "bracket_number": min(8, place + 1),
            "horse_number": place + 1,
            "horse_name": f"カクウ{horses[place]:04}",
            "jockey_id": f"{riders[place]:05}",
            "carried_weight": 54.0 + place % 4,
            "body_weight": 450 + int(horses[place]) % 60,
            "body_weight_change": week % 5 - 2,
            "win_odds": float(odds[place]),
            "favourite_rank": int(np.argsort(np.argsort(odds))[place]) + 1,
            "finish_status": "FINISHED",
            "finish_position": int(order[place]),
            "finish_time": round(distance / 16.5 + float(behind[place]), 1),
            "margin": float(behind[place]),
            "last3f": round(35.0 + float(behind[place]) + float(draw.normal(0, 0.1)), 1),
            "running_style_ordinal": int(horses[place]) % 4,
            "prize_money": float(max(0, 6 - order[place])) * 1e6,
        }
        for name, value in row.items():
            columns[name].append(value)


def table(columns: Mapping[str, list[Any]], threads: int = 1) -> Any:
    """Return a connection of DuckDB with the rides as the table ``rides``."""
    connection = connect(None)
    connection.execute(f"SET threads = {threads}")
    connection.execute(f"CREATE TABLE rides ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})")
    insert(connection, columns)
    return connection


def insert(connection: Any, columns: Mapping[str, list[Any]]) -> None:
    """Add rides to the table."""
    texts = {
        name: np.array([None if v is None else str(v) for v in values], object) for name, values in columns.items()
    }
    connection.register("source", texts)
    casts = ", ".join(f"CAST({name} AS {kind})" for name, kind in COLUMNS.items())
    connection.execute(f"INSERT INTO rides SELECT {casts} FROM source")
    connection.unregister("source")


def features(connection: Any, day: date, names: tuple[str, ...], sql: str = FEATURES_SQL) -> dict[Any, Any]:
    """Return the features of the runners of a day, by race and number."""
    listed = ", ".join(("race_id", "horse_number", *names))
    rows = connection.execute(f"SELECT {listed} FROM ({sql}) WHERE date = DATE '{day}'").fetchall()
    return {row[:2]: row[2:] for row in rows}


def _cell(name: str) -> str:
    """Return what the archive stores in a column: what the world has, ordinals of enums, and nothing else."""
    base = name.removesuffix(ORDINAL)
    if name.endswith(ORDINAL) and base in COLUMNS:
        return f"list_position({[member.name for member in TYPES[base]]}, {base}) - 1"
    return name if name in {*COLUMNS, "year"} else "NULL"


def write_archive(folder: Path, columns: Mapping[str, list[Any]]) -> FolderStorage:
    """Write the rides as an archive that forecasts can read, and return its storage."""
    storage = FolderStorage(folder)
    connection = table(columns)

    def stored(name: str, query: str) -> DataFile:
        path = folder / "aside.parquet"
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
        data = path.read_bytes()
        path.unlink()
        file = DataFile(f"{FOLDER}/{name}-{content_hash(data)[:16]}.parquet", len(data), len(data))
        storage.write(file.name, data)
        return file

    cells = ", ".join(f"CAST({_cell(each.name)} AS {each.type}) AS {each.name}" for each in STORED)
    every = f"SELECT {cells} FROM (SELECT *, year(date) AS year FROM rides)"
    years = connection.execute("SELECT DISTINCT year(date) FROM rides ORDER BY 1").fetchall()
    files = {year: stored(str(year), f"{every} WHERE year = {year}") for (year,) in years}
    jockeys = stored("jockeys", f"SELECT {', '.join(f'CAST(NULL AS {e.type}) AS {e.name}' for e in JOCKEYS)} LIMIT 0")
    connection.close()
    manifest = Manifest(rides=files, jockeys=jockeys, horses=jockeys, sources={"00001": "etag"})
    storage.write(NAME, dump(manifest))
    return storage

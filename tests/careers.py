"""Careers for tests of filters, orders, statistics and groups: generated rows, and figures counted in plain Python."""

import csv
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

from frames import frame_of
from graphql_api import samples
from graphql_api.jockeys.columns import SOURCES
from graphql_api.jockeys.normalise import race_records
from graphql_api.jockeys.records import RaceRecords, Row
from graphql_api.pickles.frames import Frame, FrameColumn
from graphql_api.samples.careers import CAREERS
from real_frames import SAMPLES

JOCKEY = "01999"
RACE = {
    "日付": "2024/09/29",
    "開催": "4中山9",
    "天気": "晴",
    "R": "11",
    "レース名": "架空ステークス(GI)",
    "頭数": "16",
    "枠番": "4",
    "馬番": "8",
    "単勝": "5.4",
    "人気": "2",
    "着順": "1",
    "馬名": "テストホース",
    "騎手": "架空太郎",
    "斤量": "58",
    "距離": "芝1200",
    "馬場": "良",
    "タイム": "1:07.0",
    "着差": "-0.1",
    "通過": "2-2",
    "ペース": "32.1-34.9",
    "上り": "34.8",
    "馬体重": "482(+4)",
    "勝ち馬": "(ツギノテスト)",
    "賞金(万円)": "17,000.0",
    "page_number": "1",
    "jockey_id": JOCKEY,
}
Texts = Mapping[str, str]


def career(*races: Texts) -> RaceRecords:
    """Read races, each ``RACE`` with changes; a blank text is a blank cell."""
    rows = [{**RACE, **each} for each in races]
    columns = [
        FrameColumn(header, "object", np.array([row.get(header) or None for row in rows] + [None], dtype=object)[:-1])
        for header in (source.header for source in SOURCES)
    ]
    return race_records(Frame(len(rows), tuple(columns)), JOCKEY)


def races() -> st.SearchStrategy[dict[str, str]]:
    """Draw a race: all that a result can be, with few values a column, so that they meet again and again."""
    return st.fixed_dictionaries(
        {
            "日付": st.dates(date(2023, 12, 30), date(2024, 1, 2)).map(lambda day: f"{day:%Y/%m/%d}"),
            "開催": st.sampled_from(["4中山9", "1東京1", "船橋", "シャティ"]),
            "R": st.sampled_from(["", "1", "2", "12"]),
            "レース名": st.sampled_from(["架空S(GI)", "架空記念(JpnIII)", "架空特別(重賞)", "架空", "架空(L)"]),
            "頭数": st.sampled_from(["0", "7", "16"]),
            "馬番": st.sampled_from(["", "1", "8"]),
            "単勝": st.sampled_from(["", "1.1", "3.3", "49.9", "100.0"]),
            "人気": st.sampled_from(["", "1", "2", "4", "9", "11"]),
            "着順": st.sampled_from(["1", "1", "1", "2", "3", "4", "16", "4(降)", "中", "取", "除", "失", "再", ""]),
            "馬名": st.sampled_from(["テスト", "ﾃｽﾄ", "デモ", "ＤＥＭＯ", "demo", "キャロット", "キヤロツト"]),
            "距離": st.sampled_from(["", "芝1200", "芝2410", "ダ1900", "障3390"]),
            "馬場": st.sampled_from(["", "良", "重"]),
            "通過": st.sampled_from(["", "1-2", "8-8-7", "5"]),
            "上り": st.sampled_from(["", "34.8", "13.5", "40.1"]),
            "賞金(万円)": st.sampled_from(["", "17,000.0", "0.5"]),
        }
    )


def careers(max_size: int = 12) -> st.SearchStrategy[RaceRecords]:
    """Draw a career of any length, no races included."""
    return st.lists(races(), max_size=max_size).map(lambda drawn: career(*drawn))


def rows_of(records: RaceRecords) -> list[Row]:
    """Give every row as an object."""
    return [Row(records, index) for index in range(records.rows)]


def known_careers() -> Iterator[tuple[str, RaceRecords, list[Texts]]]:
    """Give every generated career, and the real ones where they are, each with the texts of its cells."""
    for jockey_id in samples.jockey_ids(len(CAREERS)):
        frame = samples.frame(jockey_id, CAREERS[jockey_id].rows(300), 1)
        yield jockey_id, race_records(frame_of(frame), jockey_id), _texts_of_frame(frame)
    for path in sorted(SAMPLES.glob("*.raw.csv")):
        jockey_id = path.name.partition(".")[0]
        yield jockey_id, _of_csv(path, jockey_id), _texts_of_csv(path)


def _texts_of_frame(frame: pd.DataFrame) -> list[Texts]:
    labels = ["".join(label.split()) for label in frame.columns]
    return [dict(zip(labels, map(_text, row), strict=True)) for row in frame.itertuples(index=False, name=None)]


def _text(cell: Any) -> str:
    if cell is None or cell != cell:
        return ""
    return str(cell).removesuffix(".0") if isinstance(cell, float) else str(cell).strip()


def _texts_of_csv(path: Path) -> list[Texts]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{"".join(label.split()): cell for label, cell in row.items()} for row in csv.DictReader(file)]


def _of_csv(path: Path, jockey_id: str) -> RaceRecords:
    return race_records(frame_of(pd.read_csv(path, dtype=str)), jockey_id)


# What the domain's definitions say, counted row by row from the texts of the cells.


def plain_statistics(rows: Sequence[Texts]) -> dict[str, Any]:
    """Count every statistic in plain Python, from texts alone."""
    rides = [row for row in rows if row["着順"] not in {"取", "除", ""}]
    places = [_place(row) for row in rides]
    backed = [row for row in rides if _number(row["単勝"])]
    returned = [_number(row["単勝"]) for row in backed if _place(row) == 1]
    expected = sum(0.8 / _number(row["単勝"]) for row in backed)
    first_three = [places.count(position) for position in (1, 2, 3)]
    longest, current = _streaks(rides)
    return {
        "rides": len(rides),
        "wins": first_three[0],
        "seconds": first_three[1],
        "thirds": first_three[2],
        "unplaced": len(rides) - sum(first_three),
        "win_rate": _share(first_three[0], len(rides)),
        "quinella_rate": _share(sum(first_three[:2]), len(rides)),
        "top3_rate": _share(sum(first_three), len(rides)),
        "rides_with_odds": len(backed),
        "wins_with_odds": len(returned),
        "win_return_rate": _share(sum(returned), len(backed)),
        "expected_wins": expected,
        "actual_over_expected": _share(len(returned), expected),
        "average_finish_position": _mean([place for place in places if place]),
        "average_favourite_rank": _mean([int(row["人気"]) for row in rides if row["人気"]]),
        "graded_wins": sum(_place(row) == 1 and _is_graded(row["レース名"]) for row in rides),
        "prize_money": sum(_number(row["賞金(万円)"]) * 10_000 for row in rows),
        "longest_win_streak": longest,
        "current_win_streak": current,
    }


def _place(row: Texts) -> int | None:
    match = re.match(r"\d+", row["着順"])
    return int(match[0]) if match else None


def _number(text: str) -> float:
    return float(text.replace(",", "")) if text.strip("-") else 0.0


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _mean(numbers: Sequence[float]) -> float | None:
    return fmean(numbers) if numbers else None


def _is_graded(name: str) -> bool:
    return re.search(r"\((J\.?)?(G|Jpn)[-.]?([123]|I{1,3}|[ⅠⅡⅢ])\)", name) is not None


def _streaks(rides: Sequence[Texts]) -> tuple[int, int]:
    """Count the longest run of wins and the last, from the oldest ride to the newest."""
    longest = current = 0
    order = sorted(
        range(len(rides)), key=lambda at: (rides[at]["日付"][:10].replace("-", "/"), int(rides[at]["R"] or 0), -at)
    )
    for at in order:
        current = current + 1 if _place(rides[at]) == 1 else 0
        longest = max(longest, current)
    return longest, current


def agree(found: dict[str, Any], counted: dict[str, Any]) -> bool:
    """Say whether two sets of figures are the same to the last digits, null only where both are."""
    numbers = {name: math.nan if value is None else value for name, value in counted.items()}
    return {name: math.nan if value is None else value for name, value in found.items()} == pytest.approx(
        numbers, rel=1e-12, nan_ok=True
    )

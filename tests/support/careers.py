"""Careers for tests of filters, orders, statistics and groups: generated rows, and figures counted in plain Python."""

import csv
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from frames import frame_of
from graphql_api import samples
from graphql_api.jockeys.normalise import race_records
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.sources import SOURCES
from graphql_api.pickles.frames import Frame, FrameColumn
from graphql_api.samples.careers import CAREERS
from graphql_api.tables.table import Row
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


def career(*races: Texts, without: Collection[str] = ()) -> RaceRecords:
    """Read races, each ``RACE`` on another horse with changes.

    A blank text is a blank cell, and ``without`` names missing columns.
    """
    rows = [{**RACE, "馬番": str((7 + place) % 40 + 1), **each} for place, each in enumerate(races)]
    columns = [
        FrameColumn(header, "object", np.array([row.get(header) or None for row in rows] + [None], dtype=object)[:-1])
        for header in (source.header for source in SOURCES if source.header not in without)
    ]
    return race_records(Frame(len(rows), tuple(columns)), JOCKEY)


def races() -> st.SearchStrategy[dict[str, str]]:
    """Draw a race: all that a result can be, with few values a column, so that they meet again and again."""
    return st.fixed_dictionaries(
        {
            "日付": st.dates(date(2023, 12, 30), date(2024, 1, 2)).map(lambda day: f"{day:%Y/%m/%d}"),
            "開催": st.sampled_from(["4中山9", "1東京1", "船橋", "シャティ"]),
            "R": st.sampled_from(["", "1", "2", "12"]),
            "レース名": st.sampled_from(
                ["架空S(GI)", "架空記念(JpnIII)", "架空特別(重賞)", "架空", "架空(L)", "3歳未勝利", "障害4歳以上OP(牝)"]
            ),
            "頭数": st.sampled_from(["", "0", "1", "7", "16"]),
            "馬番": st.sampled_from(["", "1", "8"]),
            "単勝": st.sampled_from(["", "1.1", "3.3", "49.9", "100.0"]),
            "人気": st.sampled_from(["", "1", "2", "4", "9", "11"]),
            "着順": st.sampled_from(
                ["1", "1", "1", "2", "3", "4", "5", "16", "4(降)", "中", "取", "除", "失", "再", ""]
            ),
            "馬名": st.sampled_from(["テスト", "ﾃｽﾄ", "デモ", "ＤＥＭＯ", "demo", "キャロット", "キヤロツト"]),
            "距離": st.sampled_from(["", "芝1200", "芝2410", "ダ1900", "障3390"]),
            "馬場": st.sampled_from(["", "良", "重"]),
            "通過": st.sampled_from(["", "1-2", "8-8-7", "5"]),
            "ペース": st.sampled_from(["", "34.0-35.0", "36.0-34.9", "35.0-35.9", "0.0-39.7"]),
            "上り": st.sampled_from(["", "34.8", "13.5", "40.1"]),
            "賞金(万円)": st.sampled_from(["", "17,000.0", "0.5"]),
        }
    )


def race_lists(min_size: int = 0, max_size: int = 12) -> st.SearchStrategy[list[dict[str, str]]]:
    """Draw races as a file has them: each once, the newest first."""
    drawn = st.lists(races(), min_size=min_size, max_size=max_size, unique_by=_identity)
    return drawn.map(lambda races: sorted(races, key=lambda race: (race["日付"], int(race["R"] or 0)), reverse=True))


def _identity(race: Texts) -> tuple[str, ...]:
    return tuple(race[header] for header in ("日付", "開催", "R", "馬番"))


def careers(max_size: int = 12) -> st.SearchStrategy[RaceRecords]:
    """Draw a career of any length, no races included."""
    return race_lists(max_size=max_size).map(lambda drawn: career(*drawn))


def rows_of(records: RaceRecords) -> list[Row]:
    """Give every row as an object."""
    return [Row(records, index) for index in range(records.rows)]


@cache
def known_careers() -> Sequence[tuple[str, RaceRecords, list[Texts]]]:
    """Give every generated career, and the real ones where they are, each with the texts of its cells."""
    return tuple(_known_careers())


def known_ids() -> Sequence[str]:
    """Give the ids of ``known_careers``, in the same order, without reading any: for parameters of tests."""
    return [*samples.jockey_ids(len(CAREERS)), *(path.name.partition(".")[0] for path in _known_files())]


def _known_files() -> Sequence[Path]:
    return sorted(SAMPLES.glob("*.raw.csv"))


def _known_careers() -> Iterator[tuple[str, RaceRecords, list[Texts]]]:
    for jockey_id in samples.jockey_ids(len(CAREERS)):
        frame = samples.frame(jockey_id, CAREERS[jockey_id].rows(300), 1)
        yield jockey_id, race_records(frame_of(frame), jockey_id), _texts_of_frame(frame)
    for path in _known_files():
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

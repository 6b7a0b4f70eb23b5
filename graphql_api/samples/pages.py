"""Cells to frame, as a scraper's ``pandas.read_html`` does it: each column's dtype is what its texts suggest."""

from typing import TYPE_CHECKING

from graphql_api.samples.careers import Layout

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]

ROWS_A_PAGE = 20
HEADERS = (
    "日付", "開催", "天 気", "R", "レース名", "映像", "頭 数", "枠 番", "馬 番", "単勝", "人 気", "着 順", "馬名",
    "騎手", "斤量", "距離", "水分量", "馬 場", "タイム", "着差", "通過", "ペース", "上り", "馬体重", "勝ち馬",
    "賞金 (万円)",
)  # fmt: skip


def scraped(rows: list[list[str]], jockey_id: str, layout: Layout) -> "pd.DataFrame":
    """Make the frame that a scraper pickles: 26 columns of the page, then page_number and jockey_id."""
    import pandas as pd

    step = layout.batch or max(1, len(rows))
    parts = [_inferred(rows[start : start + step], layout) for start in range(0, max(1, len(rows)), step)]
    frame = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
    frame = frame.astype(dict.fromkeys(frame.columns[frame.dtypes == "str"], layout.strings))
    frame["page_number"] = [1 + row // ROWS_A_PAGE for row in range(len(rows))]
    frame["jockey_id"] = pd.Series([jockey_id] * len(rows), dtype=layout.strings)
    if layout.dates == "datetime":
        frame["日付"] = pd.to_datetime(frame["日付"], format="%Y/%m/%d")
    frame = frame.drop(columns=list(layout.absent))
    labels = [label if layout.spaced else "".join(label.split()) for label in frame.columns]
    frame.columns = pd.Index(labels, dtype=layout.strings)
    return frame


def _inferred(rows: list[list[str]], layout: Layout) -> "pd.DataFrame":
    """Infer the dtypes by the very parser that ``read_html`` hands its cells to."""
    import pandas as pd
    from pandas.io.parsers import TextParser  # type: ignore[import-untyped]

    if not rows:
        return pd.DataFrame({header: pd.Series([], dtype=layout.strings) for header in HEADERS})
    return TextParser(rows, names=list(HEADERS), header=None, thousands=",").read()

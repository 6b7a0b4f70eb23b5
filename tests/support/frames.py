"""Frames for tests, made of pandas DataFrames as the safe loader gives them."""

import numpy as np
import pandas as pd

from graphql_api.pickles.frames import Frame, FrameColumn


def frame_of(data: pd.DataFrame) -> Frame:
    """Give a DataFrame's columns in the loader's form; headers may repeat."""
    columns = (_column(str(label), data.iloc[:, place]) for place, label in enumerate(data.columns))
    return Frame(len(data), tuple(columns))


def _column(label: str, series: "pd.Series[object]") -> FrameColumn:
    cells = series.to_numpy() if isinstance(series.dtype, np.dtype) else np.array(series.astype(object), dtype=object)
    if cells.dtype == object:
        cells = np.array([_cell(cell) for cell in cells] + [None], dtype=object)[:-1]
    return FrameColumn(label, str(series.dtype), cells)


def _cell(cell: object) -> object:
    if cell is pd.NaT or cell is pd.NA:
        return None
    if isinstance(cell, pd.Timestamp):
        return cell.to_pydatetime()
    return cell.item() if isinstance(cell, np.generic) else cell

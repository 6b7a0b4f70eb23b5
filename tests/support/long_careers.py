"""Careers of so many rides that no buffered reply holds them."""

from pathlib import Path

import pandas as pd

from graphql_api import samples


def long_career(folder: Path, rows: int) -> Path:
    """Write a jockey, `00001`, of so many hundreds of rides to a folder, which it gives."""
    samples.write(folder, jockeys=1, rows=400, seed=1)
    (few,) = folder.glob("00001.pickle*")
    many = pd.concat([pd.read_pickle(few)] * (rows // 400), ignore_index=True)
    few.unlink()
    many.assign(日付=pd.date_range("1910-01-01", periods=len(many))[::-1]).to_pickle(folder / "00001.pickle")
    return folder

"""A frame as plain columns: the data of a pickled DataFrame without anything executable."""

from dataclasses import dataclass
from typing import Literal

import numpy as np


@dataclass(frozen=True, slots=True)
class FrameColumn:
    """One column of a frame.

    ``label`` is the header exactly as the file has it (not always unique, not always a string in the file: it is its
    text here). ``dtype`` names the pandas dtype as pandas prints it (``object``, ``int64``, ``datetime64[ns]``,
    ``str``, ``Int64``, ``category``…), for people. ``cells`` is a one-dimensional numpy array of dtype bool, int*,
    uint*, float*, ``datetime64[*]`` or object; cells of an object array are None, bool, int, float, str, or
    ``datetime.datetime``/``date``. Missing is NaN, NaT or None. Nullable, string and categorical columns arrive as
    object arrays with None for missing. ``parts`` are the texts of a label of several levels, of which ``label`` is
    made, the outermost first.
    """

    label: str
    dtype: str
    cells: np.ndarray
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An omitted part of a DataFrame: a column by its ``label``, or its ``index`` or ``attrs``.

    ``kind`` describes its content for people: ``pandas.Timedelta``, ``cells of type list``.
    """

    part: Literal["column", "index", "attrs"]
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The columns of one DataFrame in file order. ``rows`` is also valid for frames without columns.

    ``left_out`` are parts that cannot be read. Index and attrs are never included.
    """

    rows: int
    columns: tuple[FrameColumn, ...]
    left_out: tuple[LeftOut, ...] = ()

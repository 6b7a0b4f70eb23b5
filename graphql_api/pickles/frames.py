"""A frame as plain columns: what is left of a pickled DataFrame once everything executable has been refused."""

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
    """A part of a DataFrame that is not read: a column by its ``label``, or its ``index`` or ``attrs``.

    ``kind`` says what it holds, for people: ``pandas.Timedelta``, ``cells of type list``.
    """

    part: Literal["column", "index", "attrs"]
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The columns of one DataFrame in file order; ``rows`` counts for frames without columns too.

    ``left_out`` tells what the DataFrame has besides that cannot be read. Its index and attrs are never kept.
    """

    rows: int
    columns: tuple[FrameColumn, ...]
    left_out: tuple[LeftOut, ...] = ()

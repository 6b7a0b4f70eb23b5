"""Loading any frame gives what pandas gives, and any bytes at all give a frame or a refusal."""

import datetime as dt
import functools
import pickle
import random
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphql_api.errors import DataCorrupt
from graphql_api.pickles import loads
from graphql_api.pickles.frames import Frame

ARCHIVE = Path(__file__).parent / "genuine.tar.xz"
MUTANTS = 2000

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False),
    TEXTS,
    st.dates(),
    st.datetimes(),
)
PLAIN_DTYPES = [
    "int8",
    "uint16",
    "int64",
    "uint64",
    "float32",
    "float64",
    "bool",
    "M8[s]",
    "M8[ms]",
    "M8[us]",
    "M8[ns]",
]


@st.composite
def columns(draw: st.DrawFn, rows: int) -> pd.Series:
    """Draw one column, as objects, numbers or dates."""
    kind = draw(st.sampled_from(["object", "str", "category", "Int64", *PLAIN_DTYPES]))
    if kind in ("object", "str", "category"):
        cells = CELLS if kind == "object" else st.one_of(st.none(), TEXTS)
        return pd.Series(draw(st.lists(cells, min_size=rows, max_size=rows)), dtype=object).astype(kind)
    if kind == "Int64":
        numbers = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1))
        return pd.Series(pd.array(draw(st.lists(numbers, min_size=rows, max_size=rows)), dtype=kind))
    days = st.integers(-80_000, 80_000)  # from 1750 to 2189, which nanoseconds can hold
    numbers = days if kind.startswith("M8") else st.integers(0, 100)
    drawn = np.array(draw(st.lists(numbers, min_size=rows, max_size=rows)), dtype="i8")
    return pd.Series(drawn.astype("M8[D]").astype(kind) if kind.startswith("M8") else drawn.astype(kind))


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Draw a frame of a few rows and columns, whose labels may repeat."""
    rows = draw(st.integers(0, 6))
    drawn = draw(st.lists(columns(rows), max_size=6))
    frame = pd.DataFrame(dict(enumerate(drawn)), index=range(rows))
    frame.columns = draw(st.lists(TEXTS, min_size=len(drawn), max_size=len(drawn)))
    return frame


def python(cell: Any) -> Any:
    """Show a cell of pandas as the loader gives it."""
    return cell.to_pydatetime() if isinstance(cell, pd.Timestamp) else cell


def cells(column: pd.Series) -> list[Any]:
    """Show a column of pandas as the loader gives it, with None for missing where it is no number."""
    if column.dtype.kind == "M":
        return [cell.to_pydatetime() for cell in column]
    if isinstance(column.dtype, np.dtype) and column.dtype != object:
        return column.tolist()
    return [None if cell is None or cell is pd.NA or cell != cell else python(cell) for cell in column.tolist()]


@settings(max_examples=80, deadline=None)
@given(frames(), st.integers(0, 5))
def test_any_frame(frame: pd.DataFrame, protocol: int) -> None:
    """Whatever is in a frame, its labels, dtypes and cells come back, types and all."""
    loaded = loads(pickle.dumps(frame, protocol))
    assert loaded.rows == len(frame)
    assert [column.label for column in loaded.columns] == list(frame.columns)
    for at, column in enumerate(loaded.columns):
        expected = frame.iloc[:, at]
        found = column.cells.astype("M8[us]") if column.cells.dtype.kind == "M" else column.cells
        assert column.dtype == str(expected.dtype)
        assert [(type(cell), cell) for cell in found.tolist()] == [(type(cell), cell) for cell in cells(expected)]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    """Bytes that are no pickle are refused."""
    with pytest.raises(DataCorrupt):
        loads(data)


@functools.cache
def genuine() -> list[bytes]:
    """Unpack the genuine pickles of every version."""
    with tarfile.open(ARCHIVE) as archive:
        members = [member for member in archive if member.name.endswith(".pickle")]
        return [content.read() for member in members if (content := archive.extractfile(member))]


def mutant(chance: random.Random) -> bytes:
    """Change a genuine pickle here and there: bits, bytes, opcodes, indexes, parts of itself and of others."""
    files = genuine()
    data = bytearray(chance.choice(files))
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        at = chance.randrange(len(data))
        size = chance.choice([1, 2, 5, 40])
        other = data if chance.random() < 0.5 else chance.choice(files)
        start = chance.randrange(len(other))
        match chance.randrange(5):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at] = chance.choice(b"()]}Rabdehjtu\x81\x85\x86\x87\x93\x94NKJG\x8cXBq.0")
            case 2:
                data[at : at + size] = other[start : start + size]
            case 3:
                data[at:at] = other[start : start + size]
            case 4:
                found = data.find(b"h", at)
                if 0 <= found < len(data) - 1:
                    data[found + 1] = chance.randrange(256)
    return bytes(data)


@pytest.mark.parametrize("seed", range(4))
def test_mutants(seed: int) -> None:
    """A genuine pickle changed at random is read as some frame or refused; nothing else ever happens."""
    chance = random.Random(seed)
    outcomes = set()
    for _ in range(MUTANTS // 4):
        try:
            frame = loads(mutant(chance))
        except DataCorrupt as error:
            outcomes.add(error.log_fields["reason"])
        else:
            assert isinstance(frame, Frame)
            assert {len(column.cells) for column in frame.columns} <= {frame.rows}
            allowed = (type(None), bool, int, float, str, dt.date)
            objects = [column.cells.tolist() for column in frame.columns if column.cells.dtype == object]
            assert all(isinstance(cell, allowed) for cells in objects for cell in cells)
            outcomes.add("read")
    assert {"read", "malformed", "opcode", "structure"} <= outcomes

"""What a frame holds besides plain columns: it is left out and told of, and everything else is read."""

import collections
import datetime as dt
import decimal
import enum
import fractions
import pathlib
import pickle
import tracemalloc
import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from graphql_api.app import create_app
from graphql_api.config import Settings
from graphql_api.errors import DataCorrupt
from graphql_api.jockeys.inspection import by_code, inspect
from graphql_api.pickles import loads
from graphql_api.pickles.frames import Frame


class Note:
    """What a user may keep in a cell; to unpickle it leaves a trace."""

    made: int = 0

    def __setstate__(self, state: object) -> None:
        """Leave the trace."""
        Note.made += 1


class Kind(enum.Enum):
    """An enum of a user."""

    A = 1


class Listed(list[int]):
    """A list of a user."""


class Text(str):
    """A text of a user, as parsers of HTML give it."""

    __slots__ = ()


def objects(*cells: Any) -> "pd.Series[Any]":
    """Make a column of objects."""
    return pd.Series(list(cells), dtype=object)


def arrow(kind: pa.DataType, cells: Sequence[Any]) -> "pd.Series[Any]":
    """Make a column of Arrow's."""
    return pd.Series(cells, dtype=pd.ArrowDtype(kind))


COLUMNS = {
    "timedeltas": (pd.to_timedelta(["1h", None]), "pandas.arrays.TimedeltaArray"),
    "timedelta objects": (objects(dt.timedelta(1), None), "cells of type timedelta"),
    "periods": (pd.period_range("2024", periods=2, freq="D"), "pandas.arrays.PeriodArray"),
    "period objects": (objects(pd.Period("2024"), None), "cells of type pandas.Period"),
    "intervals": (pd.arrays.IntervalArray.from_breaks([0, 1, 2]), "pandas._libs.interval.__pyx_unpickle_IntervalMixin"),
    "interval categories": (pd.cut(pd.Series([1, 5]), 2), "pandas.core.indexes.interval._new_IntervalIndex"),
    "lists": (objects([1], ["x", 2]), "cells of type list"),
    "tuples": (objects((1, 2), ()), "cells of type tuple"),
    "dicts": (objects({"a": [1]}, {}), "cells of type dict"),
    "sets": (objects({1, "x"}, set()), None),
    "frozen sets": (objects(frozenset([1]), None), None),
    "times": (objects(dt.time(1), None), "cells of type datetime.time"),
    "sparse": (pd.arrays.SparseArray([0, 1]), "pandas.arrays.SparseArray"),
    "bytes": (objects(b"x", b""), None),
    "bytearrays": (objects(bytearray(b"x"), None), None),
    "complex": (np.array([1j, 2]), "the numpy dtype c16"),
    "complex objects": (objects(1j, 2), None),
    "UUIDs": (objects(uuid.UUID(int=2**127 + 1), uuid.UUID(int=5)), "cells of type uuid.UUID"),
    "paths": (objects(pathlib.PurePosixPath("/a/b"), None), "cells of type pathlib.PurePosixPath"),
    "objects": (objects(Note(), Note()), f"cells of type {__name__}.Note"),
    "enums": (objects(Kind.A, Kind.A), f"cells of type {__name__}.Kind"),
    "lists of a user": (objects(Listed([1]), None), f"cells of type {__name__}.Listed"),
    "texts of a user": (objects(Text("x"), "y"), f"cells of type {__name__}.Text"),
    "ordered dicts": (objects(collections.OrderedDict(a=1), None), "cells of type collections.OrderedDict"),
    "queues": (objects(collections.deque([1, 2, 3]), None), "cells of type collections.deque"),
    "counters": (objects(collections.Counter("aab"), None), "cells of type collections.Counter"),
    "fractions": (objects(fractions.Fraction(1, 3), None), "cells of type fractions.Fraction"),
    "functions": (objects(len, objects), None),
    "classes": (objects(int, Note), None),
    "arrays": (objects(np.array([1, 2]), None), None),
    "series": (objects(pd.Series([1]), None), "cells of type pandas.Series"),
    "frames": (objects(pd.DataFrame({"a": [1]}), None), "cells of type frame"),
    "ranges": (objects(range(3), None), None),
    "numpy bytes": (objects(np.bytes_(b"x"), None), "the numpy dtype S1"),
    "numpy timedeltas": (objects(np.timedelta64(1, "s"), None), "the numpy dtype m8"),
    "long integers": (objects(2**64, 1), "integers of more than 64 bits"),
    "long negative integers": (objects(-(2**63) - 1, 1), "integers of more than 64 bits"),
    "year 12000": (np.array(["12000-01-01"] * 2, dtype="M8[s]"), "a date outside the years 1 to 9999"),
    "Arrow lists": (arrow(pa.list_(pa.int64()), [[1], [2]]), "the Arrow type pyarrow.lib.list_"),
    "Arrow durations": (arrow(pa.duration("s"), [1, 2]), "the Arrow type duration[s]"),
    "Arrow decimals": (arrow(pa.decimal128(5, 2), [decimal.Decimal("1.5"), None]), None),
    "Arrow dictionaries": (arrow(pa.dictionary(pa.int32(), pa.string()), ["a", "b"]), None),
    "Arrow structs": (arrow(pa.struct([("a", pa.int64())]), [{"a": 1}, {"a": 2}]), "the Arrow type pyarrow.lib.struct"),
    "Arrow bytes": (arrow(pa.binary(), [b"a", b"b"]), "the Arrow type binary"),
    "Arrow times": (arrow(pa.time64("us"), [dt.time(1), None]), "the Arrow type time64[us]"),
}  # fmt: skip


def left_out(frame: Frame) -> list[tuple[str, str]]:
    """Show what is left out."""
    return [(each.part, each.label) for each in frame.left_out]


@pytest.mark.parametrize("what", COLUMNS)
def test_a_column_that_cannot_be_read_is_left_out(what: str) -> None:
    """In every protocol, the columns beside it are read, also those in the same block, and it is told what it holds."""
    cells, kind = COLUMNS[what]
    frame = pd.DataFrame({"馬名": objects("a", "b"), what: cells, "天 気": objects("晴", None), "R": [1, 2]})
    Note.made = 0
    for protocol in range(6):
        read = loads(pickle.dumps(frame, protocol))
        assert [(column.label, column.cells.tolist()) for column in read.columns] == [
            ("馬名", ["a", "b"]),
            ("天 気", ["晴", None]),
            ("R", [1, 2]),
        ]
        assert left_out(read) == [("column", what)]
        assert kind is None or read.left_out[0].kind == kind
    assert Note.made == 0


@pytest.mark.parametrize("protocol", range(6))
def test_all_of_them_at_once(protocol: int) -> None:
    """Many columns of many kinds are left out together."""
    columns = {what: cells for what, (cells, _) in COLUMNS.items()}
    frame = pd.DataFrame({"馬名": objects("a", "b"), **columns})
    read = loads(pickle.dumps(frame, protocol))
    assert [column.label for column in read.columns] == ["馬名"]
    assert left_out(read) == [("column", what) for what in COLUMNS]


def test_rows_are_counted_without_a_readable_column() -> None:
    """A frame all of whose columns are left out still has its rows; the index tells how many."""
    assert loads(pickle.dumps(pd.DataFrame({"a": objects([1], [2])}))).rows == 2
    with pytest.raises(DataCorrupt):
        loads(pickle.dumps(pd.DataFrame({"a": objects([1])}).set_axis(pd.to_timedelta(["1h"]))))


INDEXES = {
    "timedeltas": pd.to_timedelta(["1h", "2h"]),
    "periods": pd.period_range("2024", periods=2),
    "intervals": pd.interval_range(0, 2),
    "UUIDs": pd.Index([uuid.UUID(int=1), uuid.UUID(int=2)]),
    "bytes": pd.Index([b"a", b"b"]),
    "levels": pd.MultiIndex.from_tuples([("a", dt.timedelta(1)), ("b", dt.timedelta(2))]),
}


@pytest.mark.parametrize("what", INDEXES)
def test_an_index_that_cannot_be_read_is_left_out(what: str) -> None:
    """The columns are read, and the index is told of."""
    for protocol in range(6):
        read = loads(pickle.dumps(pd.DataFrame({"馬名": ["a", "b"]}, index=INDEXES[what]), protocol))
        assert [column.cells.tolist() for column in read.columns] == [["a", "b"]]
        assert left_out(read) == [("index", "index")]


@pytest.mark.parametrize(
    ("attrs", "told"),
    [
        ({"source": "netkeiba", "pages": [1, 2], "when": dt.date(2024, 9, 29)}, []),
        ({"path": pathlib.PurePosixPath("a")}, [("attrs", "attrs")]),
        ({"notes": [{"by": Note()}]}, [("attrs", "attrs")]),
        ({Kind.A: 1}, [("attrs", "attrs")]),
    ],
)
def test_attrs_that_cannot_be_read_are_left_out(attrs: dict[Any, Any], told: list[tuple[str, str]]) -> None:
    """Attrs are never kept; they are told of where they hold objects."""
    frame = pd.DataFrame({"馬名": ["a", "b"]})
    frame.attrs = attrs
    read = loads(pickle.dumps(frame))
    assert (read.columns[0].cells.tolist(), left_out(read)) == (["a", "b"], told)


def test_a_column_of_arrow_nulls_is_blank() -> None:
    """What pandas makes of a column that is blank throughout, read with Arrow's types, is a blank column."""
    frame = pd.DataFrame({"R": [1, 2], "映像": arrow(pa.null(), [None, None])})
    read = loads(pickle.dumps(frame))
    assert [(column.label, column.cells.tolist()) for column in read.columns] == [("R", [1, 2]), ("映像", [None, None])]
    assert left_out(read) == []


def test_an_index_of_pages_put_together_under_keys_is_read() -> None:
    """A level of an index may be a range."""
    pages = {"2023": pd.DataFrame({"R": [1]}), "2024": pd.DataFrame({"R": [2]})}
    read = loads(pickle.dumps(pd.concat(pages)))
    assert (read.columns[0].cells.tolist(), left_out(read)) == ([1, 2], [])


TWO_HEADERS = [
    ([("着順", "着順"), ("R", "R")], ["着順", "R"]),
    ([("", "着順"), ("", "R")], ["着順", "R"]),
    ([("着順", ""), ("R", "")], ["着順", "R"]),
    ([("Unnamed: 0_level_0", "着順"), ("レース", "距離")], ["着順", "距離"]),
    ([("着順", "Unnamed: 0_level_1"), ("R", "Unnamed: 1_level_1")], ["着順", "R"]),
    ([("着順", "x"), ("R", "x")], ["着順", "R"]),
    ([("page", "着順"), ("page", "R")], ["着順", "R"]),
    ([("a", 1), ("a", 2)], ["1", "2"]),
    ([("1着", "馬名"), ("2着", "馬名"), ("", "R")], ["1着 馬名", "2着 馬名", "R"]),
    ([("着順", "着順"), ("着順", "着順")], ["着順", "着順"]),
]


@pytest.mark.parametrize(("labels", "flat"), TWO_HEADERS)
def test_two_rows_of_headers_are_one(labels: list[tuple[Any, ...]], flat: list[str]) -> None:
    """Labels of several levels become the part that names the column; pandas' own flat tuples too."""
    frame = pd.DataFrame([range(len(labels))], columns=pd.MultiIndex.from_tuples(labels))
    assert [column.label for column in loads(pickle.dumps(frame)).columns] == flat
    frame.columns = frame.columns.to_flat_index()
    assert [column.label for column in loads(pickle.dumps(frame)).columns] == flat


SHARED = ["x" * 100_000] * 512
PLACES = [str(place) for place in range(512)]
MANY_PARTS = tuple("a" * 65)
LABELS_THAT_MULTIPLY = {
    "one text": (pd.Index(SHARED, dtype=object), "too_large"),
    "levels": (pd.MultiIndex.from_arrays([SHARED, SHARED, SHARED, PLACES]), "too_large"),
    "flat levels": (pd.MultiIndex.from_arrays([SHARED, SHARED, SHARED, PLACES]).to_flat_index(), "too_large"),
    "parts": (pd.Index([MANY_PARTS, *map(str, range(511))], dtype=object, tupleize_cols=False), "structure"),
}


@pytest.mark.parametrize("what", LABELS_THAT_MULTIPLY)
def test_labels_pay_for_each_use(what: str) -> None:
    """A text that many labels share, and labels of many parts, are refused before labels are made of them."""
    labels, reason = LABELS_THAT_MULTIPLY[what]
    frame = pd.DataFrame(np.zeros((0, 512)))
    frame.columns = labels
    data = pickle.dumps(frame)
    assert len(data) < 600_000
    tracemalloc.start()
    try:
        with pytest.raises(DataCorrupt) as caught:
            loads(data)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert caught.value.log_fields["reason"] == reason


def test_labels_that_cannot_be_read_are_named_by_their_kind() -> None:
    """A helper column may have any label."""
    frame = pd.DataFrame([[1, 2, 3]], columns=[pd.Period("2024"), uuid.UUID(int=1), "R"])
    assert [column.label for column in loads(pickle.dumps(frame)).columns] == ["pandas.Period", "uuid.UUID", "R"]


class Career(pd.DataFrame):
    """A frame of a user's own class."""

    @property
    def _constructor(self) -> type["Career"]:
        return Career


@pytest.mark.parametrize("protocol", range(6))
def test_a_subclass_of_a_frame_is_read(protocol: int) -> None:
    """Its class is not looked for; it holds what every frame holds."""
    assert loads(pickle.dumps(Career({"a": [1]}), protocol)).columns[0].cells.tolist() == [1]


def test_clients_and_operators_are_told(tmp_path: pathlib.Path) -> None:
    """The file opens: its columns are served, what is left out is null, and warnings say so."""
    frame = pd.DataFrame(
        {
            "日付": ["2024/09/29", "2024/09/28"],
            "馬名": ["a", "b"],
            "着 順": objects([1], [2]),
            "R": [1, 2],
            "差": pd.to_timedelta(["1s", "2s"]),
        }
    )
    frame.index = pd.period_range("2024", periods=2)
    frame.attrs = {"by": Note()}
    frame.to_pickle(tmp_path / "00001.pickle")
    client = TestClient(create_app(Settings(data=str(tmp_path))))
    asked = """{ jockey(id: "00001") {
        source { warnings { row column code } }
        records { nodes { horseName finishPosition raceNumber } } } }"""
    answer = client.post("/graphql", json={"query": asked}).json()["data"]["jockey"]
    assert answer["records"]["nodes"] == [
        {"horseName": "a", "finishPosition": None, "raceNumber": 1},
        {"horseName": "b", "finishPosition": None, "raceNumber": 2},
    ]
    warnings = [each for each in answer["source"]["warnings"] if each["code"].startswith("UNREADABLE")]
    assert warnings == [
        {"row": None, "column": "着 順", "code": "UNREADABLE_COLUMN"},
        {"row": None, "column": "差", "code": "UNREADABLE_COLUMN"},
        {"row": None, "column": "index", "code": "UNREADABLE_INDEX"},
        {"row": None, "column": "attrs", "code": "UNREADABLE_ATTRS"},
    ]
    assert ("着順", "MISSING_COLUMN") not in {(each["column"], each["code"]) for each in answer["source"]["warnings"]}
    assert [list(row) for row in client.get("/api/jockey/00001").json()["data"]] == [["日付", "馬名", "R"]] * 2
    facts = inspect((tmp_path / "00001.pickle").read_bytes(), "00001.pickle", "00001")
    assert by_code(facts)["UNREADABLE_COLUMN"] == 2

"""Write genuine pickled frames with whichever pandas runs this, and pack those of several versions into one archive.

``python make.py write DIR`` under each pandas from 0.25 to 3.x (Python 3.7 to 3.14; with pyarrow installed the Arrow
kinds are written too) adds ``DIR/pandas-<version>``: ``<kind>-<protocol>.pickle`` and ``expected.json``, which holds
per kind the rows and, per column, label, dtype and cells as pandas itself shows them (missing is null, dates are ISO
texts, aware times in UTC). ``python make.py pack DIR`` then writes ``genuine.tar.xz`` beside itself. All content is
invented.

The archive was written by pandas 0.25.3 (Python 3.7), 1.0.5, 1.1.5 (3.8), 1.2.5, 1.3.5 (3.9), 1.4.4, 1.5.3 (3.10),
2.0.3, 2.1.4 (3.11), 2.2.3 (3.12), 2.3.3 (3.13), 3.0.0 (3.11 without and 3.13 with pyarrow) and 3.1.1 (3.11); those
with pyarrow had versions 8 to 26 of it.
"""

# ruff: noqa: D401, DTZ001, RET504, RUF005, SIM300, UP017, UP031 (this must run on Python 3.7)

import datetime as dt
import decimal
import io
import json
import lzma
import math
import pickle
import sys
import tarfile
from pathlib import Path

import numpy as np
import pandas as pd

try:
    import pyarrow as pa
except ImportError:
    pa = None

TEXTS = ["4中山9", "芝1600", "1:07.2"]
DAYS = ["2024-09-29", "2024-10-05", None]
VERSION = tuple(int(part) for part in pd.__version__.split(".")[:2])


def racing():
    """The shape a scraper gives: texts, inferred numbers, blanks, dates."""
    return pd.DataFrame(
        {
            "日付": pd.to_datetime(DAYS),
            "開催": pd.Series(TEXTS, dtype=object),
            "着順": pd.Series(["1", "中", float("nan")], dtype=object),
            "R": [1, 2, 11],
            "頭 数": [16.0, float("nan"), 7.0],
            "混合": pd.Series([1, 2.5, None], dtype=object),
            "真偽": pd.Series([True, "x", -(2**40)], dtype=object),
            "賞金 (万円)": [float("nan")] * 3,
            "新馬": [True, False, True],
        }
    )


def numbers():
    """Every width of number."""
    kinds = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64", "bool"]
    columns = {kind: np.array([0, 1, 100], dtype=kind) for kind in kinds}
    columns["uint64"] = np.array([0, 1, 2**64 - 1], dtype="uint64")
    return pd.DataFrame(columns)


def datetimes():
    """Naive and aware times of nanoseconds."""
    naive = pd.Series(pd.to_datetime(DAYS))
    zones = {"utc": "UTC", "tokyo": "Asia/Tokyo", "fixed": dt.timezone(dt.timedelta(hours=9)), "py": dt.timezone.utc}
    columns = {"naive": naive}
    for name, zone in zones.items():
        columns[name] = naive.dt.tz_localize(zone)
    return pd.DataFrame(columns)


def units():
    """Times of every resolution that pandas keeps, from 2.0."""
    naive = np.array(["2024-09-29", "1955-01-02", "NaT"], dtype="datetime64[s]")
    columns = {unit: pd.Series(naive.astype("datetime64[%s]" % unit)) for unit in ("s", "ms", "us", "ns")}
    columns["tokyo"] = columns["s"].dt.tz_localize("Asia/Tokyo")
    return pd.DataFrame(columns)


def strings():
    """Texts held by Python objects, from 1.0."""
    return pd.DataFrame({"s": pd.array(["a", None, "晴"], dtype="string"), "t": pd.array(TEXTS, dtype="string")})


def arrow_strings():
    """Texts held by Arrow, from 1.3."""
    frame = pd.DataFrame({"s": pd.array(["a", None, "晴"], dtype="string[pyarrow]"), "n": [1, 2, 3]})
    return pd.concat([frame, frame], ignore_index=True)[1:5]


def inferred_strings():
    """The ``str`` of pandas 3, which 2.1 to 2.3 offer as an option."""
    with pd.option_context("future.infer_string", True):
        frame = pd.DataFrame({"s": ["a", None, "晴"], "t": TEXTS})
    return frame


def nullable():
    """Nullable integers and booleans."""
    columns = {kind: pd.array([1, None, 3], dtype=kind) for kind in ("Int8", "Int64", "UInt32")}
    if VERSION >= (1, 0):
        columns["boolean"] = pd.array([True, None, False], dtype="boolean")
    if VERSION >= (1, 2):
        columns["Float64"] = pd.array([1.5, None, -2.0], dtype="Float64")
        columns["Float32"] = pd.array([1.5, None, -2.0], dtype="Float32")
    return pd.DataFrame(columns)


def categorical():
    """Categories of texts, numbers, dates; ordered or not; with missing cells."""
    return pd.DataFrame(
        {
            "text": pd.Categorical(["晴", None, "雨"]),
            "ordered": pd.Categorical(["b", "a", "b"], categories=["b", "a"], ordered=True),
            "int": pd.Categorical([3, 1, 3]),
            "float": pd.Categorical([0.5, None, 1.5]),
            "date": pd.Categorical(pd.to_datetime(DAYS)),
            "number": [1, 2, 3],
        }
    )


def arrow():
    """Arrow's own types, from 1.5."""
    stamps = [dt.datetime(2024, 9, 29, 15, 40), None, dt.datetime(1955, 1, 2)]
    kinds = {
        "string": (pa.string(), ["a", None, "晴"]),
        "large": (pa.large_string(), ["a", None, "晴"]),
        "int64": (pa.int64(), [1, None, -3]),
        "uint8": (pa.uint8(), [1, None, 3]),
        "double": (pa.float64(), [1.5, None, -2.0]),
        "float": (pa.float32(), [1.5, None, -2.0]),
        "bool": (pa.bool_(), [True, None, False]),
        "date32": (pa.date32(), [dt.date(2024, 9, 29), None, dt.date(1955, 1, 2)]),
        "timestamp": (pa.timestamp("us"), stamps),
        "zoned": (pa.timestamp("ns", "Asia/Tokyo"), stamps),
    }
    columns = {n: pd.Series(pa.array(cells, kind), dtype=pd.ArrowDtype(kind)) for n, (kind, cells) in kinds.items()}
    return pd.DataFrame(columns)


def scalars():
    """Object cells that are neither text nor Python's own numbers."""
    missing = [pd.NaT] + ([pd.NA] if VERSION >= (1, 0) else [None])
    columns = {
        "numpy": [np.float64(1.5), np.int64(3), np.bool_(True), np.float64("nan")],
        "stamp": [pd.Timestamp("2024-09-29 15:40"), pd.Timestamp("1955-01-02", tz="Asia/Tokyo")] + missing,
        "zone": [pd.Timestamp("2024-09-29", tz="UTC"), pd.Timestamp("2024-09-29 09:00:00+09:00"), None, None],
        "decimal": [decimal.Decimal("12.50"), decimal.Decimal("-3"), decimal.Decimal("NaN"), None],
        "date": [dt.date(2024, 9, 29), dt.datetime(2024, 9, 29, 15, 40, 1, 5), None, None],
        "aware": [dt.datetime(2024, 9, 29, tzinfo=dt.timezone.utc), None, None, None],
        "numpy_text": [np.str_("晴"), np.datetime64("2024-09-29"), np.float32(0.5), np.uint8(7)],
    }
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})


def layouts():
    """Columns added, deleted and taken apart, so that blocks are many, sparse and not contiguous."""
    frame = pd.DataFrame(np.arange(40).reshape(8, 5), columns=list("abcde"))
    frame["text"] = [str(n) for n in range(8)]
    frame.insert(1, "half", [n / 2 for n in range(8)])
    frame["more"] = pd.Series([None, "x"] * 4, dtype=object)
    frame["late"] = range(8)
    del frame["c"]
    return frame[::2][["more", "text", "a", "late", "half", "e", "b"]]


def fortran():
    """Arrays in both memory orders."""
    return pd.DataFrame(np.asfortranarray(np.arange(6.0).reshape(3, 2)), columns=["a", "b"])


def object_fortran():
    """Objects in the memory order that a transposed frame has."""
    return pd.DataFrame(np.asfortranarray(np.array([["a", 1], ["b", None], ["c", 2.5]], dtype=object)))


def category_labels():
    """Labels of a categorical index, as a cross table has."""
    return pd.DataFrame([[1, 2]], columns=pd.CategoricalIndex(["y", "x"]))


def backwards():
    """Columns in another order than their block's."""
    frame = pd.DataFrame(np.arange(6).reshape(2, 3), columns=list("abc"))
    return frame[["c", "b", "a"]]


def noted():
    """What a user may hang on a frame, from 1.0; it is dropped."""
    frame = pd.DataFrame({"a": [1]})
    if VERSION >= (1, 0):
        frame.attrs["source"] = {"pages": [1, 2], "when": dt.date(2024, 9, 29)}
    return frame


def duplicates():
    """Labels twice."""
    return pd.DataFrame([["a", 1, "b"], ["c", 2, "d"]], columns=["馬名", "R", "馬名"])


def numbered():
    """Labels that are a range, as a frame without header has."""
    return pd.DataFrame([["a", 1], ["b", 2]])


def odd_labels():
    """Labels that are no texts."""
    return pd.DataFrame([[1, 2, 3, 4]], columns=[1, "x", 2.5, None])


def int_labels():
    """Labels of an integer index."""
    return pd.DataFrame([[1, 2, 3]], columns=[5, 7, -1])


def date_labels():
    """Labels of a datetime index."""
    return pd.DataFrame([[1, 2]], columns=pd.to_datetime(["2024-09-29", "2024-10-05"]))


def text_index():
    """Rows named by texts."""
    return pd.DataFrame({"a": [1, 2]}, index=["x", "y"])


def date_index():
    """Rows named by dates."""
    return pd.DataFrame({"a": [1, 2]}, index=pd.date_range("2024-09-29", periods=2))


def zoned_index():
    """Rows named by aware dates."""
    return pd.DataFrame({"a": [1, 2]}, index=pd.date_range("2024-09-29", periods=2, tz="Asia/Tokyo"))


def multi_index():
    """Rows named by pairs."""
    return pd.DataFrame({"a": [1, 2]}, index=pd.MultiIndex.from_tuples([("x", 1), ("y", 2)], names=["k", "n"]))


def int_index():
    """Rows named by chosen integers."""
    return pd.DataFrame({"a": [1, 2, 3]}, index=[7, 3, 5])[1:]


def no_rows():
    """Columns without rows."""
    return pd.DataFrame({"a": pd.Series([], dtype=object), "b": pd.Series([], dtype="int64")})


def no_columns():
    """Rows without columns."""
    return pd.DataFrame(index=range(3))


def nothing():
    """Neither rows nor columns."""
    return pd.DataFrame()


EVERYWHERE = [
    racing, numbers, datetimes, nullable, categorical, scalars, layouts, fortran, object_fortran,
    backwards, category_labels, noted, duplicates, numbered, odd_labels,
    int_labels, date_labels, text_index, date_index, zoned_index, multi_index, int_index, no_rows, no_columns, nothing,
]  # fmt: skip
SINCE = [(units, (2, 0), False), (strings, (1, 0), False), (inferred_strings, (2, 3), False)]
SINCE += [(arrow_strings, (1, 3), True), (arrow, (1, 5), True)]


def frames():
    """Yield each kind that this pandas can make, with its frame."""
    kinds = EVERYWHERE + [kind for kind, since, arrows in SINCE if VERSION >= since and (pa or not arrows)]
    for kind in kinds:
        yield kind.__name__, kind()


def plain(cell):
    """One cell as JSON shows it."""
    if cell is None or cell is pd.NaT or (isinstance(cell, (float, np.floating)) and math.isnan(cell)):
        return None
    if type(cell).__name__ == "NAType":
        return None
    if isinstance(cell, decimal.Decimal):
        return None if cell.is_nan() else float(cell)
    if isinstance(cell, np.datetime64):
        cell = pd.Timestamp(cell)
    if isinstance(cell, (dt.datetime, pd.Timestamp)):
        if cell.tzinfo is not None:
            cell = cell.astimezone(dt.timezone.utc).replace(tzinfo=None)
        return cell.isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return cell.item() if isinstance(cell, np.generic) else cell


def expected(frame):
    """What a reader must find."""
    columns = [
        {
            "label": str(label),
            "dtype": str(frame.dtypes.iloc[at]),
            "cells": [plain(cell) for cell in frame.iloc[:, at].tolist()],
        }
        for at, label in enumerate(frame.columns)
    ]
    return {"rows": len(frame), "columns": columns}


def write(out):
    """Write every kind in every protocol."""
    folder = Path(out) / ("pandas-%s%s" % (pd.__version__, "-arrow" if pa else ""))
    folder.mkdir(parents=True)
    table = {}
    for kind, frame in frames():
        table[kind] = expected(frame)
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            (folder / ("%s-%d.pickle" % (kind, protocol))).write_bytes(pickle.dumps(frame, protocol))
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    (folder / "expected.json").write_text(text, encoding="utf-8")


def pack(out, name="genuine"):
    """Pack all versions; sorted, so that what is alike lies together and compresses well."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in sorted(Path(out).glob("*/*"), key=lambda path: (path.name, path.parent.name)):
            member = tarfile.TarInfo(path.relative_to(out).as_posix())
            member.size = path.stat().st_size
            archive.addfile(member, io.BytesIO(path.read_bytes()))
    target = Path(__file__).parent / (name + ".tar.xz")
    target.write_bytes(lzma.compress(data.getvalue(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    {"write": write, "pack": pack}[sys.argv[1]](sys.argv[2])

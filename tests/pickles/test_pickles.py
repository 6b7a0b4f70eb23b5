"""Loading frames: every genuine kind is read, whichever pandas wrote it, however it is compressed."""

import bz2
import datetime as dt
import decimal
import functools
import gzip
import io
import json
import lzma
import math
import pickle
import struct
import tarfile
import zipfile
import zoneinfo
from pathlib import Path
from typing import Any

import dateutil.tz
import numpy as np
import pandas as pd
import pytest
import zstandard

import cpu
from graphql_api.errors import DataCorrupt
from graphql_api.pickles import Limits, loads
from graphql_api.pickles.frames import Frame
from log_lines import captured_logs

HERE = Path(__file__).parent
SAMPLES = HERE.parents[2] / "shared" / "samples"
WRITERS = [
    *("0.25.3", "1.0.5", "1.1.5", "1.2.5-arrow", "1.3.5-arrow", "1.4.4", "1.5.3-arrow", "2.0.3-arrow", "2.1.4-arrow"),
    *("2.2.3-arrow", "2.3.3-arrow", "3.0.0", "3.0.0-arrow", "3.1.1"),
]


@functools.cache
def genuine() -> dict[str, dict[str, bytes]]:
    """Unpack the archive: per version of pandas its files by name."""
    versions: dict[str, dict[str, bytes]] = {}
    with tarfile.open(HERE / "genuine.tar.xz") as archive:
        for member in archive:
            folder, name = member.name.split("/")
            content = archive.extractfile(member)
            assert content is not None
            versions.setdefault(folder.removeprefix("pandas-"), {})[name] = content.read()
    return versions


def plain(cell: Any) -> Any:
    """Show one cell as the expected values show it."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, dt.datetime):
        return cell.astimezone(dt.UTC).replace(tzinfo=None).isoformat() if cell.tzinfo else cell.isoformat()
    return cell.isoformat() if isinstance(cell, dt.date) else cell


def shown(frame: Frame) -> dict[str, Any]:
    """Show a frame as the expected values show it."""
    columns = []
    for column in frame.columns:
        cells = column.cells.astype("M8[us]") if column.cells.dtype.kind == "M" else column.cells
        columns.append(
            {"label": column.label, "dtype": column.dtype, "cells": [plain(cell) for cell in cells.tolist()]}
        )
    return {"rows": frame.rows, "columns": columns}


def texts(value: Any) -> str:
    """Write JSON, in which 1, 1.0 and true differ."""
    return json.dumps(value, ensure_ascii=False)


def test_every_version_of_the_archive_is_tested() -> None:
    """The list of versions is the archive's."""
    assert sorted(genuine()) == sorted(WRITERS)


@pytest.mark.parametrize("writer", WRITERS)
def test_genuine_frames(writer: str) -> None:
    """Every kind of frame in every protocol gives what the pandas that wrote it shows."""
    files = dict(genuine()[writer])
    expected = json.loads(files.pop("expected.json"))
    wrong = [name for name, data in files.items() if texts(shown(loads(data))) != texts(expected[name.split("-")[0]])]
    assert wrong == []
    assert {name.split("-")[0] for name in files} == set(expected)


def test_pandas_is_not_needed() -> None:
    """Loading imports neither pandas nor pyarrow."""
    import subprocess
    import sys

    code = (
        "import sys; from graphql_api.pickles import loads; loads(sys.stdin.buffer.read());"
        "assert not {'pandas', 'pyarrow'} & set(sys.modules)"
    )
    data = genuine()["3.0.0-arrow"]["racing-5.pickle"]
    result = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=False)
    assert result.stderr.decode() == ""
    assert result.returncode == 0


def wide() -> pd.DataFrame:
    """Make a frame long enough for several batches, blocks of more than a mebibyte, and texts of every length."""
    rows = 12_000
    frame = pd.DataFrame({f"n{at}": np.arange(rows) * 997 - 2**31 for at in range(14)})
    lengths = ["競" * (row % 150) + "馬" * (row % 3) for row in range(rows)]
    cells = [None if row % 7 == 0 else row if row % 5 == 0 else text for row, text in enumerate(lengths)]
    frame["text"] = pd.Series(cells, dtype=object)
    frame["wide"] = pd.Series([row * 2**35 - 2**44 for row in range(rows)], dtype=object)
    return frame


@pytest.mark.parametrize("protocol", range(6))
def test_large_frames(protocol: int) -> None:
    """Numbers beyond the bound of one text, which old protocols write as text, and long and short texts are read."""
    frame = wide()
    loaded = loads(pickle.dumps(frame, protocol))
    assert [column.label for column in loaded.columns] == list(frame.columns)
    for column, (_, cells) in zip(loaded.columns, frame.items(), strict=True):
        assert column.cells.tolist() == cells.tolist()


def recorded() -> pd.DataFrame:
    """Make a frame whose cells are objects that a pickle makes by calls."""
    numbers = range(3000)
    columns = {
        "stamp": [pd.Timestamp(10**18 + number) for number in numbers],
        "numpy": [np.float64(number + 0.5) for number in numbers],
        "decimal": [decimal.Decimal(number) / 4 for number in numbers],
        "date": [dt.date.fromordinal(number + 1) for number in numbers],
        "datetime": [dt.datetime(2024, 1, 1) + dt.timedelta(seconds=number) for number in numbers],  # noqa: DTZ001
    }
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})


@pytest.mark.parametrize("protocol", range(2, 6))
def test_few_opcodes_are_looked_at_one_by_one(protocol: int) -> None:
    """Cells that calls make are skipped at once, as plain ones are: the bound of steps is for what is no frame."""
    assert loads(pickle.dumps(recorded(), protocol), Limits(steps=2000)).rows == 3000


@pytest.mark.parametrize("protocol", range(6))
def test_recorded_cells_are_read(protocol: int) -> None:
    """Thousands of recorded cells, read by column, are what they stand for."""
    frame = recorded()
    for column, (_, cells) in zip(loads(pickle.dumps(frame, protocol)).columns, frame.items(), strict=True):
        expected = [cell.floor("us").to_pydatetime() if isinstance(cell, pd.Timestamp) else cell for cell in cells]
        assert column.cells.tolist() == expected


@pytest.mark.parametrize("protocol", range(6))
def test_empty_texts_of_numpy_are_read(protocol: int) -> None:
    """``np.str_`` has no length of its own where it is empty."""
    frame = pd.DataFrame({"着順": pd.Series([np.str_(text) for text in ("", "1", "", "中止")], dtype=object)})
    assert loads(pickle.dumps(frame, protocol)).columns[0].cells.tolist() == ["", "1", "", "中止"]


ZONES = [
    *map(zoneinfo.ZoneInfo, ("Asia/Tokyo", "UTC", "Etc/GMT-9", "Europe/Paris", "America/New_York")),
    dateutil.tz.tzoffset(None, 32400),
    dateutil.tz.tzoffset("JST", 32400),
    dateutil.tz.tzutc(),
    dateutil.tz.gettz("Asia/Tokyo"),
]


@pytest.mark.parametrize("zone", ZONES, ids=repr)
@pytest.mark.parametrize(("protocol", "fold"), [(2, 0), (4, 1), (5, 0)])
def test_times_of_a_named_zone_are_read(zone: dt.tzinfo, protocol: int, fold: int) -> None:
    """``datetime`` objects keep the name of their zone, or its offset; an hour that comes twice is told apart."""
    moment = dt.datetime(2024, 10, 27, 2, 30, tzinfo=zone, fold=fold)
    frame = pd.DataFrame({"日付": pd.Series([moment, None], dtype=object)})
    read, missing = loads(pickle.dumps(frame, protocol)).columns[0].cells.tolist()
    assert (read.timestamp(), missing) == (moment.timestamp(), None)


@pytest.mark.parametrize("protocol", range(6))
def test_a_column_of_a_foreign_zone_is_read(protocol: int) -> None:
    """Moments of a column are kept in UTC, so that a zone of another library need not be known."""
    days = pd.Series(pd.to_datetime(["2024-09-29", None])).dt.tz_localize(dateutil.tz.tzstr("JST-9"))
    (column,) = loads(pickle.dumps(pd.DataFrame({"日付": days}), protocol)).columns
    assert column.cells.astype("M8[us]").tolist() == [dt.datetime(2024, 9, 28, 15), None]  # noqa: DTZ001
    assert "dateutil" in column.dtype


COMPRESSED = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lambda data: lzma.compress(data, preset=9 | lzma.PRESET_EXTREME),
    "zst": lambda data: zstandard.ZstdCompressor(level=19).compress(data),
    "zst-stream": lambda data: zstandard.ZstdCompressor(write_content_size=False).compress(data),
}


def zipped(*members: bytes, kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack a zip archive."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", kind) as archive:
        for at, member in enumerate(members):
            archive.writestr(f"{at}.pickle", member)
    return data.getvalue()


COMPRESSED["zip"] = zipped
COMPRESSED["zip-stored"] = lambda data: zipped(data, kind=zipfile.ZIP_STORED)


@pytest.mark.parametrize("kind", COMPRESSED)
def test_compression(kind: str) -> None:
    """A compressed file is told by its first bytes, whatever it is called."""
    data = pickle.dumps(pd.DataFrame({"馬名": ["a", "b"] * 5000}))
    assert shown(loads(COMPRESSED[kind](data))) == shown(loads(data))


@pytest.mark.parametrize("kind", COMPRESSED)
def test_compression_bombs(kind: str) -> None:
    """A file that decompresses to more than allowed is refused, at the bound."""
    with pytest.raises(DataCorrupt) as caught:
        loads(COMPRESSED[kind](bytes(3_000_000)), Limits(stored=4_000_000, decompressed=100_000))
    assert caught.value.log_fields["reason"] == "too_large"


@pytest.mark.parametrize("kind", COMPRESSED)
def test_damaged_compression(kind: str) -> None:
    """Cut files, files with something behind the end, and compressed compressed files are refused."""
    data = COMPRESSED[kind](pickle.dumps(pd.DataFrame({"a": range(100)})))
    for broken in (data[:-5], data[: len(data) // 2], data[:8], COMPRESSED[kind](data)):
        with pytest.raises(DataCorrupt):
            loads(broken)
    if not kind.startswith("zip"):
        with pytest.raises(DataCorrupt):
            loads(data + b"more")


def test_zip_of_two() -> None:
    """An archive of several files holds no one frame."""
    data = pickle.dumps(pd.DataFrame({"a": [1]}))
    with pytest.raises(DataCorrupt):
        loads(zipped(data, data))


def test_zip_of_very_many_files() -> None:
    """A directory of very many files is refused before it is read: one such takes longer than any frame."""
    entry = b"PK\x01\x02" + bytes(42)
    directory = entry * 5_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 5_000, 5_000, len(directory), 4, 0)
    reasons: list[str] = []

    def read() -> None:
        with pytest.raises(DataCorrupt) as caught:
            loads(b"PK\x03\x04" + directory + end)
        reasons.append(caught.value.log_fields["reason"])

    assert cpu.seconds(read) < cpu.seconds(lambda: zipfile.ZipFile(io.BytesIO(b"PK\x03\x04" + directory + end))) / 5
    assert set(reasons) == {"compression"}


def test_zip_of_a_file_beyond_all_files() -> None:
    """A directory may say that its file begins at any of 2**64 bytes."""
    archive = zipped(pickle.dumps(pd.DataFrame({"a": [1]})))
    at = archive.rindex(b"PK\x01\x02")
    extra = struct.pack("<HHQ", 1, 8, 2**64 - 1)
    fields = archive[at : at + 30] + struct.pack("<H", len(extra)) + archive[at + 32 : at + 42] + b"\xff" * 4
    entry = fields + archive[at + 46 : archive.rindex(b"PK\x05\x06")] + extra
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), at, 0)
    with pytest.raises(DataCorrupt) as caught:
        loads(archive[:at] + entry + end)
    assert caught.value.log_fields["reason"] == "compression"


def test_zip_of_unusual_kind() -> None:
    """LZMA in a zip could ask for gigabytes of memory."""
    with pytest.raises(DataCorrupt):
        loads(zipped(pickle.dumps(pd.DataFrame({"a": [1]})), kind=zipfile.ZIP_LZMA))


def test_xz_of_much_memory() -> None:
    """An xz file that takes more than 128 MiB to decompress is refused."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 256 * 2**20}]
    header = bytearray(lzma.compress(b"x", filters=filters))
    with pytest.raises(DataCorrupt) as caught:
        loads(bytes(header))
    assert caught.value.log_fields["reason"] == "compression"


LIMITED = {
    "rows": (Limits(rows=9), pd.DataFrame({"a": range(10)})),
    "rows without columns": (Limits(rows=9), pd.DataFrame(index=range(10))),
    "columns": (Limits(columns=3), pd.DataFrame([[1, 2, 3, 4]])),
    "cells": (Limits(cells=19), pd.DataFrame({"a": range(10), "b": range(10)})),
    "object cells": (Limits(cells=1500, containers=400), pd.DataFrame({"a": pd.Series([None] * 2000, dtype=object)})),
    "containers": (Limits(containers=10), pd.DataFrame({"a": ["x"]})),
    "short text": (Limits(text=20), pd.DataFrame({"a": pd.Series(["x" * 21], dtype=object)})),
    "text": (Limits(text=200), pd.DataFrame({"a": pd.Series(["晴" * 67], dtype=object)})),
    "long text": (Limits(), pd.DataFrame({"a": pd.Series(["x" * (2**20 + 1)], dtype=object)})),
    "stored": (Limits(stored=500), pd.DataFrame({"a": range(100)})),
    "decompressed": (Limits(decompressed=500), pd.DataFrame({"a": range(100)})),
    "nesting": (Limits(nesting=3), pd.DataFrame({"a": ["x"]})),
    "integers": (Limits(), pd.DataFrame({"a": pd.Series([2**136], dtype=object)})),
    "steps": (Limits(steps=100), pd.DataFrame({"a": pd.Series([[{}]] * 100, dtype=object)})),
}


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("what", LIMITED)
def test_limits(what: str, protocol: int) -> None:
    """What is larger than its limit is refused, in every protocol; old ones write long texts as they write bytes."""
    limits, frame = LIMITED[what]
    if what in ("short text", "long text") and protocol < 3:
        assert [part.kind for part in loads(pickle.dumps(frame, protocol), limits).left_out] == ["cells of type bytes"]
        return
    with pytest.raises(DataCorrupt):
        loads(pickle.dumps(frame, protocol), limits)


def test_limits_are_inclusive() -> None:
    """A frame as large as the limits is read."""
    limits = Limits(rows=10, columns=2, cells=20, text=30)
    cells = pd.Series(["x" * 30] * 10, dtype=object)
    frame = pd.DataFrame({"a": cells, "b": pd.Series([2**64 - 1, -(2**63)] * 5, dtype=object)})
    assert loads(pickle.dumps(frame), limits).rows == 10


UNREAD = {
    "surrogates": ("text", pd.DataFrame({"a": pd.Series(["x", "\ud800"], dtype=object)})),
    "interval labels": ("kind", pd.DataFrame([[1]], columns=pd.interval_range(0, 1))),
    "a series": ("not_a_frame", pd.Series([1])),
    "an index": ("not_a_frame", pd.Index([1])),
    "an array": ("not_a_frame", np.arange(3)),
    "a list": ("not_a_frame", [{"馬名": "a"}, {"馬名": "b"}]),
    "a dict": ("not_a_frame", {"馬名": ["a", "b"]}),
    "a text": ("not_a_frame", "馬名"),
    "nothing": ("not_a_frame", None),
}


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("what", UNREAD)
def test_what_is_not_read(what: str, protocol: int) -> None:
    """Genuine pickles of what is no frame, or a frame without readable labels, are refused, and the reason says why."""
    reason, value = UNREAD[what]
    with captured_logs() as logs, pytest.raises(DataCorrupt) as caught:
        loads(pickle.dumps(value, protocol))
    assert caught.value.log_fields["reason"] == reason
    assert logs == [{"event": "pickle_refused", "log_level": "warning", **caught.value.log_fields}]


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        ([1], "a pickled list, where a pandas.DataFrame is expected"),
        ({"a": 1}, "a pickled dict, where a pandas.DataFrame is expected"),
        (pd.Series([1]), "a pickled pandas.Series, where a pandas.DataFrame is expected"),
    ],
)
def test_what_is_no_frame_is_told(value: Any, detail: str) -> None:
    """The refusal of another pickle tells what it is."""
    with pytest.raises(DataCorrupt) as caught:
        loads(pickle.dumps(value))
    assert caught.value.log_fields["detail"] == detail


def test_what_the_client_sees() -> None:
    """The message tells nothing of the file; the log says what was refused."""
    with captured_logs() as logs, pytest.raises(DataCorrupt) as caught:
        loads(b"cos\nsystem\n(S'true'\ntR.")
    assert caught.value.message == "The jockey's data file cannot be read."
    assert "os" not in str(caught.value).split()
    assert logs[0]["reason"] == "opcode"


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.pickle")))
def test_real_frames(name: str) -> None:
    """The real frames, where they are at hand, read as pandas reads them."""
    path = SAMPLES / name
    frame = pd.read_pickle(path)
    loaded = loads(path.read_bytes())
    assert (loaded.rows, len(loaded.columns)) == frame.shape
    for at, column in enumerate(loaded.columns):
        cells = frame.iloc[:, at]
        assert column.label == frame.columns[at]
        assert column.dtype == str(cells.dtype)
        pd.testing.assert_series_equal(
            pd.Series(column.cells, dtype=column.cells.dtype), cells, check_names=False, check_index=False
        )

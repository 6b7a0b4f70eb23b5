"""Everyday operations of pandas: whatever one leaves behind is read, cell by cell as pandas shows it."""

import functools
import importlib.util
import json
import pickle
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from test_pickles import shown, texts

from graphql_api.errors import DataCorrupt
from graphql_api.jockeys.normalise import race_records
from graphql_api.pickles import loads

FOLDER = Path(__file__).parent
WRITERS = ["1.5.3", "2.0.3", "2.1.4", "2.2.3", "2.3.3", "3.0.0", "3.1.1"]


def imported(name: str) -> ModuleType:
    """Import one of the scripts that write the archives."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make = imported("make")
operations = imported("operations")


@functools.cache
def recorded() -> dict[str, dict[str, bytes]]:
    """Unpack what was recorded: per version of pandas its files by name."""
    versions: dict[str, dict[str, bytes]] = {}
    with tarfile.open(FOLDER / "operations.tar.xz") as archive:
        for member in archive:
            folder, name = member.name.split("/")
            content = archive.extractfile(member)
            assert content is not None
            versions.setdefault(folder.removeprefix("pandas-"), {})[name] = content.read()
    return versions


def test_every_version_of_the_archive_is_tested() -> None:
    """The list of versions is the archive's."""
    assert sorted(recorded()) == WRITERS


@pytest.mark.parametrize("writer", WRITERS)
def test_what_other_versions_left_behind(writer: str) -> None:
    """Every operation of the table under every version gives what that pandas shows, and nothing is left out."""
    files = dict(recorded()[writer])
    expected = json.loads(files.pop("expected.json"))
    read = {name.removesuffix("-4.pickle"): loads(data) for name, data in files.items()}
    assert [name for name, frame in read.items() if texts(shown(frame)) != texts(expected[name])] == []
    assert [name for name, frame in read.items() if frame.left_out] == []
    assert read.keys() == expected.keys() == operations.OPERATIONS.keys()


@pytest.mark.parametrize("operation", operations.OPERATIONS)
def test_what_this_pandas_leaves_behind(operation: str) -> None:
    """Every operation under the installed version, in every protocol, and typed records can be made of it."""
    frame = operations.made(operation)
    expected = texts(make.expected(frame))
    for protocol in range(6):
        read = loads(pickle.dumps(frame, protocol))
        assert texts(shown(read)) == expected
        assert read.left_out == ()
    assert race_records(read, "01999").source_rows == len(frame)


@pytest.mark.parametrize("compression", [None, "gzip", "bz2", "zip", "xz", "zstd"])
@pytest.mark.parametrize("protocol", range(6))
def test_what_to_pickle_writes(compression: str | None, protocol: int, tmp_path: Path) -> None:
    """``to_pickle`` with every compression and protocol that it takes, ``tar`` apart, gives the frame."""
    path = tmp_path / "01999.pickle"
    frame = operations.races()
    frame.to_pickle(path, compression=compression, protocol=protocol)
    assert texts(shown(loads(path.read_bytes()))) == texts(make.expected(frame))


def test_a_file_that_joblib_writes_is_told() -> None:
    """Files of joblib hold arrays outside of the pickle: they are refused, and the reason names joblib."""
    with pytest.raises(DataCorrupt) as caught:
        loads(b"\x80\x03cjoblib.numpy_pickle\nNumpyArrayWrapper\nq\x00)\x81q\x01\xff\xff\xff.")
    assert "joblib" in str(caught.value.log_fields["detail"])


def test_frames_that_pandas_itself_cannot_tell_apart() -> None:
    """An operation that gives a frame equal to another gives the same records, whatever its blocks."""
    frame = operations.races()
    scattered = pd.concat([frame[[header]] for header in frame.columns], axis=1)
    pd.testing.assert_frame_equal(frame, scattered)
    assert shown(loads(pickle.dumps(frame))) == shown(loads(pickle.dumps(scattered)))

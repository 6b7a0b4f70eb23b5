"""The index as an object: an ``.npz`` archive, numpy's format of one compressed array for each column.

It is a zip of documented ``.npy`` arrays that ``numpy.load`` reads anywhere, which a server needs anyway. Arrow or
Parquet would take pyarrow (over 100 MB) to serve with; nanoarrow is small enough, but its reader crashes the process
on a damaged file, and an object of the bucket is no more to be trusted than the pickles in it. Nothing is pickled here,
and what does not fit is refused.

The object's name holds the version of the layout and of how files are read into it, so that servers of either version
find theirs during a rollout, and entries of files that did not change do not keep what an earlier version read.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from io import BytesIO
from itertools import chain, count, pairwise
from typing import Any

import numpy as np

from graphql_api.errors import DataCorrupt
from graphql_api.index.archive import read_arrays
from graphql_api.index.entries import Entry
from graphql_api.jockeys.vocabulary import Jurisdiction

NAME = "_index.v2.npz"

MAX_JOCKEYS = 200_000
"""There are no more ids of the forms that ids have."""

MAX_TEXTS, MAX_TEXT_BYTES = 1_000_000, 64 * 2**20
"""Distinct texts and their bytes in UTF-8: a horse's name for each that has run in decades, and the ETags."""

MAX_NAMES, MAX_HORSES = 1_000_000, 10_000_000
"""Names of all jockeys together, and horses: twice as many as pairs of jockey and horse have met in decades."""

TEXTS = ("id", "etag", "name", "jurisdiction")
LISTS = ("names", "horses")
INTEGERS = ("record_count", "rides", "wins", "seconds", "thirds")
DAYS = ("first_date", "last_date")
NUMBERS = ("prize_money",)
"""How each column is stored: texts and lists of them by their place in ``texts``, which holds each distinct text once,
as UTF-8 with offsets. Null is -1, NaT or NaN; lists end where ``{name}.ends`` says."""

BOUNDS: Mapping[str, int] = {
    **dict.fromkeys([*TEXTS, *INTEGERS, *DAYS, *NUMBERS, *(f"{name}.ends" for name in LISTS)], MAX_JOCKEYS),
    "names": MAX_NAMES,
    "horses": MAX_HORSES,
    "texts": MAX_TEXT_BYTES,
    "texts.ends": MAX_TEXTS,
}
"""The most items of each array, which a hostile index must not pass: checked before they are read."""


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """A column of lists of texts: row ``i`` holds ``values[code]`` for the codes between two offsets."""

    offsets: np.ndarray
    codes: np.ndarray
    values: Sequence[str]

    def __getitem__(self, row: int) -> list[str]:
        """Give one row's list."""
        return [self.values[code] for code in self.codes[self.offsets[row] : self.offsets[row + 1]].tolist()]


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """The index as read: single values by column, and the lists."""

    columns: Mapping[str, list[Any]]
    names: Lists
    horses: Lists

    def entries(self) -> list[Entry]:
        """Give the jockeys one by one."""
        rows = zip(*self.columns.values(), strict=True)
        return [
            Entry(**dict(zip(self.columns, values, strict=True)), names=self.names[row], horses=self.horses[row])
            for row, values in enumerate(rows)
        ]


def dump(entries: Sequence[Entry]) -> bytes:
    """Write the index. Raises ``DataCorrupt`` where it would hold more than is read again."""
    places = defaultdict[str, int](count().__next__)
    columns: dict[str, list[Any]] = {
        each.name: [getattr(entry, each.name) for entry in entries] for each in fields(Entry)
    }
    columns["jurisdiction"] = [each and each.name for each in columns["jurisdiction"]]
    arrays: dict[str, Any] = {
        **{name: [-1 if each is None else places[each] for each in columns[name]] for name in TEXTS},
        **{name: [places[each] for each in chain.from_iterable(columns[name])] for name in LISTS},
        **{f"{name}.ends": np.cumsum([len(each) for each in columns[name]]) for name in LISTS},
        **{name: [-1 if each is None else each for each in columns[name]] for name in INTEGERS},
    }
    arrays = {name: np.asarray(values, np.int32) for name, values in arrays.items()}
    arrays |= {name: np.array(columns[name], "datetime64[D]") for name in DAYS}
    arrays |= {name: np.array(columns[name], np.float64) for name in NUMBERS}
    texts = [text.encode() for text in places]
    arrays["texts"] = np.frombuffer(b"".join(texts), np.uint8)
    arrays["texts.ends"] = np.cumsum([len(each) for each in texts], dtype=np.int64)
    if too_long := [name for name, array in arrays.items() if len(array) > BOUNDS[name]]:
        raise DataCorrupt("The index would be too large.", key=NAME, reason=f"too many items: {', '.join(too_long)}")
    out = BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def load(data: bytes) -> Contents:
    """Read the index. Raises ``DataCorrupt`` for what is none."""
    try:
        return _contents(read_arrays(data, BOUNDS))
    except Exception as error:  # whatever zip, numpy or the checks stumble over
        raise DataCorrupt("The index cannot be read.", key=NAME, reason=str(error)) from error


def _contents(arrays: Mapping[str, np.ndarray]) -> Contents:
    """Turn arrays into values; whatever is not of this layout raises."""
    blob = arrays["texts"].astype(np.uint8, casting="safe").tobytes()
    bounds = _offsets(arrays["texts.ends"], len(blob)).tolist()
    texts = [blob[start:stop].decode() for start, stop in pairwise(bounds)]
    columns: dict[str, list[Any]] = {name: _texts(arrays[name], texts) for name in TEXTS}
    columns["jurisdiction"] = [each and Jurisdiction[each] for each in columns["jurisdiction"]]
    columns |= {name: [None if each < 0 else each for each in _integers(arrays[name])] for name in INTEGERS}
    columns |= {name: arrays[name].astype("datetime64[D]", casting="safe").tolist() for name in DAYS}
    columns |= {name: _numbers(arrays[name]) for name in NUMBERS}
    rows = len(columns["id"])
    if {len(each) for each in columns.values()} != {rows} or None in columns["id"]:
        raise ValueError("columns of different lengths, or without ids")
    if not all(each is None or isinstance(each, date) for name in DAYS for each in columns[name]):
        raise ValueError("days out of range")
    return Contents(columns, *(_lists(arrays, name, rows, texts) for name in LISTS))


def _texts(codes: np.ndarray, texts: Sequence[str]) -> list[str | None]:
    return list(map([*texts, None].__getitem__, _codes(codes, len(texts)).tolist()))


def _codes(codes: np.ndarray, count_: int) -> np.ndarray:
    found = codes.astype(np.int32, casting="safe")
    if len(found) and not -1 <= found.min() <= found.max() < count_:
        raise ValueError("codes out of range")
    return found


def _integers(numbers: np.ndarray) -> list[int]:
    found: list[int] = numbers.astype(np.int32, casting="safe").tolist()
    return found


def _numbers(numbers: np.ndarray) -> list[float | None]:
    return [None if each != each else each for each in numbers.astype(np.float64, casting="safe").tolist()]


def _lists(arrays: Mapping[str, np.ndarray], name: str, rows: int, texts: Sequence[str]) -> Lists:
    """Give a column of lists, its codes narrowed to the texts that stand in it."""
    found = _codes(arrays[name], len(texts))
    if (found < 0).any():
        raise ValueError("null in a list")
    offsets = _offsets(arrays[f"{name}.ends"], len(found))
    if len(offsets) != rows + 1:
        raise ValueError("lists of different lengths")
    used = np.zeros(len(texts), np.bool_)
    used[found] = True
    codes = (np.cumsum(used, dtype=np.int32) - 1)[found]
    return Lists(offsets, codes, [texts[each] for each in np.flatnonzero(used).tolist()])


def _offsets(ends: np.ndarray, total: int) -> np.ndarray:
    offsets = np.concatenate([[0], ends.astype(np.int64, casting="safe")])
    if (np.diff(offsets) < 0).any() or offsets[-1] != total:
        raise ValueError("offsets out of order")
    return offsets

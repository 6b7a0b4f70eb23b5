"""Ids of race records, which are the same in later versions of the file, for caches of clients and `node`.

An id is the jockey's id and a digest of the ride's identity: day, meeting, race number and horse
number. Rides with the same identity (some overseas ones have no numbers) are numbered from the oldest.
"""

import base64
import re
from hashlib import blake2b
from typing import Any

import numpy as np

from graphql_api.jockeys.records import RaceRecords
from graphql_api.tables.column import DictColumn
from graphql_api.tables.row_texts import RowTexts

IDENTITY = ("date", "meeting", "race_number", "horse_number")
"""Fields that identify a ride of one jockey."""

SEPARATOR = ":"
ROW_ID = re.compile(rf"([^{SEPARATOR}]{{1,5}}){SEPARATOR}([A-Za-z0-9_-]{{12}})")
"""The form of an id: a jockey's id, and the digest of the ride."""

_PARTS = np.dtype([("identity", ">u8"), ("nth", "u1")])
_PRIME = np.uint64(0x100000001B3)


def row_id(records: RaceRecords, row: int) -> str:
    """Return the id of a row."""
    return _row_ids(records)[row]


def find(records: RaceRecords, digest: str) -> int | None:
    """Return the row whose id ends with ``digest``. None if the file has no such ride."""
    wanted = np.frombuffer(base64.urlsafe_b64decode(digest), _PARTS)[0]
    rows = np.flatnonzero(_row_ids(records).parts == wanted)
    return int(rows[0]) if len(rows) else None


def row_id_column(records: RaceRecords) -> DictColumn:
    """Return the ids as a column for execution."""
    return DictColumn(np.arange(records.rows), _row_ids(records))


def _row_ids(records: RaceRecords) -> RowTexts:
    """Return all ids. They are made together when the first is needed."""

    def make() -> RowTexts:
        parts = np.empty(records.rows, _PARTS)
        parts["identity"] = _digests(records)
        parts["nth"] = _occurrence(parts["identity"])
        jockey_id = records.fields["jockey_id"].values[0] if records.rows else ""
        return RowTexts(parts, jockey_id + SEPARATOR)

    return records.once(_row_ids, make)


def _digests(records: RaceRecords) -> np.ndarray:
    """Return a 64-bit digest of each row's identity, which is the same in every process."""
    mixed = np.zeros(records.rows, np.uint64)
    for name in IDENTITY:
        column = records.fields[name]
        distinct = np.array([_digest(value) for value in column.values], np.uint64)
        mixed = mixed * _PRIME + distinct[column.codes]
    return mixed


def _digest(value: Any) -> int:
    return int.from_bytes(blake2b(str(value).encode(), digest_size=8).digest(), "big")


def _occurrence(identities: np.ndarray) -> np.ndarray:
    """Return the number of older rows with the same identity for each row. Files are newest first."""
    _, codes = np.unique(identities[::-1], return_inverse=True)
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    counts = np.empty(len(codes), np.intp)
    counts[order] = np.arange(len(codes)) - np.repeat(starts, np.diff(starts, append=len(codes)))
    return counts[::-1] % 256

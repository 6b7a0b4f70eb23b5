"""The arrays of an ``.npz`` archive, each of a bounded length that is known before anything is made of it."""

import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import IO

import numpy as np
from numpy.lib import format as npy

MAX_MEMBERS = 64
"""Entries of the archive's directory, which takes memory before any member is asked for."""

_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MAX_HEADER = 1_000
_MAX_ITEM = 8  # bytes of a number or a day


def read_arrays(data: bytes, bounds: Mapping[str, int]) -> dict[str, np.ndarray]:
    """Read the arrays that ``bounds`` names, of at most so many items. Raises for what is no such archive.

    What it raises is of zip's, numpy's or Python's choice.
    """
    if data.count(b"PK\x01\x02") > MAX_MEMBERS:
        raise ValueError("too many members")
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: _read_array(archive, name, bound) for name, bound in bounds.items()}


def _read_array(archive: zipfile.ZipFile, name: str, bound: int) -> np.ndarray:
    info = archive.getinfo(f"{name}.npy")
    if info.compress_type not in _COMPRESSIONS:
        raise ValueError("a compression that numpy does not use")  # and that may ask for any amount of memory
    with archive.open(info) as member:
        dtype, count = _read_head(member)
        if count > bound:
            raise ValueError(f"{name} has {count} items, more than {bound}")
        content = member.read(count * dtype.itemsize)
        if len(content) != count * dtype.itemsize:
            raise ValueError(f"{name} ends early")
    return np.frombuffer(content, dtype)


def _read_head(member: IO[bytes]) -> tuple[np.dtype, int]:
    """Read the type and the length of a column of numbers or days, as numpy writes it."""
    if npy.read_magic(member) != (1, 0):
        raise ValueError("an unknown version")
    shape, _, dtype = npy.read_array_header_1_0(member, _MAX_HEADER)
    if len(shape) != 1 or dtype.hasobject or dtype.itemsize > _MAX_ITEM:
        raise ValueError("no column")
    return dtype, shape[0]

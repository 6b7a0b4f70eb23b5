"""Recorded buffers and dtypes: bytes from texts, allowed dtypes, values in range."""

import re
from typing import Any

import numpy as np

from graphql_api.pickles.limits import Budget, refuse, unreadable
from graphql_api.pickles.standins import Node

_DTYPE = re.compile(r"b1|[iu][1248]|f[248]|O[48]?|U[0-9]{1,6}")
_SHOWN = 50  # characters of a dtype that messages show
_UNITS = ("D", "h", "m", "s", "ms", "us", "ns")
_FIRST, _END = np.datetime64("0001-01-01"), np.datetime64("10000-01-01")  # the years that dates of Python have


def raw(value: Any, budget: Budget) -> bytes | bytearray:
    """Return the bytes of a buffer. Protocols 0 to 2 write them as a call with a text."""
    if isinstance(value, Node) and value.name == "bytes" and value.state is None:
        value = value.args[0] if value.args else b""
    match value:
        case bytes() | bytearray():
            return value
        case Node(name="encode", args=(bytes() as data, "latin1")):  # the scan has done it: see scan.replace
            return data
        case Node(name="encode", args=(str() as text, "latin1")) | str(text):
            budget.spend_text(len(text))
            return _latin(text)
    raise refuse("structure", "a buffer that is not made of bytes")


def _latin(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError as error:
        raise refuse("structure", "a buffer that is not made of bytes") from error


def dtype(value: Any, budget: Budget) -> np.dtype[Any]:
    """Return the numpy dtype of a pickle. Flags are ignored, structured dtypes are refused."""
    match value:
        case Node(
            name="dtype", args=(str(spec), _, _), state=(3, ("<" | ">" | "|") as order, None, None, None, _, _, _)
        ):
            if _DTYPE.fullmatch(spec):
                return np.dtype("O" if spec[0] == "O" else order + spec)
            raise unreadable("dtype", f"the numpy dtype {spec[:_SHOWN]}")
        case Node(name="dtype", args=("M8", _, _), state=(4, ("<" | ">") as order, None, None, None, -1, -1, _, meta)):
            return np.dtype(f"{order}M8[{_unit(meta, budget)}]")
        case Node(name="dtype", args=(str(spec), *_)):
            raise unreadable("dtype", f"the numpy dtype {spec[:_SHOWN]}")
    raise refuse("structure", "a numpy dtype that is none")


def _unit(meta: Any, budget: Budget) -> str:
    """Return the resolution of datetime64 from the last part of its dtype's state."""
    match meta:
        case (_, (unit, 1, 1, 1)):
            name = raw(unit, budget).decode("latin-1")
            if name in _UNITS:
                return name
    raise unreadable("dtype", "a datetime64 of unknown resolution")


def checked(array: np.ndarray) -> np.ndarray:
    """Return an array in this machine's byte order whose booleans are 0 or 1 and whose dates have four-digit years."""
    if array.dtype.kind == "b":
        return np.not_equal(array.view(np.uint8), 0)
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    if array.dtype.kind == "M" and array.dtype != "M8[ns]":  # nanoseconds reach from 1677 to 2262 only
        known = array[~np.isnat(array)]
        first, end = _FIRST.astype(array.dtype), _END.astype(array.dtype)
        if known.size and not first <= known.min() <= known.max() < end:
            raise unreadable("date_range", "a date outside the years 1 to 9999")
    return array

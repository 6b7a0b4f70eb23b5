"""Reading of pyarrow's columns with numpy: validity bits, offsets and data are checked against each other."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from graphql_api.pickles.buffers import checked, raw
from graphql_api.pickles.kinds import kind_of
from graphql_api.pickles.limits import Budget, refuse, unreadable
from graphql_api.pickles.standins import Node

_UNITS = ("s", "ms", "us", "ns")
_ZONE = 64  # characters of the longest name of a zone
_FIXED = {
    **{f"{sign}int{bits}": f"<{sign or 'i'}{bits // 8}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
    "halffloat": "<f2",
    "float": "<f4",
    "double": "<f8",
    "date32[day]": "<i4",
    "date64[ms]": "<i8",
}
_TEXTS = {"string": "<i4", "large_string": "<i8"}
_OTHERS = ("bool", "null")


def column(value: Any, budget: Budget) -> tuple[str, np.ndarray]:
    """Return the Arrow type of a recorded array, which may be in chunks, and its cells.

    Times are a ``datetime64`` array, in UTC if they have a zone. Other types are an object array, None for missing.
    """
    match value:
        case Node(name="arrow_chunks", args=(list(chunks), kind), state=None):
            pass
        case Node(name="arrow_chunk", args=((kind, *_),)):
            chunks = [value]
        case _:
            raise refuse("structure", "an Arrow array that is none")
    name, unit = _type_name(kind)
    parts = [_chunk(chunk, name, unit, budget) for chunk in chunks]
    return name, np.concatenate(parts) if parts else np.empty(0, f"M8[{unit}]" if unit else object)


def _type_name(kind: Any) -> tuple[str, str]:
    """Return Arrow's name of a type and, for times, their unit."""
    match kind:
        case Node(name="arrow_type", args=(str(name),)) if name in _FIXED or name in _TEXTS or name in _OTHERS:
            return name, ""
        case Node(name="arrow_timestamp", args=(str(unit), None)) if unit in _UNITS:
            return f"timestamp[{unit}]", unit
        case Node(name="arrow_timestamp", args=(str(unit), str(zone))) if unit in _UNITS and len(zone) <= _ZONE:
            return f"timestamp[{unit}, tz={zone}]", unit
    raise unreadable("dtype", f"the Arrow type {kind_of(kind)}")


def _chunk(value: Any, name: str, unit: str, budget: Budget) -> np.ndarray:
    """Read one chunk, whose type must be the column's."""
    match value:
        case Node(name="arrow_chunk", args=((kind, length, int(), offset, [valid, *_] as buffers, [], None),)) if (
            type(length) is int and type(offset) is int and len(buffers) <= 3
        ):
            buffers = buffers[1:]
        case _:
            raise refuse("structure", "an Arrow array that is none, or has parts")
    most = budget.limits.rows
    if _type_name(kind) != (name, unit) or not 0 <= length <= most or not 0 <= offset <= 2 * most:
        raise refuse("structure", "an Arrow array of another type than its column, or too long")
    budget.spend_array(length)
    window = slice(offset, offset + length)
    missing = ~_bits(valid, window, budget) if valid is not None else np.zeros(length, bool)
    if unit:
        return _times(buffers, window, missing, unit, budget)
    cells = np.fromiter(_cells(name)(buffers, window, name, budget), object, length)
    cells[missing] = None
    return cells


def _cells(name: str) -> Callable[[list[Any], slice, str, Budget], Any]:
    """Return the function that reads a type."""
    if name in _TEXTS:
        return _texts
    if name.startswith("date"):
        return _dates
    return {"bool": _booleans, "null": _nulls}.get(name, _numbers)


def _numbers(buffers: list[Any], window: slice, name: str, budget: Budget) -> Any:
    (data,) = _exactly(buffers, 1)
    return _numeric(data, _FIXED[name], window, budget).tolist()


def _nulls(buffers: list[Any], window: slice, _name: str, _budget: Budget) -> Any:
    _exactly(buffers, 0)
    return [None] * (window.stop - window.start)


def _booleans(buffers: list[Any], window: slice, _name: str, budget: Budget) -> Any:
    (data,) = _exactly(buffers, 1)
    return _bits(data, window, budget).tolist()


def _dates(buffers: list[Any], window: slice, name: str, budget: Budget) -> Any:
    (data,) = _exactly(buffers, 1)
    counts = _numeric(data, _FIXED[name], window, budget).astype("i8")
    days = checked(counts.view("M8[D]") if name == "date32[day]" else counts.view("M8[ms]"))
    return days.astype("M8[D]").tolist()


def _times(buffers: list[Any], window: slice, missing: np.ndarray, unit: str, budget: Budget) -> np.ndarray:
    (data,) = _exactly(buffers, 1)
    times = _numeric(data, "<i8", window, budget).view(f"<M8[{unit}]").copy()
    times[missing] = "NaT"
    return checked(times)


def _texts(buffers: list[Any], window: slice, name: str, budget: Budget) -> list[str]:
    """Return the texts of one buffer at offsets, which must be ascending and within it."""
    offsets, data = _exactly(buffers, 2)
    content = _buffer(data, budget)
    if window.start == window.stop:
        return []
    bounds = _numeric(offsets, _TEXTS[name], slice(window.start, window.stop + 1), budget)
    sizes = np.diff(bounds)
    if bounds[0] < 0 or bounds[-1] > len(content) or sizes.min() < 0 or sizes.max() > budget.limits.text:
        raise refuse("structure", "Arrow offsets that do not ascend, or leave their buffer")
    budget.spend_text(int(bounds[-1] - bounds[0]))
    edges = bounds.tolist()
    try:
        return [str(content[start:end], "utf-8") for start, end in itertools.pairwise(edges)]
    except UnicodeDecodeError as error:
        raise refuse("text", "a text that is not Unicode") from error


def _exactly(buffers: list[Any], count: int) -> list[Any]:
    if len(buffers) != count:
        raise refuse("structure", "an Arrow array with too few buffers, or too many")
    return buffers


def _buffer(value: Any, budget: Budget) -> bytes | bytearray:
    """Return the bytes of a recorded buffer. A missing one is empty."""
    match value:
        case None:
            return b""
        case Node(name="arrow_buffer", args=(data,), state=None):
            return raw(data, budget)
    raise refuse("structure", "an Arrow buffer that is none")


def _numeric(value: Any, dtype: str, window: slice, budget: Budget) -> np.ndarray:
    """Return a window of a buffer of numbers."""
    content = _buffer(value, budget)
    itemsize = np.dtype(dtype).itemsize
    if len(content) < window.stop * itemsize:
        raise refuse("structure", "an Arrow buffer that is too short")
    return np.frombuffer(content[window.start * itemsize : window.stop * itemsize], dtype)


def _bits(value: Any, window: slice, budget: Budget) -> np.ndarray:
    """Return a window of a buffer of bits."""
    content = _buffer(value, budget)
    if len(content) * 8 < window.stop:
        raise refuse("structure", "an Arrow buffer that is too short")
    first, rest = divmod(window.start, 8)
    octets = np.frombuffer(content[first : (window.stop + 7) // 8], np.uint8)
    return np.unpackbits(octets, bitorder="little")[rest : rest + window.stop - window.start].view(bool)

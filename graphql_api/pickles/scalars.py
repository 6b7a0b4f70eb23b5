"""Cells of object columns: Python's own values as they are, recorded ones as the Python values they stand for."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from graphql_api.pickles.buffers import checked, dtype, raw
from graphql_api.pickles.limits import Budget, refuse
from graphql_api.pickles.standins import Name, Node
from graphql_api.pickles.zones import zone_offset

_PLAIN = frozenset((str, float, int, bool, type(None)))
_DECIMAL = re.compile(r"-?(?:[0-9.]{1,40}(?:E[+-]?[0-9]{1,4})?|NaN|Infinity)")
_RESOLUTIONS = {7: "s", 8: "ms", 9: "us", 10: "ns"}  # pandas' numbers for them


def cells(values: list[Any], budget: Budget) -> np.ndarray:
    """Give a one-dimensional object array of None, bool, int, float, str, date and datetime (aware ones in UTC)."""
    kinds = set(map(type, values))
    if not kinds <= _PLAIN:
        if not kinds <= _PLAIN | {Node, Name}:
            raise refuse("cells", f"cells of type {sorted(kind.__name__ for kind in kinds - _PLAIN)[0]}")
        values = _read(values, budget)
    return np.fromiter(values, object, len(values))


def _read(values: list[Any], budget: Budget) -> list[Any]:
    """Read what is recorded, each object once however often it stands in the column."""
    recorded = {id(value): value for value in values if type(value) not in _PLAIN}
    budget.spend_cells(8 * len(recorded))  # about what reading one takes
    known = {key: cell(value, budget) for key, value in recorded.items()}
    return [value if type(value) in _PLAIN else known[id(value)] for value in values]


def cell(value: Any, budget: Budget) -> Any:
    """Give what one recorded cell stands for."""
    if isinstance(value, Name) and value.name == "missing":
        return None
    if not isinstance(value, Node) or value.state is not None or value.name not in _READERS:
        raise refuse("cells", "a cell that is an object no column holds")
    try:
        return _READERS[value.name](value.args, budget)
    except (ValueError, OverflowError) as error:
        raise refuse("cells", f"a {value.name} that is none") from error


def moment(count: int, unit: str) -> dt.datetime:
    """Give the datetime that lies so many units after 1970; below microseconds it is cut."""
    stamp = checked(np.array([count], f"M8[{unit}]")).astype("M8[us]")[0].item()
    if not isinstance(stamp, dt.datetime):  # NaT, which is the least count
        raise refuse("date_range", "a date outside the years 1 to 9999")
    return stamp


def _nat(_args: tuple[Any, ...], _budget: Budget) -> None:
    return None


def _timestamp(args: tuple[Any, ...], _budget: Budget) -> dt.datetime:
    """Read pandas' Timestamp: count, frequency, zone and, from 2.0, resolution. The count is in UTC."""
    match args:
        case (int(count), _, zone):
            unit = "ns"
        case (int(count), _, zone, int(resolution)) if resolution in _RESOLUTIONS:
            unit = _RESOLUTIONS[resolution]
        case _:
            raise refuse("cells", "a Timestamp that is none")
    if not -(2**63) < count < 2**63:
        raise refuse("date_range", "a date outside the years 1 to 9999")
    stamp = moment(count, unit)
    return stamp if zone is None else stamp.replace(tzinfo=dt.UTC)


def _decimal(args: tuple[Any, ...], _budget: Budget) -> float:
    match args:
        case (str(text),) if _DECIMAL.fullmatch(text):
            return float(text)
    raise refuse("cells", "a Decimal that is none")


def _date(args: tuple[Any, ...], budget: Budget) -> dt.date:
    data = _packed(args[:1], 4, budget)
    return dt.date(data[0] << 8 | data[1], data[2], data[3])


def _datetime(args: tuple[Any, ...], budget: Budget) -> dt.datetime:
    """Read ten bytes, as ``datetime`` writes them; the month's high bit tells folds apart and is dropped."""
    data = _packed(args[:1], 10, budget)
    micro = int.from_bytes(data[7:], "big")
    day = data[0] << 8 | data[1], data[2] & 0x7F, data[3]
    stamp = dt.datetime(*day, data[4], data[5], data[6], micro, tzinfo=dt.UTC)
    return stamp - zone_offset(args[1]) if len(args) > 1 else stamp.replace(tzinfo=None)


def _packed(args: tuple[Any, ...], size: int, budget: Budget) -> bytes | bytearray:
    data = raw(args[0] if args else None, budget)
    if len(data) != size:
        raise refuse("cells", "a date that is none")
    return data


def _numpy_scalar(args: tuple[Any, ...], budget: Budget) -> Any:
    if len(args) != 2:
        raise refuse("cells", "a numpy scalar that is none")
    kind, data = dtype(args[0], budget), raw(args[1], budget)
    budget.spend_text(len(data))
    if kind.kind == "O" or len(data) != kind.itemsize:
        raise refuse("cells", "a numpy scalar that is not as long as its dtype says")
    if kind.kind == "U":
        return data.decode("utf-32-le" if kind.byteorder != ">" else "utf-32-be").rstrip("\0")
    value = checked(np.frombuffer(data, kind))
    return (value.astype("M8[us]") if kind.kind == "M" else value)[0].item()


_READERS: dict[str, Callable[[tuple[Any, ...], Budget], Any]] = {
    "nat": _nat,
    "timestamp": _timestamp,
    "decimal": _decimal,
    "date": _date,
    "datetime": _datetime,
    "numpy_scalar": _numpy_scalar,
}

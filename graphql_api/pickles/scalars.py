"""Cells of object columns: Python's own values, and recorded ones converted to Python values.

Recorded cells of a column are read together by kind, which is ten times as fast as one by one.
"""

import datetime as dt
import re
import struct
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import starmap
from typing import Any

import numpy as np

from graphql_api.pickles.buffers import checked, dtype, raw
from graphql_api.pickles.kinds import kind_of
from graphql_api.pickles.limits import Budget, unreadable
from graphql_api.pickles.moments import in_zone
from graphql_api.pickles.standins import Name, Node
from graphql_api.pickles.zones import shown_zones, zone_of

_PLAIN = frozenset((str, float, int, bool, type(None)))
_DECIMAL = re.compile(r"-?(?:[0-9.]{1,40}(?:E[+-]?[0-9]{1,4})?|NaN|Infinity)")
_RESOLUTIONS = {7: "s", 8: "ms", 9: "us", 10: "ns"}  # pandas' numbers for them
_LEAST, _END = -(2**63), 2**64

_Arguments = Sequence[tuple[Any, ...]]  # what each cell of one kind was made of


def cells(values: list[Any], budget: Budget) -> np.ndarray:
    """Return a one-dimensional object array of None, bool, int, float, str, date and datetime."""
    kinds = set(map(type, values))
    if not kinds <= _PLAIN:
        values = _read(values, budget)
    if int in kinds and not all(_LEAST <= value < _END for value in values if type(value) is int):
        raise unreadable("cells", "integers of more than 64 bits")
    return np.fromiter(values, object, len(values))


def _read(values: list[Any], budget: Budget) -> list[Any]:
    """Read recorded objects, each once for all its uses in the column."""
    recorded = {id(value): value for value in values if type(value) not in _PLAIN}
    budget.spend_cells(4 * len(recorded))  # about what reading one takes
    kinds: defaultdict[str, list[Node]] = defaultdict(list)
    known: dict[int, Any] = {}
    for key, value in recorded.items():
        if isinstance(value, Node) and value.name in _READERS and value.state is None:
            kinds[value.name].append(value)
        elif isinstance(value, Name) and value.name == "missing":
            known[key] = None
        else:
            raise unreadable("cells", f"cells of type {kind_of(value)}")
    for name, nodes in kinds.items():
        known.update(zip(map(id, nodes), _cells_of(name, [node.args for node in nodes], budget), strict=True))
    return [value if type(value) in _PLAIN else known[id(value)] for value in values]


def _cells_of(name: str, arguments: _Arguments, budget: Budget) -> Iterable[Any]:
    try:
        return _READERS[name](arguments, budget)
    except (ValueError, OverflowError, TypeError, LookupError, struct.error) as error:
        raise unreadable("cells", f"a {name} that is none") from error


def _nats(arguments: _Arguments, _budget: Budget) -> list[None]:
    return [None] * len(arguments)


def _timestamps(arguments: _Arguments, budget: Budget) -> list[dt.datetime]:
    """Read pandas' Timestamps: count in UTC, frequency, zone and, from 2.0, resolution.

    They are cut to microseconds.
    """
    counts: list[int] = []
    kinds: defaultdict[tuple[str, dt.tzinfo | None], list[int]] = defaultdict(list)  # places of each
    zones = shown_zones([zone for _, _, zone, *_ in arguments], budget)
    for count, _, zone, *rest in arguments:
        if type(count) is not int:
            raise ValueError
        kinds[_RESOLUTIONS[rest[0]] if rest else "ns", zones.get(id(zone))].append(len(counts))
        counts.append(count)
    numbers = np.array(counts, "i8")
    if numbers.min() == np.iinfo(np.int64).min:  # which is NaT
        raise ValueError
    stamps: list[Any] = [None] * len(counts)
    for (unit, zone), places in kinds.items():
        moments = checked(numbers[places].view(f"M8[{unit}]")).astype("M8[us]").tolist()
        for place, moment in zip(places, in_zone(moments, zone), strict=True):
            stamps[place] = moment
    return stamps


def _decimals(arguments: _Arguments, _budget: Budget) -> list[float]:
    texts = [text for (text,) in arguments]
    if not all(map(_DECIMAL.fullmatch, texts)):
        raise ValueError
    return list(map(float, texts))


def _dates(arguments: _Arguments, budget: Budget) -> list[dt.date]:
    data = _packed([each[0] for each in arguments], 4, budget)
    return list(starmap(dt.date, struct.iter_unpack(">HBB", data)))


def _datetimes(arguments: _Arguments, budget: Budget) -> list[dt.datetime]:
    """Read ten bytes in the form of ``datetime``. The month's high bit is the fold."""
    data = _packed([each[0] for each in arguments], 10, budget)
    stamps = [
        dt.datetime(year, month & 0x7F, day, hour, minute, second, high << 16 | low, fold=month >> 7)  # noqa: DTZ001
        for year, month, day, hour, minute, second, high, low in struct.iter_unpack(">HBBBBBBH", data)
    ]
    zones = {id(zone): zone_of(zone) for _, *zone_or_none in arguments for zone in zone_or_none}
    return [
        _zoned(stamp, zones[id(zone[0])]) if zone else stamp
        for stamp, (_, *zone) in zip(stamps, arguments, strict=True)
    ]


def _zoned(stamp: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Return a time in a zone. Raises ``OverflowError`` if UTC cannot express it."""
    zoned = stamp.replace(tzinfo=zone)
    zoned.astimezone(dt.UTC)
    return zoned


def _packed(parts: list[Any], size: int, budget: Budget) -> bytes:
    """Join the bytes of cells, which must all have ``size``."""
    if not set(map(type, parts)) <= {bytes}:
        parts = [raw(part, budget) for part in parts]
    if not set(map(len, parts)) <= {size}:
        raise ValueError
    return b"".join(parts)


def _numpy_scalars(arguments: _Arguments, budget: Budget) -> list[Any]:
    """Read numpy's scalars, those of each dtype together."""
    kinds: defaultdict[int, list[int]] = defaultdict(list)
    for place, (kind, _) in enumerate(arguments):
        kinds[id(kind)].append(place)
    read: list[Any] = [None] * len(arguments)
    for places in kinds.values():
        kind = dtype(arguments[places[0]][0], budget)
        if kind.kind == "O":
            raise ValueError
        data = _packed([arguments[place][1] for place in places], kind.itemsize, budget)
        budget.spend_text(len(data))
        for place, value in zip(places, _unpacked(data, kind, len(places)), strict=True):
            read[place] = value
    return read


def _unpacked(data: bytes, kind: np.dtype[Any], count: int) -> list[Any]:
    if not kind.itemsize:  # empty texts
        return [""] * count
    if kind.kind == "U":  # numpy itself would make texts of numbers that are no characters
        encoding = "utf-32-be" if kind.byteorder == ">" else "utf-32-le"
        return [text.decode(encoding).rstrip("\0") for (text,) in struct.iter_unpack(f"{kind.itemsize}s", data)]
    array = checked(np.frombuffer(data, kind))
    return list((array.astype("M8[us]") if kind.kind == "M" else array).tolist())


_READERS: dict[str, Callable[[_Arguments, Budget], Iterable[Any]]] = {
    "nat": _nats,
    "timestamp": _timestamps,
    "decimal": _decimals,
    "date": _dates,
    "datetime": _datetimes,
    "numpy_scalar": _numpy_scalars,
}

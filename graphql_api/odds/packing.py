"""A board as text for the store: the numbers of all types in a fixed order, compressed by the place of their bytes.

A full field has 6,360 combinations: 106 kB as JSON, 19 kB in this form.
"""

import struct
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence

from graphql_api.odds.model import RANGES, Line
from graphql_api.slips.tickets.combinations import every_combination
from graphql_api.slips.tickets.types import BetType

BYTES = 4
"""Bytes of a number."""


def pack(lines: Mapping[BetType, Line]) -> tuple[list[str], str]:
    """Return the types of bets that a board has, and their numbers."""
    types = [each for each in BetType if each in lines]
    numbers = [number for each in types for part in _parts(lines[each]) for number in part]
    data = struct.pack(f"<{len(numbers)}I", *numbers)
    # Neighbours have like leading bytes, which compress well side by side.
    planes = b"".join(data[place::BYTES] for place in range(BYTES))
    return [each.value for each in types], b64encode(zlib.compress(planes)).decode()


def unpack(types: Sequence[str], text: str, runners: int) -> dict[BetType, Line]:
    """Return the lines that ``pack`` received."""
    planes = zlib.decompress(b64decode(text))
    count = len(planes) // BYTES
    data = bytearray(len(planes))
    for place in range(BYTES):
        data[place::BYTES] = planes[place * count : (place + 1) * count]
    numbers = struct.unpack(f"<{count}I", data)
    lines: dict[BetType, Line] = {}
    begin = 0
    for each in map(BetType, types):
        size = len(every_combination(each, runners))
        least = numbers[begin : begin + size]
        begin += size
        most = None
        if each in RANGES:
            most = numbers[begin : begin + size]
            begin += size
        lines[each] = Line(least, most)
    return lines


def _parts(line: Line) -> Iterator[Sequence[int]]:
    yield line.least
    if line.most is not None:
        yield line.most

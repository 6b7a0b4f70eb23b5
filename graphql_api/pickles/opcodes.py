"""What is known of each opcode that genuine frames are written with: its argument, and what it makes.

Every other opcode is refused: POP, POP_MARK, DUP, PERSID, BINPERSID, EXT1 to EXT4, INST, OBJ, NEWOBJ_EX, the sets, the
strings of Python 2, LONG4, BINBYTES8, BINUNICODE8, and the buffers that protocol 5 keeps outside of the file.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from graphql_api.pickles.limits import refuse

RUN = 1000  # picklers write lists in batches of a thousand
_SHORT = 127  # bytes of a text that runs skip: each length is one branch of an expression
_MEMO = 2**21  # the unpickler's memo is an array as long as the highest index
_WORD = 200  # bytes of a name, or of a number written as text

_Skip = Callable[[bytes, int], int]  # gives the position behind an argument


def _sized(size: int) -> _Skip:
    """Skip an argument of fixed size."""
    return lambda _data, at: at + size


def _counted(width: int) -> _Skip:
    """Skip an argument behind its length in ``width`` little-endian bytes."""
    return lambda data, at: at + width + int.from_bytes(data[at : at + width], "little")


def _line(check: Callable[[bytes], bool], most: int | None = _WORD) -> _Skip:
    """Skip an argument that ends with its line, as protocol 0 has them."""

    def skip(data: bytes, at: int) -> int:
        end = data.find(b"\n", at, at + most + 1 if most else None)
        if end < 0 or not check(data[at:end]):
            raise refuse("malformed", "an argument that is too long, or not of its form")
        return end + 1

    return skip


def _long(data: bytes, at: int) -> int:
    """Skip an integer of at most 64 bits."""
    end = at + 1 + int.from_bytes(data[at : at + 1], "little")
    if end - at > 10 or not _fits(int.from_bytes(data[at + 1 : end], "little", signed=True)):
        raise refuse("too_large", "an integer of more than 64 bits")
    return end


def _long_index(data: bytes, at: int) -> int:
    """Skip an index at which the unpickler will store something."""
    if int.from_bytes(data[at : at + 4], "little") >= _MEMO:
        raise refuse("too_large", "an index beyond all that a file can hold")
    return at + 4


def _global(data: bytes, at: int) -> int:
    """Skip the name of a class or function: two lines."""
    line = _line(bytes.isascii)
    return line(data, line(data, at))


def _fits(number: int) -> bool:
    """Tell whether an integer has at most 64 bits, signed or not."""
    return -(2**63) <= number < 2**64


def _is_index(line: bytes) -> bool:
    return line.isdigit() and int(line) < _MEMO


def _is_integer(line: bytes) -> bool:
    return re.fullmatch(rb"-?[0-9]{1,20}L?", line) is not None and _fits(int(line.rstrip(b"L")))


def _is_float(line: bytes) -> bool:
    return re.fullmatch(rb"-?(?:inf|nan|[0-9.]{1,30}(?:e[+-]?[0-9]{1,4})?)", line) is not None


ARGUMENTS: dict[int, _Skip] = {
    **dict.fromkeys(b"()]}Rabdelstu\x81\x85\x86\x87\x93\x94N\x88\x89", _sized(0)),
    **dict.fromkeys(b"Kqh", _sized(1)),  # BININT1 BINPUT BINGET
    **dict.fromkeys(b"M", _sized(2)),  # BININT2
    **dict.fromkeys(b"Jj", _sized(4)),  # BININT LONG_BINGET
    **dict.fromkeys(b"G\x95", _sized(8)),  # BINFLOAT FRAME
    **dict.fromkeys(b"C\x8c", _counted(1)),  # SHORT_BINBYTES SHORT_BINUNICODE
    **dict.fromkeys(b"BX", _counted(4)),  # BINBYTES BINUNICODE
    **dict.fromkeys(b"\x96", _counted(8)),  # BYTEARRAY8
    **dict.fromkeys(b"V", _line(lambda _text: True, None)),  # UNICODE
    **dict.fromkeys(b"pg", _line(_is_index)),  # PUT GET
    **dict.fromkeys(b"IL", _line(_is_integer)),  # INT LONG
    **dict.fromkeys(b"F", _line(_is_float)),  # FLOAT
    **dict.fromkeys(b"\x8a", _long),  # LONG1
    **dict.fromkeys(b"r", _long_index),  # LONG_BINPUT
    **dict.fromkeys(b"c", _global),  # GLOBAL
}
KINDS = {
    **dict.fromkeys(b"NKMJGCBXVILFhjg\x88\x89\x8a\x8c\x96", "values"),
    **dict.fromkeys(b")]}tld\x85\x86\x87cRb\x81\x93", "containers"),
}
CLOSERS = frozenset(b"teuld")  # TUPLE APPENDS SETITEMS LIST DICT, which take all up to the last mark
CELLS = frozenset(b"NKMJGXhj\x88\x89\x8a\x8c")  # what a run may begin with
# Texts: the bytes of opcode and length before one, those of the line's end after it, and how it is encoded.
TEXTS = {0x8C: (2, 0, "utf-8"), ord("X"): (5, 0, "utf-8"), ord("V"): (1, 1, "raw-unicode-escape")}


def unicode_text(data: bytes, encoding: str = "utf-8") -> str:
    """Decode a text. One with half a surrogate pair is refused: it could never be sent."""
    try:
        text = data.decode(encoding)
        text.encode()
    except UnicodeError as error:
        raise refuse("text", "a text that is not Unicode") from error
    return text


SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")


class Runs(NamedTuple):
    """What skips a thousand cells, fewer, and one; ``head`` is the bytes before a cell's text."""

    full: re.Pattern[bytes]
    part: re.Pattern[bytes]
    cell: re.Pattern[bytes]
    head: int


@cache
def runs(*, old: bool, longest: int) -> Runs:
    """Compile the expressions; ``old`` is how protocols below 4 write texts, ``longest`` bounds these.

    They are possessive: nothing is ever tried twice, so that the time is linear in the bytes. A FRAME may begin between
    any two cells, and counts as one.
    """
    head, high, memo = (b"X", b"\0\0\0", rb"(?:q.|r..[\x00-\x1f]\x00)?+") if old else (b"\x8c", b"", b"\x94?+")
    sizes = range(min(_SHORT, longest) + 1)
    texts = b"|".join(b"%b%b.{%d}" % (re.escape(bytes([size])), high, size) for size in sizes)
    longs = b"|".join(b"%b.{%d}" % (bytes([size]), size) for size in range(1, 9))
    cell = b"(?s:%b(?:%b)%b|j....|h.|G.{8}|K.|[N\x88\x89]|M..|J....|\x8a(?:%b)|\x95.{8})" % (head, texts, memo, longs)
    full, part = b"%b{%d}+" % (cell, RUN), b"%b{1,%d}+" % (cell, RUN - 1)
    return Runs(re.compile(full), re.compile(part), re.compile(cell), len(head + high) + 1)

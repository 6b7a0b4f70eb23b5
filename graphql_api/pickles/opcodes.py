"""The table of opcodes of genuine frames: argument and result of each.

Every other opcode is refused: POP, POP_MARK, DUP, PERSID, BINPERSID, EXT1 to EXT4, INST, OBJ, NEWOBJ_EX, the strings of
Python 2, LONG4, BINBYTES8, BINUNICODE8, and the buffers that protocol 5 keeps outside of the file.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple

from graphql_api.pickles.limits import refuse

RUN = 1000  # picklers write lists in batches of a thousand
_SHORT = 127  # bytes of a text that runs skip: each length is one branch of an expression
_MEMO = 2**21  # the unpickler's memo is an array as long as the highest index
_WORD = 200  # bytes of a name, or of a number written as text
_LONG = 17  # bytes of the longest integer: 128 bits, as the numbers within a UUID have, and a sign
_ARGUMENTS = 8  # arguments of a call that runs skip

_Skip = Callable[[bytes, int], int]  # gives the position behind an argument


def _sized(size: int) -> _Skip:
    """Skip an argument of fixed size."""
    return lambda _data, at: at + size


def _counted(width: int) -> _Skip:
    """Skip an argument after its length in ``width`` little-endian bytes."""
    return lambda data, at: at + width + int.from_bytes(data[at : at + width], "little")


def _line(check: Callable[[bytes], bool], most: int | None = _WORD) -> _Skip:
    """Skip an argument that ends with its line, as in protocol 0."""

    def skip(data: bytes, at: int) -> int:
        end = data.find(b"\n", at, at + most + 1 if most else None)
        if end < 0 or not check(data[at:end]):
            raise refuse("malformed", "an argument that is too long, or not of its form")
        return end + 1

    return skip


def _long(data: bytes, at: int) -> int:
    """Skip an integer of at most 128 bits. Columns have at most 64."""
    size = int.from_bytes(data[at : at + 1], "little")
    if size > _LONG:
        raise refuse("too_large", "an integer of more than 128 bits")
    return at + 1 + size


def _long_index(data: bytes, at: int) -> int:
    """Skip an index at which the unpickler will store something."""
    if int.from_bytes(data[at : at + 4], "little") >= _MEMO:
        raise refuse("too_large", "an index beyond all that a file can hold")
    return at + 4


def _global(data: bytes, at: int) -> int:
    """Skip the name of a class or function: two lines."""
    line = _line(bytes.isascii)
    return line(data, line(data, at))


def _is_index(line: bytes) -> bool:
    return line.isdigit() and int(line) < _MEMO


def _is_integer(line: bytes) -> bool:
    return re.fullmatch(rb"-?[0-9]{1,39}L?", line) is not None


def _is_float(line: bytes) -> bool:
    return re.fullmatch(rb"-?(?:inf|nan|[0-9.]{1,30}(?:e[+-]?[0-9]{1,4})?)", line) is not None


ARGUMENTS: dict[int, _Skip] = {
    **dict.fromkeys(b"()]}Rabdelstu\x81\x85\x86\x87\x8f\x90\x91\x93\x94N\x88\x89", _sized(0)),
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
    **dict.fromkeys(b")]}tld\x85\x86\x87\x8f\x91cRb\x81\x93", "containers"),
}
# TUPLE APPENDS SETITEMS LIST DICT ADDITEMS FROZENSET, which take all up to the last mark
CLOSERS = frozenset(b"teuld\x90\x91")
SILENT = b"as("  # those that are neither a value nor a container
CALLS = b"\x85\x86\x87tR"  # those that make a container within a run: tuples, and calls
STARTS = frozenset(b"NKMJGXhjCVgIFL\x88\x89\x8a\x8c(\x85\x86\x87R")  # what a run may begin with
# Texts: the bytes of opcode and length before one, those of the line's end after it, and how it is encoded.
TEXTS = {0x8C: (2, 0, "utf-8"), ord("X"): (5, 0, "utf-8"), ord("V"): (1, 1, "raw-unicode-escape")}


def unicode_text(data: bytes, encoding: str = "utf-8") -> str:
    """Decode a text. A lone surrogate is refused, since it cannot be sent."""
    try:
        text = data.decode(encoding)
        text.encode()
    except UnicodeError as error:
        raise refuse("text", "a text that is not Unicode") from error
    return text


SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")


class Runs(NamedTuple):
    """What skips a thousand simple cells, fewer tokens, and one opcode of these; ``head`` bytes stand before a text."""

    full: re.Pattern[bytes]
    part: re.Pattern[bytes]
    opcode: re.Pattern[bytes]
    text: int
    head: int


@cache
def runs(*, old: bool, longest: int) -> Runs:
    """Compile the expressions; ``old`` is how protocols below 4 write texts, ``longest`` bounds these.

    A token is a simple cell, a step of a call on some of them (dates, decimals and numpy's scalars are such calls), or
    what puts one into a list or dict, where this is not done for many at once.
    The expressions are possessive: what was matched is never tried in another way, so that the time is linear in the
    bytes. A FRAME may begin between any two cells, and counts as one.
    """
    head, high, memo = (b"X", b"\0\0\0", _OLD_MEMO) if old else (b"\x8c", b"", rb"\x94?+")
    texts = _sizes(range(min(_SHORT, longest) + 1), high)
    lines = _lines(longest) + b"|" if old else b""
    cell = b"(?:%b(?:%b)%b|j....|h.|G.{8}|K.|[N\x88\x89]|M..|J....|\x8a(?:%b)|C(?:%b)%b|%b\x95.{8})" % (
        *(
            head,
            texts,
            memo,
            _sizes(range(1, _LONG + 1)),
            _sizes(range(min(_MAX_BYTES_LENGTH, longest) + 1)),
            memo,
            lines,
        ),
    )
    token = b"(?:%b|[\x85\x86\x87R]%b|[as]|[(]%b{0,%d}+t%b)" % (cell, memo, cell, _ARGUMENTS, memo)
    opcode = b"(?:%b|[\x85\x86\x87tR]%b|[as(])" % (cell, memo)
    patterns = b"%b{%d}+" % (cell, RUN), b"%b{1,%d}+" % (token, RUN - 1), opcode
    full, part, one = (re.compile(b"(?s:%b)" % pattern) for pattern in patterns)
    return Runs(full, part, one, head[0], len(head + high) + 1)


_OLD_MEMO = rb"(?:q.|r..[\x00-\x1f]\x00|p[0-9]{1,6}\n)?+"
_MAX_BYTES_LENGTH = 16  # of numpy's longest number, which is longer than what holds a date


def _sizes(sizes: Iterable[int], high: bytes = b"") -> bytes:
    """Match what follows its length, which has one byte and zeros above; each length is one branch."""
    return b"|".join(b"%b%b.{%d}" % (re.escape(bytes([size])), high, size) for size in sizes)


def _lines(longest: int) -> bytes:
    """Match cells as protocol 0 writes them, a line each; texts up to a third of the bytes that they may become."""
    text = rb"V(?:[^\n\\]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}){0,%d}+\n" % min(_SHORT, longest // 3)
    return b"(?:%b)%b|g[0-9]{1,6}\\n" % (rb"%b|[IL]-?[0-9]{1,18}L?\n|F(?:-?[0-9.]{1,30}|nan)\n" % text, _OLD_MEMO)

"""The check before the unpickler: one pass over the opcodes, which allows only those of genuine frames.

The C unpickler is fast but trusting: one opcode can make it reserve gigabytes, and it hashes whatever a file uses as
the key of a dict, which crashes on deep tuples. So the stream is checked and copied: what genuine frames never use is
refused, sizes and counts are bounded, and every dict becomes a stand-in that hashes nothing. Frames consist almost
wholly of runs of simple cells; a regular expression skips those at the speed of C.
"""

from operator import itemgetter

from graphql_api.pickles.limits import Limits, refuse
from graphql_api.pickles.opcodes import (
    ARGUMENTS,
    CALLS,
    CLOSERS,
    KINDS,
    RUN,
    SILENT,
    STARTS,
    SURROGATE,
    TEXTS,
    runs,
    unicode_text,
)

_MARK, _STOP, _PROTO, _DICT = b"(.\x80d"
_NEW_DICT = b"c=\ndict\n)R"  # calls what ``names`` has for this name, which no genuine file holds
# No replacement is shorter than what it replaces, except in protocols without FRAME: a FRAME's length, which promises
# that as many bytes follow, stays true.
_REPLACED = {
    ord("}"): _NEW_DICT,  # EMPTY_DICT
    _DICT: _NEW_DICT,  # and the mark before it: how protocol 0 writes an empty dict
    0x81: b"R",  # NEWOBJ asks for a real class; stand-ins are called, as REDUCE does
    # Sets hash what is in them; no column holds one, and as lists they are left out like lists.
    0x8F: b"]",
    0x90: b"e",
    0x91: b"l",
}


def transcribe(data: bytes, limits: Limits) -> bytes:
    """Return a checked copy of a pickle stream for ``standins.unpickle``.

    Raises ``DataCorrupt`` for opcodes, sizes, counts or depths that no genuine frame has, and for bytes after its end.
    """
    scan = _Scan(data, limits)
    position = scan.start
    while (opcode := scan.opcode(position)) != _STOP:
        position = (opcode in STARTS and scan.run(position)) or scan.step(opcode, position)
    if position + 1 != len(data):
        raise refuse("trailing_bytes", f"{len(data) - position - 1} bytes after the end of the pickle")
    return scan.copy()


class _Scan:
    """The state of one pass: the remaining limits, and the copy."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self.protocol, self.start = self.header()
        self.runs = runs(old=self.protocol < 4, longest=limits.text)
        # A few values describe the frame itself, or are parts of cells that are objects.
        most = limits.cells + limits.containers
        self.room = {"containers": limits.containers, "values": most, "steps": limits.steps}
        self.depth = 0
        self.previous = 0
        self.parts: list[bytes] = []
        self.copied = 0

    def header(self) -> tuple[int, int]:
        """Return the protocol and the start of the stream after it. Protocols 0 and 1 have no header."""
        if self.opcode(0) != _PROTO:
            return 0, 0
        protocol = self.opcode(1)
        if protocol > 5:
            raise refuse("malformed", f"pickle protocol {protocol}")
        return protocol, 2

    def opcode(self, position: int) -> int:
        """Return the byte at ``position``."""
        if position >= len(self.data):
            raise refuse("malformed", "a pickle that ends early")
        return self.data[position]

    def run(self, position: int) -> int:
        """Skip a thousand simple cells, or fewer tokens. Return the position after them, 0 if there are none."""
        self.spend("steps", 1)
        runs = self.runs
        match = runs.full.match(self.data, position)
        if match is not None:
            self.spend("values", RUN)
        else:
            match = runs.part.match(self.data, position)
            if match is None:
                return 0
            self.spend_opcodes(runs.opcode.findall(self.data, position, match.end()))
        end = match.end()
        if SURROGATE.search(self.data, position, end):  # or a number that looks like one
            for cell in runs.opcode.findall(self.data, position, end):
                if cell[0] == runs.text:
                    unicode_text(cell[runs.head : runs.head + cell[1]])
        self.previous = 0
        return end

    def spend_opcodes(self, opcodes: list[bytes]) -> None:
        """Count the values and containers of a run."""
        kinds = bytes(map(itemgetter(0), opcodes))
        containers = sum(map(kinds.count, CALLS))
        self.spend("containers", containers)
        self.spend("values", len(kinds) - containers - sum(map(kinds.count, SILENT)))

    def step(self, opcode: int, position: int) -> int:
        """Check one opcode. Return the position of the next."""
        skip = ARGUMENTS.get(opcode)
        if skip is None:
            raise refuse("opcode", f"opcode {opcode:#04x}, which no frame is written with")
        end = skip(self.data, position + 1)
        if end > len(self.data):
            raise refuse("malformed", "a pickle that ends early")
        self.spend("steps", 1)
        if opcode in KINDS:
            self.spend(KINDS[opcode], 1)
        self.nest(opcode)
        if opcode in TEXTS:
            self.text(opcode, position, end)
        elif opcode in _REPLACED:
            self.replace(opcode, position, end)
        self.previous = opcode
        return end

    def spend(self, kind: str, count: int) -> None:
        """Check the limits of counts."""
        self.room[kind] -= count
        if self.room[kind] < 0:
            raise refuse("too_large", f"more {kind} than a frame may hold")

    def nest(self, opcode: int) -> None:
        """Check the limit of open marks. Each is a collection that is not complete."""
        self.depth += (opcode == _MARK) - (opcode in CLOSERS)
        if not 0 <= self.depth <= self.limits.nesting:
            raise refuse("nesting", "collections nested too deeply, or closed twice")

    def text(self, opcode: int, position: int, end: int) -> None:
        """Check one text. Protocols 0 to 2 write bytes as texts too, of any length: such a one is copied as bytes."""
        head, tail, encoding = TEXTS[opcode]
        text = unicode_text(self.data[position + head : end - tail], encoding)
        if len(text) <= self.limits.text and len(text.encode()) <= self.limits.text:
            return
        if self.protocol > 2 or max(text) > "\xff":
            raise refuse("too_large", "a text longer than a cell may be")
        self.put(position, b"B" + len(text).to_bytes(4, "little") + text.encode("latin-1"), end)

    def replace(self, opcode: int, position: int, end: int) -> None:
        """Copy another opcode in place of the current one."""
        if opcode == _DICT:
            if self.previous != _MARK:
                raise refuse("opcode", "a dict made from a mark")
            position -= 1
        self.put(position, _REPLACED[opcode], end)

    def put(self, position: int, other: bytes, end: int) -> None:
        """Copy the bytes before ``position``, then ``other``. Continue at ``end``."""
        self.parts += self.data[self.copied : position], other
        self.copied = end

    def copy(self) -> bytes:
        """Return the whole copy, in one frame: the unpickler then takes it in one piece, not opcode by opcode."""
        body = b"".join([*self.parts, self.data[self.copied :]])
        return b"\x95" + len(body).to_bytes(8, "little") + body

"""Hostile files: each way of attack that is known is refused, and nothing that a file names is run."""

import contextlib
import copyreg
import pickle
import struct
from typing import Any

import numpy as np
import pytest

from graphql_api.errors import DataCorrupt
from graphql_api.pickles import Limits, loads

TRIPPED: list[Any] = []


def trip(*args: Any) -> None:
    """Leave a trace of having been called."""
    TRIPPED.append(args)


class Trap:
    """Leaves a trace of having been made or given a state."""

    def __new__(cls, *args: Any) -> "Trap":
        """Leave it."""
        trip(*args)
        return super().__new__(cls)

    def __setstate__(self, state: Any) -> None:
        """Leave it."""
        trip(state)


# --- An assembler of pickles ---------------------------------------------------------------------------------------


def name(module: str, attribute: str) -> bytes:
    """Name a class or function."""
    return f"c{module}\n{attribute}\n".encode()


def text(value: str) -> bytes:
    """Write a text."""
    data = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(data)) + data


def raw(data: bytes) -> bytes:
    """Write bytes."""
    return b"B" + struct.pack("<I", len(data)) + data


def number(value: int) -> bytes:
    """Write an integer of up to 64 bits."""
    return b"\x8a\x09" + value.to_bytes(9, "little", signed=True)


def many(*values: bytes) -> bytes:
    """Write a tuple."""
    return b"(" + b"".join(values) + b"t"


def listed(*values: bytes) -> bytes:
    """Write a list."""
    return b"](" + b"".join(values) + b"e"


def mapping(**values: bytes) -> bytes:
    """Write a dict."""
    return b"}(" + b"".join(text(key) + value for key, value in values.items()) + b"u"


def call(function: bytes, *args: bytes) -> bytes:
    """Write a call."""
    return function + many(*args) + b"R"


def state(made: bytes, given: bytes) -> bytes:
    """Give a state to what was made."""
    return made + given + b"b"


NONE, TRUE, FALSE = b"N", b"\x88", b"\x89"
MULTIARRAY = "numpy._core.multiarray"


def dtype(spec: str, order: str = "<", *rest: bytes) -> bytes:
    """Write a numpy dtype."""
    made = call(name("numpy", "dtype"), text(spec), FALSE, TRUE)
    rest = rest or (NONE, NONE, NONE, number(-1), number(-1), number(0))
    return state(made, many(number(3), text(order), *rest))


def blank() -> bytes:
    """Write an array before it has its content."""
    return call(name(MULTIARRAY, "_reconstruct"), name("numpy", "ndarray"), many(number(0)), raw(b"b"))


def array(shape: tuple[int, ...], kind: bytes, content: bytes) -> bytes:
    """Write a numpy array."""
    return state(blank(), many(number(1), many(*map(number, shape)), kind, FALSE, content))


def objects(*cells: bytes, shape: tuple[int, ...] | None = None) -> bytes:
    """Write an array of objects, one column unless told otherwise."""
    return array(shape or (1, len(cells)), dtype("O8", "|"), listed(*cells))


def integers(*values: int, shape: tuple[int, ...] | None = None) -> bytes:
    """Write an array of integers, one column unless told otherwise."""
    return array(shape or (1, len(values)), dtype("i8"), raw(np.array(values, "<i8").tobytes()))


def index(*labels: str) -> bytes:
    """Write an index of texts."""
    data = objects(*map(text, labels), shape=(len(labels),))
    made = name("pandas.core.indexes.base", "_new_Index")
    return call(made, name("pandas.core.indexes.base", "Index"), mapping(data=data, name=NONE))


def rows(stop: int, step: int = 1) -> bytes:
    """Write a range index."""
    made = name("pandas.core.indexes.base", "_new_Index")
    bounds = mapping(name=NONE, start=number(0), stop=number(stop), step=number(step))
    return call(made, name("pandas.core.indexes.range", "RangeIndex"), bounds)


def places(start: int, stop: int) -> bytes:
    """Write where a block's columns lie."""
    return call(name("builtins", "slice"), number(start), number(stop), number(1))


def block(values: bytes, place: bytes = places(0, 1)) -> bytes:
    """Write a block."""
    return call(name("pandas._libs.internals", "_unpickle_block"), values, place, number(2))


def frame(*blocks: bytes, labels: bytes = index("a"), index: bytes = rows(1), more: bytes = b"") -> bytes:
    """Write a DataFrame."""
    manager = name("pandas.core.internals.managers", "BlockManager")
    made = name("pandas.core.frame", "DataFrame") + b")\x81"
    content = call(manager, many(*blocks), listed(labels, index))
    return b"\x80\x04" + state(made, mapping(_mgr=content) + more) + b"."


def column(values: bytes) -> bytes:
    """Write a DataFrame of one column."""
    return frame(block(values))


def cell(value: bytes) -> bytes:
    """Write a DataFrame of one cell."""
    return column(objects(value))


def backed(kind: str, *content: bytes) -> bytes:
    """Write one of pandas' own arrays."""
    made = call(
        name("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked"), name("pandas.arrays", kind), number(1), NONE
    )
    return state(made, many(*content))


def categories(codes: bytes, known: bytes = index("x", "y")) -> bytes:
    """Write a categorical array."""
    made = call(
        name("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked"), name("pandas", "Categorical"), number(1), NONE
    )
    kind = state(name("pandas", "CategoricalDtype") + b")\x81", mapping(categories=known, ordered=FALSE))
    return state(made, many(kind, codes))


def arrow(alias: str, length: int | bytes, *buffers: bytes, offset: int | bytes = 0, zone: str = "") -> bytes:
    """Write one of pyarrow's arrays within pandas'; a length may be another value than a number."""
    kind = call(name("pyarrow.lib", "type_for_alias"), text(alias))
    if zone:
        kind = call(name("pyarrow.lib", "timestamp"), text(alias), text(zone))
    length, offset = (number(value) if isinstance(value, int) else value for value in (length, offset))
    given = [buffer if buffer == NONE else call(name("pyarrow.lib", "py_buffer"), raw(buffer)) for buffer in buffers]
    parts = many(kind, length, number(0), offset, listed(*given), b"]", NONE)
    made = name("pandas.arrays", "ArrowStringArray") + b")\x81"
    return state(made, mapping(_pa_array=call(name("pyarrow.lib", "_restore_array"), parts), _dtype=NONE))


def offsets(*values: int) -> bytes:
    """Pack the offsets of a text array."""
    return struct.pack(f"<{len(values)}i", *values)


def masked(data: bytes, mask: bytes) -> bytes:
    """Write a nullable array."""
    return state(name("pandas.arrays", "IntegerArray") + b")\x81", mapping(_data=data, _mask=mask))


HARMLESS = {
    "objects": cell(text("晴")),
    "integers": column(integers(7)),
    "categories": column(categories(array((1,), dtype("i1"), raw(b"\x01")))),
    "arrow": column(arrow("string", 1, NONE, offsets(0, 1), b"x")),
    "nullable": column(masked(array((1,), dtype("i1"), raw(b"\x01")), array((1,), dtype("b1"), raw(b"\x01")))),
    "texts": column(backed("StringArray", NONE, objects(text("x")))),
    "two blocks": frame(block(integers(1), places(1, 2)), block(objects(NONE)), labels=index("a", "b")),
}


@pytest.mark.parametrize("what", HARMLESS)
def test_harmless(what: str) -> None:
    """What the assembler writes is read, so that the refusals below are for what is hostile in it."""
    assert loads(HARMLESS[what]).rows == 1


# --- Attacks -------------------------------------------------------------------------------------------------------

HERE = __name__
LAMBDA = name(HERE, "trip")

EXECUTION = {
    "a call": call(LAMBDA) + b".",
    "a call in a frame": cell(call(LAMBDA)),
    "a call under a frame": many(call(LAMBDA), cell(NONE)[2:-1]) + b"1" + b".",
    "a class": name(HERE, "Trap") + b")\x81.",
    "a class with keywords": name(HERE, "Trap") + b")}\x92.",
    "an instance": b"(i" + f"{HERE}\nTrap\n.".encode(),
    "an object": b"(" + name(HERE, "Trap") + b"o.",
    "a state": state(name(HERE, "Trap") + b")\x81", mapping(a=NONE)) + b".",
    "a name from the stack": b"\x80\x04" + text(HERE) + text("trip") + b"\x93)R.",
    "a partial": call(name("functools", "partial"), LAMBDA) + b")R.",
    "system": call(name("os", "system"), text("exit 1")) + b".",
    "eval": call(name("builtins", "eval"), text("1/0")) + b".",
    "dotted names": call(name("pandas", "io.common.os.system"), text("exit 1")) + b".",
    "getattr of globals": call(
        name("builtins", "getattr"), name("pandas.core.indexes.base", "_new_Index"), text("__globals__")
    )
    + b".",
    "getattr of a method": cell(call(name("builtins", "getattr"), name("numpy", "ndarray"), text("tofile"))),
    "getattr of another zone": cell(call(name("builtins", "getattr"), name("zoneinfo", "ZoneInfo"), text("no_cache"))),
    "a class with another base": call(
        name("copyreg", "_reconstructor"), name("pandas", "DataFrame"), name("pandas", "Index"), NONE
    )
    + b".",
    "encode with another codec": column(
        array((1, 1), dtype("i8"), call(name("_codecs", "encode"), text("x"), text("zip")))
    ),
    "a persistent id": b"Pid\n.",
    "a persistent id of any kind": text("id") + b"Q.",
}

POISON = {
    "a class": state(name("pandas", "DataFrame"), many(NONE, mapping(to_dict=TRUE))) + b".",
    "a function": state(name("pandas.core.indexes.base", "_new_Index"), many(NONE, mapping(__doc__=TRUE))) + b".",
    "a method of a frame": frame(block(integers(1)), more=mapping(to_dict=TRUE) + b"b"),
    "a frame given slots": state(name("pandas", "DataFrame") + b")\x81", many(NONE, mapping(to_dict=TRUE))) + b".",
    "a list": state(b"]", mapping(append=NONE)) + b".",
    "a dict": state(b"}", mapping(get=NONE)) + b".",
    "the stand-in of a dict": state(name("=", "dict"), many(NONE, mapping(append=NONE))) + b".",
    "two states": cell(state(state(call(name("datetime", "date"), raw(b"\x07\xe8\x01\x01")), NONE), TRUE)),
    "items of an object": name("pandas", "DataFrame") + b")\x81" + text("a") + NONE + b"s.",
    "appending to an object": name("pandas", "DataFrame") + b")\x81" + NONE + b"a.",
}

MEMORY = {
    "a structured dtype": column(
        array(
            (1, 1),
            dtype(
                "V8",
                "|",
                NONE,
                many(text("f")),
                mapping(f=many(dtype("O8", "|"), number(0))),
                number(8),
                number(1),
                number(0),
            ),
            raw(bytes(8)),
        )
    ),
    "objects as bytes": column(array((1, 1), dtype("O8", "|"), raw(b"\x01" * 8))),
    "objects as bytes by a buffer": column(
        call(
            name("numpy._core.numeric", "_frombuffer"),
            raw(b"\x01" * 8),
            dtype("O8", "|"),
            many(number(1), number(1)),
            text("C"),
        )
    ),
    "a sub-array dtype": column(
        array(
            (1, 1),
            dtype("i8", "<", many(dtype("i8"), number(9)), NONE, NONE, number(-1), number(-1), number(0)),
            raw(bytes(8)),
        )
    ),
    "an array without content": column(blank()),
    "a short buffer": column(array((1, 1), dtype("i8"), raw(bytes(7)))),
    "a long buffer": column(array((1, 1), dtype("i8"), raw(bytes(9)))),
    "a negative shape": column(array((-1, -1), dtype("i8"), raw(bytes(8)))),
    "a shape that overflows": column(array((2**32, 2**32), dtype("i8"), raw(b""))),
    "a huge empty shape": column(array((0, 2**40), dtype("i8"), raw(b""))),
    "a shape of three": column(array((1, 1, 1), dtype("i8"), raw(bytes(8)))),
    "fewer objects than the shape": column(objects(NONE, shape=(1, 2))),
    "a scalar of objects": cell(call(name(MULTIARRAY, "scalar"), dtype("O8", "|"), raw(bytes(8)))),
    "a short scalar": cell(call(name(MULTIARRAY, "scalar"), dtype("f8"), raw(bytes(7)))),
    "a scalar of no characters": cell(call(name(MULTIARRAY, "scalar"), dtype("U1"), raw(b"\xff\xff\xff\xff"))),
    "codes beyond the categories": column(categories(array((1,), dtype("i1"), raw(b"\x02")))),
    "codes below the categories": column(categories(array((1,), dtype("i1"), raw(b"\xfe")))),
    "codes that are fractions": column(categories(array((1,), dtype("f8"), raw(bytes(8))))),
    "offsets beyond the data": column(arrow("string", 1, NONE, offsets(0, 2), b"x")),
    "offsets below the data": column(arrow("string", 1, NONE, offsets(-1, 1), b"x")),
    "offsets that descend": column(arrow("string", 2, NONE, offsets(0, 9, 1), b"x")),
    "too few offsets": column(arrow("string", 1, NONE, offsets(0), b"x")),
    "offsets within a character": column(arrow("string", 1, NONE, offsets(0, 1), "晴".encode())),
    "too few validity bits": column(arrow("string", 9, b"\xff", offsets(*[0] * 10), b"")),
    "a chunk beyond its buffer": column(arrow("int64", 1, NONE, bytes(8), offset=1)),
    "a negative chunk": column(arrow("int64", -1, NONE, bytes(8))),
    "a mask of another length": column(
        masked(array((1,), dtype("i1"), raw(b"\1")), array((2,), dtype("b1"), raw(b"\1\1")))
    ),
    "a mask of numbers": column(masked(array((1,), dtype("i1"), raw(b"\1")), array((1,), dtype("i1"), raw(b"\1")))),
}

STRUCTURE = {
    "a column in two blocks": frame(block(integers(1)), block(integers(1))),
    "a column in no block": frame(block(integers(1)), labels=index("a", "b")),
    "a block too far": frame(block(integers(1), places(1, 2))),
    "a block at a negative place": frame(block(integers(1), integers(-1, shape=(1,)))),
    "a block of two at one place": frame(block(integers(1, 2, shape=(2, 1)))),
    "columns of two lengths": frame(block(integers(1)), block(integers(1, 2), places(1, 2)), labels=index("a", "b")),
    "a range without a step": frame(labels=rows(1, 0)),
    "an endless range": frame(labels=rows(2**62)),
    "endless rows": frame(labels=rows(0), index=rows(2**60)),
    "a list as its own cell": column(array((1, 1), dtype("O8", "|"), b"]q\x00h\x00a")),
    "a frame in itself": b"\x80\x04" + name("pandas", "DataFrame") + b")\x81q\x00}" + text("_mgr") + b"h\x00sb.",
    "a frame as a cell": cell(cell(NONE)[2:-1]),
    "categories of categories": column(
        categories(
            array((1,), dtype("i1"), raw(b"\0")),
            call(
                name("pandas.core.indexes.base", "_new_Index"),
                name("pandas", "Index"),
                mapping(data=categories(array((1,), dtype("i1"), raw(b"\0")))),
            ),
        )
    ),
    "keys that are no texts": state(name("pandas", "DataFrame") + b")\x81", b"}(" + many(NONE) + NONE + b"u") + b".",
    "a class as a frame": name("pandas", "DataFrame") + b".",
    "a function as a cell": cell(name("pandas", "DataFrame")),
    "a date that is none": cell(call(name("datetime", "date"), raw(b"\xff\xff\xff\xff"))),
    "a time that is none": cell(call(name("datetime", "datetime"), raw(b"\xff" * 10))),
    "a date in year 0": cell(call(name("datetime", "date"), raw(b"\0\0\1\1"))),
    "a Timestamp beyond 64 bits": cell(
        call(name("pandas._libs.tslibs.timestamps", "_unpickle_timestamp"), number(2**63), NONE, NONE, number(10))
    ),
    "a Timestamp in year 12000": cell(
        call(name("pandas._libs.tslibs.timestamps", "_unpickle_timestamp"), number(316516204800), NONE, NONE, number(7))
    ),
    "a Decimal of many digits": cell(call(name("decimal", "Decimal"), text("9" * 5000))),
    "an endless Decimal": cell(call(name("decimal", "Decimal"), text("1E999999999"))),
    "half a character": cell(text("\ud800")),
    "half a character among others": column(objects(*[text("x")] * 2000, text("\udfff"), shape=(1, 2001))),
    "half a character in protocol 0": b"V\\ud800\n.",
    "half a character in protocol 4": b"\x80\x04\x8c\x03\xed\xa0\x80.",
    "broken UTF-8": b"X\x01\x00\x00\x00\xff.",
    "an Arrow array of a boolean length": column(arrow("int64", TRUE, NONE, bytes(8))),
    "an Arrow array from a boolean offset": column(arrow("int64", 1, NONE, bytes(16), offset=TRUE)),
    "an Arrow zone of a mebibyte": column(arrow("us", 1, NONE, bytes(8), zone="x" * 2**20)),
    "an unknown time zone": cell(
        call(
            name("datetime", "datetime"), raw(b"\x07\xe8\x01\x01" + bytes(6)), call(name("pytz", "_p"), text("Nowhere"))
        )
    ),
}

BOMBS = {
    "a memo index": NONE + b"r\xff\xff\xff\x7f.",
    "a memo index in protocol 0": NONE + b"p2147483647\n.",
    "a memo index of many digits": NONE + b"p" + b"9" * 100_000 + b"\n.",
    "a long integer": b"\x8b\xff\xff\xff\x7f.",
    "a long integer of 255 bytes": b"\x8a\xff" + b"\x01" * 255 + b".",
    "an integer of many digits": b"I" + b"9" * 100_000 + b"\n.",
    "a long of many digits": b"L" + b"9" * 100_000 + b"L\n.",
    "a float of many digits": b"F" + b"9" * 100_000 + b"\n.",
    "a text longer than the file": b"X\xff\xff\xff\x7f.",
    "bytes longer than the file": b"B\xff\xff\xff\x7f.",
    "a buffer longer than the file": b"\x80\x05\x96" + b"\xff" * 7 + b"\x7f.",
    "a frame longer than the file": b"\x80\x04\x95" + b"\xff" * 7 + b"\x7f.",
    "bytes of eight-byte length": b"\x80\x04\x8e" + b"\xff" * 8 + b".",
    "deep tuples": NONE + b"\x85" * 400_000 + b".",
    "deep tuples as keys": b"}" + NONE + b"\x85" * 400_000 + NONE + b"s.",
    "deep lists": b"(" * 100_000 + b"l" * 100_000 + b".",
    "deep objects": name("datetime", "date") + b"q\x00" + b"h\x00" * 300_000 + NONE + b"\x85R" * 300_000 + b".",
    "deep cells": cell(name("datetime", "date") + b"q\x09" + b"h\x09" * 300_000 + NONE + b"\x85R" * 300_001),
    "deep states": (name("datetime", "date") + b")R") * 200_000 + b"b" * 199_999 + b".",
    "deep dicts": b"}N" * 100_000 + b"}" + b"s" * 100_000 + b".",
    "marks": b"(" * 100_000 + b".",
    "empty lists": b"](" + b"]" * 500_001 + b"e.",
    "memoised nothing": NONE + b"\x94" * 700_000 + b".",
    "values": b"](" + NONE * 700_000 + b"e.",
    "shared tuples doubled": b")" + b"q\x00h\x00\x86" * 200_000 + b".",
    "one array as many columns": frame(
        block(integers(*range(90_000)) + b"q\x05"),
        *[block(b"h\x05", places(at, at + 1)) for at in range(1, 100)],
        labels=index(*map(str, range(100))),
    ),
    "one text buffer as many columns": frame(
        block(arrow("string", 1, NONE, offsets(0, 1_000_000), b"x" * 1_000_000) + b"q\x05"),
        *[block(b"h\x05", places(at, at + 1)) for at in range(1, 100)],
        labels=index(*map(str, range(100))),
    ),
    "one chunk many times": column(
        state(
            name("pandas.arrays", "ArrowStringArray") + b")\x81",
            mapping(
                _pa_array=call(
                    name("pyarrow.lib", "chunked_array"),
                    b"]q\x07("
                    + call(
                        name("pyarrow.lib", "_restore_array"),
                        many(
                            call(name("pyarrow.lib", "type_for_alias"), text("int64")) + b"q\x06",
                            *(number(0), number(0), number(0), listed(NONE, NONE), b"]", NONE),
                        ),
                    )
                    + b"q\x08"
                    + b"h\x08" * 200_000
                    + b"e",
                    b"h\x06",
                )
            ),
        )
    ),
    "one Decimal as all cells": column(
        objects(call(name("decimal", "Decimal"), text("1.5")) + b"q\x09", *[b"h\x09"] * 3_000_000, shape=(1, 3_000_001))
    ),
}

ATTACKS = {
    f"{kind}: {what}": data
    for kind, table in [
        ("execution", EXECUTION),
        ("poison", POISON),
        ("memory", MEMORY),
        ("structure", STRUCTURE),
        ("bomb", BOMBS),
    ]
    for what, data in table.items()
}


# What is refused for its number is tried with limits that a smaller number, and so less time, is enough for.
TIGHT = Limits(cells=200_000, containers=400_000)
COUNTS = {f"bomb: {what}" for what in ("empty lists", "memoised nothing", "values", "one chunk many times")}


# What lies in a single column leaves the others as they are: the column is left out, whatever it names is not run.
LEFT_OUT = {
    *(f"execution: {what}" for what in ("a call in a frame", "getattr of a method", "getattr of another zone")),
    *(f"memory: {what}" for what in ("a structured dtype", "a sub-array dtype", "a scalar of objects")),
    *("memory: a short scalar", "memory: a scalar of no characters", "poison: two states"),
    *(f"structure: {what}" for what in ("a list as its own cell", "a frame as a cell", "a function as a cell")),
    *(f"structure: {what}" for what in ("a date that is none", "a time that is none", "a date in year 0")),
    *(f"structure: {what}" for what in ("a Timestamp beyond 64 bits", "a Timestamp in year 12000")),
    *(
        "structure: a Decimal of many digits",
        "structure: an endless Decimal",
        "structure: an Arrow zone of a mebibyte",
        "structure: an unknown time zone",
    ),
}


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack not in LEFT_OUT])
def test_attacks(attack: str) -> None:
    """A hostile file is refused, and nothing that it names has run."""
    TRIPPED.clear()
    with pytest.raises(DataCorrupt) as caught:
        loads(ATTACKS[attack], TIGHT if attack in COUNTS else Limits())
    assert set(caught.value.log_fields) == {"reason", "detail"}
    assert TRIPPED == []


@pytest.mark.parametrize("attack", sorted(LEFT_OUT))
def test_attacks_within_a_column(attack: str) -> None:
    """A hostile cell is never read: its column is left out, and nothing that it names has run."""
    TRIPPED.clear()
    frame = loads(ATTACKS[attack])
    assert (frame.columns, [(part.part, part.label) for part in frame.left_out]) == ((), [("column", "a")])
    assert TRIPPED == []


def test_the_trap_works() -> None:
    """Python's own unpickler does run what the attacks name, so the tests above can fail."""
    TRIPPED.clear()
    for attack in ("a call", "a class", "a state", "a name from the stack", "a partial", "an instance", "an object"):
        pickle.loads(EXECUTION[attack])
    assert len(TRIPPED) >= 7


@pytest.mark.parametrize("opcode", [0x82, 0x83, 0x84])
def test_extension_codes(opcode: int) -> None:
    """Extension codes are refused even where one is registered and its class is cached: they bypass ``find_class``."""
    copyreg.add_extension(HERE, "trip", 7)
    try:
        width = {0x82: 1, 0x83: 2, 0x84: 4}[opcode]
        data = b"\x80\x04" + bytes([opcode]) + (7).to_bytes(width, "little") + b")R."
        pickle.loads(data)
        TRIPPED.clear()
        with pytest.raises(DataCorrupt):
            loads(data)
        assert TRIPPED == []
    finally:
        copyreg.remove_extension(HERE, "trip", 7)
        copyreg.clear_extension_cache()


def test_out_of_band_buffers() -> None:
    """A pickle whose buffers were kept outside of it cannot be whole."""
    data = pickle.dumps(np.arange(3), protocol=5, buffer_callback=lambda _buffer: None)
    with pytest.raises(DataCorrupt):
        loads(data)


def test_trailing_bytes() -> None:
    """Nothing may lie behind the end of a pickle: not even a second one."""
    data = HARMLESS["objects"]
    for more in (b"\0", b".", data):
        with pytest.raises(DataCorrupt) as caught:
            loads(data + more)
        assert caught.value.log_fields["reason"] == "trailing_bytes"


@pytest.mark.parametrize("opcode", range(256))
def test_single_opcodes(opcode: int) -> None:
    """No opcode alone is a frame; before a frame it is refused, or what it makes is never looked at."""
    for data in (bytes([opcode]), bytes([opcode]) + b"."):
        with pytest.raises(DataCorrupt):
            loads(data)
    with contextlib.suppress(DataCorrupt):
        frame = loads(bytes([opcode]) * 50 + HARMLESS["objects"][2:])
        assert [column.cells.tolist() for column in frame.columns] == [["晴"]]


def test_every_cut() -> None:
    """A file that ends early is refused wherever it ends."""
    data = HARMLESS["arrow"]
    for end in range(len(data)):
        with pytest.raises(DataCorrupt):
            loads(data[:end])


def test_shared_cells_are_read_once() -> None:
    """An object that stands in many cells is fine where it is within the limits."""
    cells = [call(name("decimal", "Decimal"), text("1.5")) + b"q\x09", *[b"h\x09"] * 50_000]
    assert loads(column(objects(*cells)), Limits(cells=60_000)).columns[0].cells.tolist() == [1.5] * 50_001

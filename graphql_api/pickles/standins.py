"""Inert stand-ins for a pickle's classes, functions and dicts, so that nothing that it names is used."""

import io
import pickle
from typing import Any

from graphql_api.pickles.limits import refuse
from graphql_api.pickles.names import FOREIGN, NAMES

_SPELLING = 200  # characters of a name that messages show
_FIELDS = 100  # a DataFrame, which has the most, has five attributes; subclasses may add theirs


class Node:
    """One object of the pickle: the word of its class or function, its arguments, and its state (None without one)."""

    __slots__ = ("args", "name", "state")

    def __init__(self, name: str, args: tuple[Any, ...]) -> None:
        """Store the call."""
        self.name = name
        self.args = args
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        """Store the state. No object has two."""
        if self.state is not None:
            raise refuse("malformed", f"a second state for one {self.name}")
        self.state = state


class Foreign(Node):
    """An object of a foreign name. It is never read, so its arguments and content are dropped."""

    __slots__ = ()

    def __setitem__(self, key: Any, value: Any) -> None:
        """Drop an item of what may have been a mapping."""

    def append(self, item: Any) -> None:
        """Drop an item of what may have been a list."""

    def extend(self, items: Any) -> None:
        """Drop several."""


class Name:
    """A class or function that the pickle names. To call it makes a stand-in and does nothing else.

    ``name`` is the word of ``names.NAMES``, ``spelling`` what the pickle itself says, for messages.
    """

    __slots__ = ("name", "spelling")

    def __init__(self, name: str, spelling: str) -> None:
        """Store the name."""
        self.name = name
        self.spelling = spelling

    def __call__(self, *args: Any) -> "Node | Name | Partial | Pairs":
        """Record the call. A few give something that is called or filled in turn."""
        if self.name not in _SPECIAL:
            return Node(self.name, args)
        match self.name, args:
            case "dict", ():
                return Pairs()
            case "reconstructor", (Name(name="foreign") as made, *_):
                return Foreign(FOREIGN, (made.spelling,))
            case "reconstructor", (Name(name=made), Name(name="object"), None):
                return Node(made, ())
            case "partial", (Name(name="block"),):
                return Partial()
            case "getattr", (Name(name="zone_info"), "_unpickle"):
                return Name("zone_key", self.spelling)
        return Foreign(FOREIGN, (self.spelling,))

    def __setstate__(self, state: Any) -> None:
        """Refuse: on a real class or function this would be ``setattr``."""
        raise refuse("global_state", f"a state for {self.name}, which is a class or function")


_SPECIAL = frozenset({"dict", "reconstructor", "partial", "getattr", FOREIGN})


class Partial:
    """What pandas 1.3 makes blocks with; its state repeats the function and says how many dimensions."""

    __slots__ = ("state",)

    def __call__(self, *args: Any) -> Node:
        """Make the block."""
        return Node("block", args)

    def __setstate__(self, state: Any) -> None:
        """Keep the state, which nothing asks for."""
        self.state = state


class Pairs:
    """A dict that hashes nothing: the keys of a pickle may be anything."""

    __slots__ = ("items",)

    def __init__(self) -> None:
        """Start empty."""
        self.items: list[tuple[Any, Any]] = []

    def __setitem__(self, key: Any, value: Any) -> None:
        """Store one pair."""
        self.items.append((key, value))

    def __setstate__(self, state: Any) -> None:
        """Refuse, as a real dict does."""
        raise refuse("malformed", "a state for a dict")


class _Unpickler(pickle.Unpickler):
    """The C unpickler, for which all names are rows of our table or foreign."""

    def __init__(self, stream: io.BytesIO) -> None:
        super().__init__(stream)
        self.names: dict[tuple[str, str], Name] = {}

    def find_class(self, module: str, name: str, /) -> Any:
        """Return the stand-in of an exact name."""
        key = module, name
        if key not in self.names:
            self.names[key] = Name(NAMES.get(key, FOREIGN), f"{module}.{name}"[:_SPELLING])
        return self.names[key]

    def persistent_load(self, _pid: Any, /) -> Any:
        """Refuse, since no part of a frame is outside of its file."""
        raise refuse("opcode", "a persistent id")


def unpickle(stream: bytes) -> Any:
    """Read a transcribed stream as a tree of stand-ins and plain values.

    Raises ``DataCorrupt`` for states that no frame has, and what ``pickle`` raises for a broken stream.
    """
    return _Unpickler(io.BytesIO(stream)).load()


def fields(value: Any, what: str) -> dict[str, Any]:
    """Return the attributes that the pickle states for an object, whose names must be texts."""
    if (
        not isinstance(value, Pairs)
        or len(value.items) > _FIELDS
        or not all(type(key) is str for key, _ in value.items)
    ):
        raise refuse("structure", f"{what} whose state is no mapping, or too large")
    return dict(value.items)

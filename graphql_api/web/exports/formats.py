"""The formats of exports as a table, and what a client may choose of them beside filters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar, get_args

from graphql_api.errors import BadUserInput
from graphql_api.jockeys.filtering import Condition
from graphql_api.web.exports.parameters import SHOWN, read_condition
from graphql_api.web.query_string import Pairs, single
from graphql_api.web.templates import ColumnSet

T = TypeVar("T")

COLUMN_SETS: tuple[ColumnSet, ...] = get_args(ColumnSet)


@dataclass(frozen=True, slots=True)
class Format:
    """One format: the extension that asks for it, its media type, and what it is.

    ``switches`` are parameters of its own, 0 or 1. ``extra`` says that it takes the extra ``arrow``; ``compressed``
    that it is compressed in itself.
    """

    extension: str
    media_type: str
    title: str
    switches: tuple[str, ...] = ()
    extra: bool = False
    compressed: bool = False


FORMATS = (
    Format("csv", "text/csv; charset=utf-8", "CSV (RFC 4180) with a header", ("spreadsheet",)),
    Format("ndjson", "application/x-ndjson", "NDJSON, a JSON object on each line"),
    Format("parquet", "application/vnd.apache.parquet", "Parquet", extra=True, compressed=True),
    Format("arrow", "application/vnd.apache.arrow.file", "an Arrow IPC file (Feather)", extra=True),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asks for: which columns, which rows, and the switches that are on. Hashable, to name an answer."""

    columns: ColumnSet
    condition: Condition
    switches: frozenset[str]


def read_asked(form: Format, pairs: Pairs) -> Asked:
    """Read query parameters; typed columns and all rows are the default. Raises ``BadUserInput``, ``BadRequest``."""
    names = ("columns", *form.switches)
    own = single(pairs, names)
    return Asked(
        columns=_choice(own, "columns", {each: each for each in COLUMN_SETS}, "typed"),
        condition=read_condition(pairs, names),
        switches=frozenset(name for name in form.switches if read_switch(own, name)),
    )


def read_switch(given: Mapping[str, str], name: str) -> bool:
    """Read a switch, off where it is not given. Raises ``BadUserInput``."""
    return _choice(given, name, {"0": False, "1": True}, "0")


def _choice(given: Mapping[str, str], name: str, choices: Mapping[str, T], default: str) -> T:
    text = given.get(name, default)
    if text not in choices:
        raise BadUserInput(f"Parameter '{name}' must be {' or '.join(choices)}, not '{text[:SHOWN]}'.")
    return choices[text]

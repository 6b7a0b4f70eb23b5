"""Columns in pandas' extension arrays: texts, dates with a zone, nullable numbers, categories."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from graphql_api.pickles import arrays, arrow, zones
from graphql_api.pickles.kinds import kind_of
from graphql_api.pickles.limits import Budget, Unreadable, refuse, unreadable
from graphql_api.pickles.moments import in_zone, zone_of
from graphql_api.pickles.standins import Name, Node, fields

_NULLABLE = {"b": "boolean", "i": "Int", "u": "UInt", "f": "Float"}  # pandas' words for what numpy calls so


class Values(NamedTuple):
    """The cells of a block or an index: one row of the array for each column, or one dimension for a single column."""

    dtype: str
    cells: np.ndarray


def block_columns(value: Any, count: int, budget: Budget) -> list[Values | Unreadable]:
    """Read the columns of a block; in the place of one whose kind is not read, all ``count`` of them perhaps, why."""
    try:
        if isinstance(value, Node) and _READERS.get(value.name) is _plain:
            return [
                row if isinstance(row, Unreadable) else Values(str(row.dtype), row)
                for row in arrays.rows(value, budget)
            ]
        block = values(value, budget)
        return [Values(block.dtype, np.ascontiguousarray(row)) for row in np.atleast_2d(block.cells)]
    except Unreadable as error:
        return [error] * count


def values(value: Any, budget: Budget, *, categories: bool = True) -> Values:
    """Read any recorded array. Without ``categories`` a categorical one is refused, since they cannot be nested."""
    if not isinstance(value, Node) or value.name not in _READERS:
        raise unreadable("kind", kind_of(value))
    if not categories and _is_categorical(value):
        raise refuse("structure", "categories of categories")
    return _READERS[value.name](value, budget)


def _is_categorical(node: Node) -> bool:
    match node:
        case Node(name="categorical") | Node(name="backed_array", args=(Name(name="categorical"), *_)):
            return True
    return False


def index_data(index: Any) -> Any:
    """Return the recorded array of an index."""
    match index:
        case Node(name="new_index", args=(Name(name="index"), state), state=None):
            return fields(state, "an index").get("data")
        case Node(name="new_index", args=(Name() as made, _), state=None):
            raise unreadable("kind", made.spelling)
    raise unreadable("kind", kind_of(index))


def _plain(node: Node, budget: Budget) -> Values:
    cells = arrays.array(node, budget)
    return Values(str(cells.dtype), cells)


def _backed(node: Node, budget: Budget) -> Values:
    """Read the form of pandas 1.3 and later for arrays with one numpy array: the class, then dtype and array."""
    match node:
        case Node(args=(Name(name=("datetime_array" | "string_array" | "categorical") as word), _, None)):
            if type(node.state) is tuple and 2 <= len(node.state) <= 3:
                return _BACKED[word](node.state[0], node.state[1], budget)
        case Node(args=(Name(name="foreign") as made, *_)):
            raise unreadable("kind", made.spelling)
    raise refuse("structure", "an array of pandas' own that is none")


def _from_fields(data: str, word: str) -> Callable[[Node, Budget], Values]:
    """Read the form of pandas up to 1.2 for the same arrays: their attributes."""

    def read(node: Node, budget: Budget) -> Values:
        state = fields(node.state, word)
        return _BACKED[word](state.get("_dtype"), state.get(data), budget)

    return read


def _datetimes(dtype: Any, data: Any, budget: Budget) -> Values:
    """Read dates. With a zone they stay in UTC, as in pandas, and the dtype names the zone."""
    cells = arrays.array(data, budget)
    if cells.dtype.kind != "M":
        raise refuse("structure", "dates that are none")
    name = str(cells.dtype)
    match dtype:
        case Node(name="zoned_dtype"):
            name = f"{name[:-1]}, {zones.zone_name(fields(dtype.state, 'a dtype').get('tz'))}]"
    return Values(name, cells)


def _strings(dtype: Any, data: Any, budget: Budget) -> Values:
    cells = arrays.array(data, budget)
    if cells.dtype != object:
        raise refuse("structure", "texts that are none")
    cells[np.not_equal(cells, cells)] = None  # NaN, which stands for a missing text
    if not set(map(type, cells.flat)) <= {str, type(None)}:
        raise unreadable("cells", "a column of texts that holds something else")
    return Values(string_dtype(dtype), cells)


def string_dtype(dtype: Any) -> str:
    """Return the name of a text dtype: ``str`` if missing is NaN, ``string`` if it is NA."""
    match dtype:
        case Node(name="string_dtype", args=(_, float())):
            return "str"
    return "string"


def _categorical(dtype: Any, data: Any, budget: Budget) -> Values:
    codes = arrays.array(data, budget)
    match dtype:
        case Node(name="categorical_dtype"):
            categories = fields(dtype.state, "a dtype").get("categories")
        case _:
            raise refuse("structure", "categories without a dtype")
    name, known = values(index_data(categories), budget, categories=False)
    if codes.dtype.kind != "i" or known.ndim != 1:
        raise refuse("structure", "categories that are none")
    if codes.size and not -1 <= codes.min() <= codes.max() < len(known):
        raise refuse("structure", "a category's code out of range")
    known = known.astype("M8[us]") if known.dtype.kind == "M" else known
    cells = [*in_zone(known.tolist(), zone_of(name)), None]
    return Values("category", np.fromiter(cells, object, len(cells))[codes])


def _masked(node: Node, budget: Budget) -> Values:
    """Read nullable numbers and booleans: values, and a mask that is true if a value is missing."""
    state = fields(node.state, "a nullable array")
    data, mask = arrays.array(state.get("_data"), budget), arrays.array(state.get("_mask"), budget)
    if data.dtype.kind not in _NULLABLE or mask.dtype != bool or data.shape != mask.shape:
        raise refuse("structure", "a nullable array whose mask does not fit")
    cells = data.astype(object)
    cells[mask] = None
    word = _NULLABLE[data.dtype.kind]
    return Values(word if word == "boolean" else f"{word}{8 * data.dtype.itemsize}", cells)


def _arrow(node: Node, budget: Budget) -> Values:
    state = fields(node.state, "an Arrow array")
    name, cells = arrow.column(state.get("_pa_array") or state.get("_data"), budget)
    match state.get("_dtype"):
        case Node(name="string_dtype") as dtype:
            return Values(string_dtype(dtype), cells)
    return Values(f"{name}[pyarrow]", cells)


_BACKED: dict[str, Callable[[Any, Any, Budget], Values]] = {
    "datetime_array": _datetimes,
    "string_array": _strings,
    "categorical": _categorical,
}
_READERS: dict[str, Callable[[Node, Budget], Values]] = {
    "array": _plain,
    "buffer_array": _plain,
    "backed_array": _backed,
    "datetime_array": _from_fields("_data", "datetime_array"),
    "string_array": _from_fields("_ndarray", "string_array"),
    "categorical": _from_fields("_codes", "categorical"),
    "masked_array": _masked,
    "arrow_array": _arrow,
}

"""Making a ``Frame`` from the recorded tree of a pickle: its blocks and their columns."""

from typing import Any

from graphql_api.pickles.extension import Values, block_columns, values
from graphql_api.pickles.foreign import FOREIGN_HEAD, foreign_kind
from graphql_api.pickles.frames import Frame, FrameColumn, LeftOut
from graphql_api.pickles.kinds import holds_foreign, kind_of
from graphql_api.pickles.labels import index_length, labels
from graphql_api.pickles.limits import Budget, Unreadable, refuse
from graphql_api.pickles.scalars import cells
from graphql_api.pickles.standins import Foreign, Node, Pairs, fields


def frame(tree: Any, budget: Budget) -> Frame:
    """Return the columns of a checked tree, without the index. Raises ``DataCorrupt`` if it is not a frame.

    Columns of a kind that is not read are left out, and told of as an index and attrs of such a kind are.
    """
    state = _state(tree)
    blocks, axes = _manager(state)
    names = labels(axes[0], budget)
    read = list(zip(names, _columns(blocks, len(names), budget), strict=True))
    columns = tuple(FrameColumn(name.text, *column, name.parts) for name, column in read if isinstance(column, Values))
    index = _index(axes[1], budget)
    rows = len(columns[0].cells) if columns else _rows(index)
    if rows > budget.limits.rows or rows * len(names) > budget.limits.cells:
        raise refuse("too_large", "more rows or cells than a frame may hold")
    if any(len(column.cells) != rows for column in columns):
        raise refuse("structure", "columns of different lengths")
    left_out = [LeftOut("column", name.text, column.kind) for name, column in read if isinstance(column, Unreadable)]
    if isinstance(index, Unreadable):
        left_out.append(LeftOut("index", "index", index.kind))
    if holds_foreign(state.get("attrs"), budget):
        left_out.append(LeftOut("attrs", "attrs", "objects"))
    return Frame(rows, columns, tuple(left_out))


def _state(tree: Any) -> dict[str, Any]:
    """Return the attributes of a DataFrame or of a subclass, whose name is foreign."""
    match tree:
        case Node(name="frame", args=(), state=Pairs()) | Foreign(state=Pairs()):
            state = fields(tree.state, "a frame")
            if tree.name == "frame" or _is_manager(state.get("_mgr", state.get("_data"))):
                return state
    raise refuse("not_a_frame", f"a pickled {_kind_of_tree(tree)}, where a pandas.DataFrame is expected")


def _kind_of_tree(tree: Any) -> str:
    """Return the kind of a pickle's content for people. For a text, such as a saved page, also its kind."""
    content = foreign_kind(tree[:FOREIGN_HEAD].encode(errors="replace")) if isinstance(tree, str) and tree else None
    return f"{kind_of(tree)} that holds {content}" if content else kind_of(tree)


def _is_manager(value: Any) -> bool:
    return isinstance(value, Node) and value.name == "manager"


def _manager(state: dict[str, Any]) -> tuple[list[tuple[Any, Any]], list[Any]]:
    """Return the frame's blocks with values and positions, and its axes: labels and index."""
    match state.get("_mgr", state.get("_data")):
        case Node(name="manager", args=(tuple(blocks), [_, _] as axes), state=None):  # from pandas 1.3
            return [_block(block) for block in blocks], axes
        case Node(name="manager", args=(), state=(_, _, _, extra)):  # before
            newest = fields(fields(extra, "a frame's blocks").get("0.14.1"), "a frame's blocks")
            match newest.get("axes"), newest.get("blocks"):
                case [_, _] as axes, list(old):
                    return [_old_block(block) for block in old], axes
    raise refuse("structure", "a DataFrame whose blocks are kept in an unknown way")


def _block(block: Any) -> tuple[Any, Any]:
    match block:
        case Node(name="block", args=(content, places, *_), state=None):
            return content, places
    raise refuse("structure", "a block that is none")


def _old_block(block: Any) -> tuple[Any, Any]:
    state = fields(block, "a block")
    return state.get("values"), state.get("mgr_locs")


def _columns(blocks: list[tuple[Any, Any]], count: int, budget: Budget) -> list[Values | Unreadable]:
    """Return the columns in order. Each must be in exactly one block."""
    owners: list[Values | Unreadable | None] = [None] * count
    for content, places in blocks:
        positions = _positions(places, count, budget)
        columns = block_columns(content, len(positions), budget)
        if len(columns) != len(positions):
            raise refuse("structure", "a block that does not hold as many columns as it says")
        for position, column in zip(positions, columns, strict=True):
            if not 0 <= position < count or owners[position] is not None:
                raise refuse("structure", "a column in two blocks, or in none of the frame's places")
            owners[position] = column
    columns = [owner for owner in owners if owner is not None]
    if len(columns) != count:
        raise refuse("structure", "a column without a block")
    return columns


def _positions(places: Any, count: int, budget: Budget) -> list[int]:
    """Return the positions of a block's columns, written as a slice or as an array of integers."""
    match places:
        case Node(name="slice", args=(start, stop, step), state=None):
            bounds = [bound if bound is None else _integer(bound, budget) for bound in (start, stop, step)]
            if bounds[2] != 0:
                return list(range(*slice(*bounds).indices(count)))
        case Node(name="array" | "buffer_array"):
            span = values(places, budget).cells
            if span.ndim == 1 and span.dtype.kind in "iu" and len(span) <= count:
                return [int(position) for position in span]
    raise refuse("structure", "a block whose places are none")


def _integer(value: Any, budget: Budget) -> int:
    """Return an integer, which may be one of numpy."""
    if isinstance(value, Node) and value.name == "numpy_scalar":
        value = cells([value], budget)[0]
    if type(value) is not int:
        raise refuse("structure", "a block whose places are none")
    return value


def _index(index: Any, budget: Budget) -> int | Unreadable:
    """Return the number of rows of an index, or the reason why it is not read."""
    try:
        return index_length(index, budget)
    except Unreadable as error:
        return error


def _rows(index: int | Unreadable) -> int:
    if isinstance(index, Unreadable):
        raise index
    return index

"""From the recorded tree of a pickle to a ``Frame``: its blocks, which column each holds, and its labels."""

from typing import Any

import numpy as np

from graphql_api.pickles.extension import Values, index_data, values
from graphql_api.pickles.frames import Frame, FrameColumn
from graphql_api.pickles.limits import Budget, refuse
from graphql_api.pickles.scalars import cell
from graphql_api.pickles.standins import Name, Node, Pairs, fields


def frame(tree: Any, budget: Budget) -> Frame:
    """Check the tree and give its columns; the index is dropped. Raises ``DataCorrupt`` for anything but a frame."""
    blocks, axes = _manager(tree)
    names = labels(axes[0], budget)
    columns = _columns(blocks, len(names), budget)
    rows = len(columns[0].cells) if columns else _length(axes[1], budget)
    if rows > budget.limits.rows or rows * len(names) > budget.limits.cells:
        raise refuse("too_large", "more rows or cells than a frame may hold")
    if any(len(column.cells) != rows for column in columns):
        raise refuse("structure", "columns of different lengths")
    return Frame(rows, tuple(FrameColumn(name, *column) for name, column in zip(names, columns, strict=True)))


def _manager(tree: Any) -> tuple[list[tuple[Any, Any]], list[Any]]:
    """Give the frame's blocks, each as values and places, and its axes: labels and index."""
    match tree:
        case Node(name="frame", args=(), state=Pairs()):
            state = fields(tree.state, "a frame")
        case _:
            raise refuse("structure", "something else than a DataFrame")
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


def _columns(blocks: list[tuple[Any, Any]], count: int, budget: Budget) -> list[Values]:
    """Give the columns in order; every one must lie in one block, and no block may hold another's."""
    owners: list[Values | None] = [None] * count
    for content, places in blocks:
        positions = _positions(places, count, budget)
        block = values(content, budget)
        cells = block.cells.reshape(1, -1) if block.cells.ndim == 1 else block.cells
        if len(cells) != len(positions):
            raise refuse("structure", "a block that does not hold as many columns as it says")
        for position, column in zip(positions, cells, strict=True):
            if not 0 <= position < count or owners[position] is not None:
                raise refuse("structure", "a column in two blocks, or in none of the frame's places")
            owners[position] = Values(block.dtype, np.ascontiguousarray(column))
    columns = [owner for owner in owners if owner is not None]
    if len(columns) != count:
        raise refuse("structure", "a column without a block")
    return columns


def _positions(places: Any, count: int, budget: Budget) -> list[int]:
    """Give the positions of a block's columns, written as a slice or as an array of integers."""
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
    """Give an integer, which many operations of pandas leave as numpy's."""
    if isinstance(value, Node) and value.name == "numpy_scalar":
        value = cell(value, budget)
    if type(value) is not int:
        raise refuse("structure", "a block whose places are none")
    return value


def labels(axis: Any, budget: Budget) -> list[str]:
    """Give the columns' labels as texts: the very text, or what Python prints for a number, a date or nothing."""
    most = budget.limits.columns
    match axis:
        case Node(name="new_index", args=(Name(name="multi_index"), _)):
            raise refuse("multi_index", "columns with several levels of labels")
        case Node(name="new_index", args=(Name(name="range_index"), state)):
            found: Any = _range(state)
        case _:
            found = values(index_data(axis), budget).cells
            if found.ndim != 1:
                raise refuse("structure", "labels of two dimensions")
    if len(found) > most:
        raise refuse("too_large", f"more than {most} columns")
    if isinstance(found, np.ndarray):
        found = (found.astype("M8[us]") if found.dtype.kind == "M" else found).tolist()
    return list(map(str, found))


def _range(state: Any) -> range:
    bounds = fields(state, "an index")
    match bounds.get("start"), bounds.get("stop"), bounds.get("step"):
        case int(start), int(stop), int(step) if step and max(abs(start), abs(stop)) < 2**61:
            return range(start, stop, step)
    raise refuse("structure", "a range that is none")


def _length(index: Any, budget: Budget) -> int:
    """Give the length of an index, which counts the rows where there are no columns."""
    match index:
        case Node(name="new_index", args=(Name(name="range_index"), state)):
            return len(_range(state))
        case Node(name="new_index", args=(Name(name="multi_index"), state)):
            match fields(state, "an index").get("codes"):
                case [codes, *_]:
                    return len(values(codes, budget).cells)
    return len(values(index_data(index), budget).cells)

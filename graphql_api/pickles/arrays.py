"""Plain numpy arrays from recorded ones, without pointers and with checked sizes."""

import math
from typing import Any, Literal, NamedTuple

import numpy as np

from graphql_api.pickles.buffers import checked, dtype, raw
from graphql_api.pickles.limits import Budget, Unreadable, refuse, unreadable
from graphql_api.pickles.scalars import cells
from graphql_api.pickles.standins import Name, Node


class _Described(NamedTuple):
    """An array in a pickle: dtype, shape, memory order and content."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    order: Literal["C", "F"]
    data: Any


def array(value: Any, budget: Budget) -> np.ndarray:
    """Return a recorded array of one or two dimensions. Its cells are checked and charged."""
    described = _described(value, budget)
    if described.dtype.kind == "O":
        return cells(_listed(described), budget).reshape(described.shape)
    return _numbers(described, budget)


def rows(value: Any, budget: Budget) -> list[np.ndarray | Unreadable]:
    """Return the rows of a recorded array. One row if it has one dimension. Rows of objects are read separately."""
    described = _described(value, budget)
    if described.dtype.kind != "O":
        return [*np.atleast_2d(_numbers(described, budget))]
    listed, length = _listed(described), described.shape[-1]
    count = described.shape[0] if len(described.shape) == 2 else 1
    return [_row(listed[length * row : length * (row + 1)], budget) for row in range(count)]


def objects(value: Any, budget: Budget) -> list[Any] | None:
    """Return the recorded objects of an array. None for other arrays, or for several dimensions."""
    if not isinstance(value, Node) or value.name != "array":
        return None
    described = _described(value, budget)
    return _listed(described) if described.dtype.kind == "O" and len(described.shape) == 1 else None


def _row(listed: list[Any], budget: Budget) -> np.ndarray | Unreadable:
    try:
        return cells(listed, budget)
    except Unreadable as error:
        return error


def _described(value: Any, budget: Budget) -> _Described:
    """Check an array in a pickle, and charge its cells."""
    order: Literal["C", "F"]
    match value:
        case Node(name="array", args=(Name(name="ndarray"), (0,), _), state=(1, tuple(shape), kind, fortran, data)):
            order = "F" if fortran else "C"
        case Node(name="buffer_array", args=(data, kind, tuple(shape), ("C" | "F") as order), state=None):
            pass
        case _:
            raise refuse("structure", "an array that is none, or has no content")
    _pay(shape, budget)
    return _Described(dtype(kind, budget), shape, order, data)


def _numbers(described: _Described, budget: Budget) -> np.ndarray:
    """Return an array of numbers or dates from its buffer."""
    kind, content = described.dtype, raw(described.data, budget)
    if kind.kind == "U":
        raise unreadable("dtype", "numpy texts")
    if len(content) != math.prod(described.shape) * kind.itemsize:
        raise refuse("structure", "an array whose buffer is not as long as its shape says")
    return checked(np.frombuffer(bytes(content), kind).reshape(described.shape, order=described.order))


def _pay(shape: tuple[Any, ...], budget: Budget) -> None:
    """Check a shape, and charge its cells."""
    longest = max(budget.limits.rows, budget.limits.columns)
    if not 1 <= len(shape) <= 2 or not all(type(side) is int and 0 <= side <= longest for side in shape):
        raise refuse("structure", "an array of more dimensions or longer than a frame's")
    budget.spend_array(math.prod(shape))


def _listed(described: _Described) -> list[Any]:
    """Return the objects of an array. A pickle lists them in C order for any order of the array."""
    listed = described.data
    if type(listed) is not list or len(listed) != math.prod(described.shape):
        raise refuse("structure", "an array of objects that are not listed, or not as many as its shape says")
    return listed

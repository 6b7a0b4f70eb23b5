"""Plain numpy arrays out of recorded ones: no pointers, and sizes that add up."""

import math
from typing import Any

import numpy as np

from graphql_api.pickles.buffers import checked, dtype, raw
from graphql_api.pickles.limits import Budget, refuse
from graphql_api.pickles.scalars import cells
from graphql_api.pickles.standins import Name, Node


def array(value: Any, budget: Budget) -> np.ndarray:
    """Give a recorded array of one or two dimensions, its cells checked and every one of them paid for."""
    match value:
        case Node(name="array", args=(Name(name="ndarray"), (0,), _), state=(1, tuple(shape), kind, fortran, data)):
            fortran = bool(fortran)
        case Node(name="buffer_array", args=(data, kind, tuple(shape), ("C" | "F") as order), state=None):
            fortran = order == "F"
        case _:
            raise refuse("structure", "an array that is none, or has no content")
    kind = dtype(kind, budget)
    size = _size(shape, budget)
    if kind.kind == "O":
        return _objects(data, shape, size, budget)
    if kind.kind == "U":
        raise refuse("dtype", "a numpy dtype that no column has")
    content = raw(data, budget)
    if len(content) != size * kind.itemsize:
        raise refuse("structure", "an array whose buffer is not as long as its shape says")
    return checked(np.frombuffer(bytes(content), kind).reshape(shape, order="F" if fortran else "C"))


def _size(shape: tuple[Any, ...], budget: Budget) -> int:
    """Give the number of cells of a shape, and pay for them."""
    longest = max(budget.limits.rows, budget.limits.columns)
    if not 1 <= len(shape) <= 2 or not all(type(side) is int and 0 <= side <= longest for side in shape):
        raise refuse("structure", "an array of more dimensions or longer than a frame's")
    size = int(math.prod(shape))
    budget.spend_array(size)
    return size


def _objects(data: Any, shape: tuple[int, ...], size: int, budget: Budget) -> np.ndarray:
    """Give an array of objects, which a pickle lists in C order whatever the array's own order was."""
    if type(data) is not list or len(data) != size:
        raise refuse("structure", "an array of objects that are not listed, or not as many as its shape says")
    return cells(data, budget).reshape(shape)

"""Labels of a frame's columns, and the length of its index."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from graphql_api.pickles.arrays import objects
from graphql_api.pickles.extension import index_data, values
from graphql_api.pickles.kinds import kind_of
from graphql_api.pickles.limits import Budget, Unreadable, refuse
from graphql_api.pickles.scalars import cells
from graphql_api.pickles.standins import Name, Node, fields

_BLANK = re.compile(r"|nan|None|NaT|<NA>|Unnamed: .*")  # what pandas puts where a row of headers has nothing


class Label(NamedTuple):
    """The label of a column: its text, and the texts of its levels if it has several."""

    text: str
    parts: tuple[str, ...] = ()


def labels(axis: Any, budget: Budget) -> list[Label]:
    """Return the columns' labels as texts: the same text, or Python's text of a number, a date or None.

    Labels of several levels, as from two rows of headers, are joined: see ``flattened``.
    The text of each label is charged, even if columns share it.
    """
    names = _read_labels(axis, budget)
    budget.spend_text(sum(len(name.text) for name in names))
    return names


def _read_labels(axis: Any, budget: Budget) -> list[Label]:
    match axis:
        case Node(name="new_index", args=(Name(name="multi_index"), state)):
            levels = [_texts(level) for level in _levels(state, budget, budget.limits.columns)]
            return _joined(list(zip(*levels, strict=True)), budget)
        case Node(name="new_index", args=(Name(name="range_index"), state)):
            known: Any = _range(state)
        case _:
            found = objects(index_data(axis), budget)
            if found is not None:
                _check_count(found, budget.limits.columns)
                return _objects(found, budget)
            known = _cells(index_data(axis), budget)
    _check_count(known, budget.limits.columns)
    return list(map(Label, _texts(known)))


def flattened(labels: Sequence[Sequence[str]]) -> list[str]:
    """Return one label for the parts of each: the innermost if it is unique, else all parts with spaces between.

    Parts that are blank, repeated or the same in all columns are ignored.
    """
    named = [list(dict.fromkeys(part for part in parts if not _BLANK.fullmatch(part))) for parts in labels]
    if len(named) > 1:
        shared = set[str].intersection(*map(set, named))
        named = [[part for part in parts if part not in shared] or parts for parts in named]
    innermost = Counter(parts[-1] for parts in named if parts)
    return [parts[-1] if parts and innermost[parts[-1]] == 1 else " ".join(parts) for parts in named]


def index_length(index: Any, budget: Budget) -> int:
    """Return the length of an index, which is the number of rows if there are no columns."""
    match index:
        case Node(name="new_index", args=(Name(name="range_index"), state)):
            return len(_range(state))
        case Node(name="new_index", args=(Name(name="multi_index"), state)):
            return len(_levels(state, budget, budget.limits.rows)[0])
    return len(_cells(index_data(index), budget))


def _objects(found: list[Any], budget: Budget) -> list[Label]:
    """Return labels that are objects. Tuples are labels of several levels. Unsupported kinds are named."""
    parts = [label if type(label) is tuple else (label,) for label in found]
    if any(len(label) > budget.limits.nesting for label in parts):
        raise refuse("structure", "a label of too many parts")
    texts = [[_text(part, budget) for part in label] for label in parts]
    return _joined(texts, budget) if any(len(label) != 1 for label in parts) else [Label(text) for (text,) in texts]


def _joined(labels: Sequence[Sequence[str]], budget: Budget) -> list[Label]:
    """Join the parts. Each is charged as often as it is used, before that."""
    budget.spend_text(sum(map(len, chain.from_iterable(labels))))
    return list(map(Label, flattened(labels), map(tuple, labels)))


def _text(label: Any, budget: Budget) -> str:
    if type(label) is str:
        return label
    try:
        return str(cells([label], budget)[0])
    except Unreadable:
        return kind_of(label)


def _levels(state: Any, budget: Budget, most: int) -> list[np.ndarray]:
    """Return the labels of an index of several levels by level. Missing ones are None."""
    match fields(state, "an index"):
        case {"levels": [_, *_] as levels, "codes": list(codes)} if len(levels) == len(codes) <= budget.limits.nesting:
            read = [_level(level, code, budget) for level, code in zip(levels, codes, strict=True)]
            if all(len(level) == len(read[0]) <= most for level in read):
                return read
    raise refuse("structure", "an index of several levels that is none")


def _level(level: Any, codes: Any, budget: Budget) -> np.ndarray:
    match level:
        case Node(name="new_index", args=(Name(name="range_index"), state)):
            bounds = _range(state)
            budget.spend_array(len(bounds))
            known = np.array(bounds)
        case _:
            known = _cells(index_data(level), budget)
    places = values(codes, budget).cells
    if (
        places.ndim != 1
        or places.dtype.kind != "i"
        or not -1 <= places.min(initial=-1) <= places.max(initial=-1) < len(known)
    ):
        raise refuse("structure", "a code of an index out of range")
    labels = np.fromiter([*known.astype("M8[us]" if known.dtype.kind == "M" else known.dtype).tolist(), None], object)
    found: np.ndarray = labels[places]
    return found


def _cells(data: Any, budget: Budget) -> np.ndarray:
    cells = values(data, budget).cells
    if cells.ndim != 1:
        raise refuse("structure", "labels of two dimensions")
    return cells


def _check_count(found: Any, most: int) -> None:
    if len(found) > most:
        raise refuse("too_large", f"more than {most} columns")


def _texts(found: Any) -> list[str]:
    if isinstance(found, np.ndarray):
        found = (found.astype("M8[us]") if found.dtype.kind == "M" else found).tolist()
    return list(map(str, found))


def _range(state: Any) -> range:
    bounds = fields(state, "an index")
    match bounds.get("start"), bounds.get("stop"), bounds.get("step"):
        case int(start), int(stop), int(step) if step and max(abs(start), abs(stop)) < 2**61:
            return range(start, stop, step)
    raise refuse("structure", "a range that is none")

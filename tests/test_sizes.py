"""How large a jockey may be: no file becomes an answer, or takes memory, out of all proportion to itself."""

import numpy as np
import pytest

from graphql_api.config import MAX_JOCKEY_BYTES, Settings
from graphql_api.errors import DataCorrupt
from graphql_api.jockeys.normalise import race_records
from graphql_api.pickles.frames import Frame, FrameColumn


def one_text(label: str, text: str | None, rows: int) -> Frame:
    """Make a frame whose rows all name the very same text."""
    return Frame(rows, (FrameColumn(label, "object", np.array([text] * rows, dtype=object)),))


TOO_LONG = {
    "cells": one_text("馬名", "x" * 2000, 100_000),
    "control characters": one_text("馬名", "\0" * 300, 100_000),
    "labels": one_text("x" * 2000, None, 100_000),
    "labels of control characters": one_text("\1" * 300, None, 100_000),
    "labels and cells": one_text("x" * 700, "x" * 700, 100_000),
}


@pytest.mark.parametrize("what", TOO_LONG)
def test_text_is_counted_as_often_as_rows_repeat_it(what: str) -> None:
    """Texts and headers of all rows together, as JSON writes them, are bounded."""
    with pytest.raises(DataCorrupt, match="too much text"):
        race_records(TOO_LONG[what], "00001")


def test_long_texts_within_the_bound_are_read() -> None:
    """What only looks long because every character might be escaped is read."""
    assert race_records(one_text("馬名", "x" * 1000, 100_000), "00001").source_rows == 100_000


def test_no_jockey_takes_more_memory_than_the_cache_holds() -> None:
    """A frame is refused before the cache could not keep it, for each request would read it again."""
    assert Settings().cache_bytes >= MAX_JOCKEY_BYTES
    numbers = np.arange(3_000_000, dtype="f8").reshape(30, -1)
    columns = tuple(FrameColumn(str(place), "float64", cells) for place, cells in enumerate(numbers))
    with pytest.raises(DataCorrupt, match="too much memory"):
        race_records(Frame(100_000, columns), "00001")
    assert race_records(Frame(100_000, columns[:20]), "00001").nbytes <= MAX_JOCKEY_BYTES

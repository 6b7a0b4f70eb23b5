"""Texts that identify rows, such as cursors: a common prefix and a few bytes for each row in base64."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class RowTexts(Sequence[str]):
    """The texts of all rows: ``prefix`` and their ``parts``.

    They are stored as one text, as many short ones would need several times the memory. The size of a part must
    be a multiple of three bytes, so that base64 ends with it.
    """

    parts: np.ndarray
    prefix: str = ""
    _text: str = field(init=False)

    def __post_init__(self) -> None:
        """Encode the parts."""
        object.__setattr__(self, "_text", base64.urlsafe_b64encode(self.parts.tobytes()).decode())

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.parts)

    def __getitem__(self, row: int) -> str:  # type: ignore[override]
        """Return the text of a row. Raises ``IndexError``."""
        if not 0 <= row < len(self.parts):
            raise IndexError(row)
        width = 4 * self.parts.itemsize // 3
        return self.prefix + self._text[row * width : (row + 1) * width]

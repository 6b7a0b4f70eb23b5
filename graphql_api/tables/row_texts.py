"""Texts that name rows, such as cursors: a few bytes for each row in base64, behind a text that they share."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class RowTexts(Sequence[str]):
    """The texts of all rows, made of ``parts`` behind ``prefix``.

    They are kept as one text, as many short ones would take several times the memory. The size of a part in bytes has
    to be a multiple of three, for base64 to end with it.
    """

    parts: np.ndarray
    prefix: str = ""
    _text: str = field(init=False)

    def __post_init__(self) -> None:
        """Write the parts."""
        object.__setattr__(self, "_text", base64.urlsafe_b64encode(self.parts.tobytes()).decode())

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.parts)

    def __getitem__(self, row: int) -> str:  # type: ignore[override]
        """Return the text of a row; raises ``IndexError``."""
        if not 0 <= row < len(self.parts):
            raise IndexError(row)
        width = 4 * self.parts.itemsize // 3
        return self.prefix + self._text[row * width : (row + 1) * width]

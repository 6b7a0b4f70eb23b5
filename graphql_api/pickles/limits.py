"""Limits of a file, and the error for files that exceed them or have another form."""

from dataclasses import dataclass

from graphql_api.errors import DataCorrupt


@dataclass(frozen=True, slots=True)
class Limits:
    """Inclusive upper bounds. They allow frames of 28 columns and several times the longest known career.

    ``stored`` and ``decompressed`` are bytes of the file; ``text`` is bytes of one text in UTF-8; ``containers`` counts
    every list, tuple, mapping and object in the file; ``nesting`` is how many of them may be open at once (frames need
    15 where protocol 1 wrote them, and cells that are not read may be frames again). ``steps`` counts opcodes that are
    looked at one by one, some two microseconds each: 100,000 rows take 7,000, and eight a row for a column of UUIDs.
    """

    stored: int = 8 * 2**20
    decompressed: int = 32 * 2**20
    rows: int = 100_000
    columns: int = 512
    cells: int = 3_000_000
    containers: int = 1_000_000
    steps: int = 500_000
    text: int = 2**20
    nesting: int = 64


def refuse(reason: str, detail: str) -> DataCorrupt:
    """Return the error of a refusal. ``reason`` is a short stable code, ``detail`` a text. Clients receive neither."""
    return DataCorrupt("The jockey's data file cannot be read.", reason=reason, detail=detail)


class Unreadable(DataCorrupt):
    """A part of a frame has an unsupported kind. The column is omitted, and the others are read.

    If the part is not a column and the frame requires it, the file is refused.
    """

    @property
    def kind(self) -> str:
        """The content of the part, for people."""
        return str(self.log_fields["detail"])


def unreadable(reason: str, detail: str) -> Unreadable:
    """Return the error of a part of an unsupported kind. A damaged part is refused."""
    return Unreadable("The jockey's data file cannot be read.", reason=reason, detail=detail)


class Budget:
    """The work that one file may cause. All its parts are charged, and a shared part is charged for every use."""

    __slots__ = ("cells", "limits", "text")

    def __init__(self, limits: Limits) -> None:
        """Allow each cell twice (in a block, and as a label, category or mask), and each byte of text once.

        A thousand additional cells allow the small arrays of columns (positions, categories).
        """
        self.limits = limits
        self.cells = 2 * limits.cells + 1000 * (limits.columns + 1)
        self.text = limits.decompressed

    def spend_array(self, size: int) -> None:
        """Charge an array: its cells and a hundred more, so that empty ones have a cost too."""
        self.spend_cells(size + 100)

    def spend_cells(self, count: int) -> None:
        """Charge making or checking ``count`` cells."""
        self.cells -= count
        if self.cells < 0:
            raise refuse("too_large", "more cells than a frame may hold")

    def spend_text(self, size: int) -> None:
        """Charge decoding ``size`` bytes."""
        self.text -= size
        if self.text < 0:
            raise refuse("too_large", "more text than a frame may hold")

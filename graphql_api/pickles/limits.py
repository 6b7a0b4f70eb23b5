"""How much one file may hold, and the refusal raised for whatever holds more or is of another form."""

from dataclasses import dataclass

from graphql_api.errors import DataCorrupt


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds, all inclusive; they fit frames of 28 columns and several times the longest career known.

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
    """Build the refusal: ``reason`` is a short stable code, ``detail`` says what was refused; neither is sent."""
    return DataCorrupt("The jockey's data file cannot be read.", reason=reason, detail=detail)


class Unreadable(DataCorrupt):
    """A part of a frame is of a kind that is not read: a column is left out for it, and the others are read.

    Where what is of that kind is no column, and the frame cannot do without it, the file is refused for it.
    """

    @property
    def kind(self) -> str:
        """What the part holds, for people."""
        return str(self.log_fields["detail"])


def unreadable(reason: str, detail: str) -> Unreadable:
    """Build what ``refuse`` builds, for a part of a kind that is not read; a damaged part is refused."""
    return Unreadable("The jockey's data file cannot be read.", reason=reason, detail=detail)


class Budget:
    """The work that one file may cause. All of its parts pay from it, so a part that is shared pays for every use."""

    __slots__ = ("cells", "limits", "text")

    def __init__(self, limits: Limits) -> None:
        """Allow each cell twice (as a block, and as a label, category or mask), and each byte of text once.

        What a column has of small arrays (its place, its categories) is allowed for by a thousand cells more.
        """
        self.limits = limits
        self.cells = 2 * limits.cells + 1000 * (limits.columns + 1)
        self.text = limits.decompressed

    def spend_array(self, size: int) -> None:
        """Pay for an array: its cells, and as much as a hundred for itself, so that empty ones cost too."""
        self.spend_cells(size + 100)

    def spend_cells(self, count: int) -> None:
        """Pay for making or checking ``count`` cells."""
        self.cells -= count
        if self.cells < 0:
            raise refuse("too_large", "more cells than a frame may hold")

    def spend_text(self, size: int) -> None:
        """Pay for decoding ``size`` bytes."""
        self.text -= size
        if self.text < 0:
            raise refuse("too_large", "more text than a frame may hold")

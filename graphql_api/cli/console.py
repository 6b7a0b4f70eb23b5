"""The terminal that commands write tables and progress to."""

import sys

from rich.console import Console

_WIDE = 140  # what is written to a file or a pipe need not fit a window


def console(*, stderr: bool = False) -> Console:
    """Make a console for the terminal there is, or one wide enough for tables where there is none."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if stream.isatty() else _WIDE, highlight=False)

"""The terminal that commands write tables and progress to."""

import sys

from rich.console import Console

_WIDE = 140  # what is written to a file or a pipe need not fit a window


def console(*, stderr: bool = False) -> Console:
    """Return a console for the terminal, or a wide one for tables if there is no terminal."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if stream.isatty() else _WIDE, highlight=False)

"""Where real frames lie on machines that have them; they are never part of the project."""

from pathlib import Path

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"

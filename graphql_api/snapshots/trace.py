"""Measurements of one request: seconds by stage, and the outcomes of its cache look-ups."""

import time
from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["hit", "miss", "revalidated", "stale", "late", "missing", "failed"]


@dataclass(slots=True)
class Trace:
    """Measurements of one request or one load: counts of cache outcomes, and seconds by stage.

    A request that joins a load gets the load's stages as if it had started it. Parallel loads are added, so
    the stages of a request may be longer than its wall time. A trace belongs to one thread at a time.
    """

    outcomes: dict[Outcome, int] = field(default_factory=dict)
    stages: dict[str, float] = field(default_factory=dict)

    def add(self, stage: str, seconds: float) -> None:
        """Add seconds to a stage."""
        self.stages[stage] = self.stages.get(stage, 0.0) + seconds

    def stage(self, name: str) -> "_Stage":
        """Add the duration of the block to a stage, also if it raises."""
        return _Stage(self, name)


class _Stage:
    """A running stage."""

    __slots__ = ("begun", "name", "trace")

    def __init__(self, trace: Trace, name: str) -> None:
        self.trace = trace
        self.name = name

    def __enter__(self) -> None:
        self.begun = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.trace.add(self.name, time.perf_counter() - self.begun)

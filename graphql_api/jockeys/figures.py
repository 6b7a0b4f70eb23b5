"""Statistics of grouped rows. Each is computed for all groups at once, on first use."""

from typing import Any

import numpy as np

from graphql_api.jockeys.counting import Counting
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.statistics import BOUNDS, STATISTICS
from graphql_api.jockeys.summaries import NumericSummary, summarise

_STATISTICS = {**{statistic.name: statistic for statistic in STATISTICS}, **BOUNDS}


class Figures(Counting):
    """The statistics of grouped rows. Each is computed for all groups on first use."""

    def __init__(
        self, records: RaceRecords, rows: np.ndarray, groups: np.ndarray | None = None, group_count: int = 1
    ) -> None:
        """Compute nothing yet. The arguments are those of ``Counting``."""
        super().__init__(records, rows, groups, group_count)
        self._values: dict[str, list[Any]] = {}

    def values(self, name: str) -> list[Any]:
        """Return a statistic for all groups, None for null. ``name`` is a name in ``STATISTICS`` or ``BOUNDS``."""
        values = self._values.get(name)
        if values is None:
            values = self._values[name] = self._computed(name)
        return values

    def _computed(self, name: str) -> list[Any]:
        statistic = _STATISTICS[name]
        if any(map(self.lacks, statistic.needs)):
            return [None] * self.group_count
        numbers = statistic.compute(self)
        if statistic.type is int and numbers.dtype.kind == "f":
            return [None if number != number else int(number) for number in numbers.tolist()]
        return [None if number != number else number for number in numbers.tolist()]


class Statistics:
    """The statistics of one group as attributes: each name in ``STATISTICS`` and ``BOUNDS`` is one."""

    __slots__ = ("figures", "group")

    def __init__(self, figures: Figures, group: int) -> None:
        """Refer to one group."""
        self.figures = figures
        self.group = group

    def __getattr__(self, name: str) -> Any:
        """Return one statistic, None for null."""
        if name not in _STATISTICS:
            raise AttributeError(name)
        return self.figures.values(name)[self.group]

    def summary(self, name: str) -> NumericSummary:
        """Summarise the known values of one of ``NUMERICS``."""
        return summarise(self.figures, self.group, name)

"""Numeric summaries: count, sum, spread and percentiles of one numeric field."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.counting import Counting, numeric
from graphql_api.jockeys.vocabulary import Surface


@dataclass(frozen=True, slots=True)
class Numeric:
    """A field of summaries. ``surfaces``, if given, limit the races."""

    field: str
    description: str
    surfaces: frozenset[Surface] = frozenset()


_FLAT = frozenset({Surface.TURF, Surface.DIRT})
_LAST_3F = {
    "last3f": Numeric("last3f", "The horse's time of the last 600 m in seconds (上り). Flat races only.", _FLAT),
    "jump_average_furlong": Numeric(
        "last3f", "Average time of one furlong (200 m) in seconds (上り). Jump races only.", frozenset({Surface.JUMP})
    ),
}

NUMERICS: Mapping[str, Numeric] = MappingProxyType(
    {
        **{field.name: Numeric(field.name, field.description) for field in FIELDS if field.type in (int, float)},
        **_LAST_3F,
    }
)
"""The fields of summaries by name. 上り has another meaning in jump races, so they are separate."""


@dataclass(frozen=True, slots=True, eq=False)
class NumericSummary:
    """The summary of sorted numbers without NaN. Without numbers, all but ``count`` are None."""

    numbers: np.ndarray

    @property
    def count(self) -> int:
        """Count the numbers."""
        return len(self.numbers)

    @property
    def sum(self) -> float | None:
        """Return the sum of the numbers."""
        return float(self.numbers.sum()) if self.count else None

    @property
    def min(self) -> float | None:
        """Return the minimum."""
        return float(self.numbers[0]) if self.count else None

    @property
    def max(self) -> float | None:
        """Return the maximum."""
        return float(self.numbers[-1]) if self.count else None

    @property
    def mean(self) -> float | None:
        """Return the arithmetic mean."""
        return float(self.numbers.mean()) if self.count else None

    @property
    def stddev(self) -> float | None:
        """Return the sample standard deviation (n - 1), like pandas and R. None for fewer than two numbers."""
        return float(self.numbers.std(ddof=1)) if self.count > 1 else None

    def percentile(self, percent: float) -> float | None:
        """Return a percentile, interpolated between the two nearest numbers like numpy and pandas."""
        return float(np.percentile(self.numbers, percent)) if self.count else None


def summarise(counted: Counting, group: int, name: str) -> NumericSummary:
    """Summarise the known values of one of ``NUMERICS`` in one group."""
    wanted, records = NUMERICS[name], counted.records
    rows = counted.rows[counted.members[group]]
    if wanted.surfaces:
        surface = records.fields["surface"]
        taken = np.array([value in wanted.surfaces for value in surface.values], np.bool_)
        rows = rows[taken.take(surface.codes.take(rows))]
    numbers = numeric(records, wanted.field).take(records.fields[wanted.field].codes.take(rows))
    return NumericSummary(np.sort(numbers[~np.isnan(numbers)]))

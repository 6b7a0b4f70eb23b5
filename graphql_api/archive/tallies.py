"""Statistics and groups of rides as counted by the archive, with the attributes that those of one file have."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from graphql_api.archive import costs
from graphql_api.archive.absent import columns_statement, needs_of
from graphql_api.archive.counting import FIGURES
from graphql_api.archive.editions import Edition
from graphql_api.archive.listing import JOCKEYS, by_keys
from graphql_api.archive.questions import JOCKEY, Grouping, value_of
from graphql_api.errors import BadUserInput
from graphql_api.execution.context import Context
from graphql_api.jockeys.summaries import NumericSummary
from graphql_api.tables.column import DictColumn, constant
from graphql_api.tables.table import ColumnTable, Row


class Tallies:
    """Some groups in their order, as a table whose columns are their keys and statistics."""

    def __init__(
        self,
        columns: Mapping[str, Sequence[Any]],
        rows: int,
        summaries: Mapping[str, Sequence[NumericSummary]],
        jockeys: Mapping[str, Row[ColumnTable]],
    ) -> None:
        """Hold the values of keys and statistics by group."""
        self.columns = columns
        self.summaries = summaries
        self.jockeys = jockeys
        self.derived: dict[Any, Any] = {}
        self.version = object()
        self._rows = rows
        self._places = np.arange(rows)

    def __len__(self) -> int:
        """Count the groups."""
        return self._rows

    def key(self, name: str) -> DictColumn:
        """Return a key; None where it is not grouped by."""
        return DictColumn(self._places, self.columns[name]) if name in self.columns else constant(None, len(self))

    def statistic(self, name: str) -> DictColumn:
        """Return a statistic, or a bound of one."""
        return DictColumn(self._places, self.columns[name])


class Tally:
    """The statistics of one group as attributes, as ``jockeys.figures.Statistics`` has them."""

    __slots__ = ("_place", "_table")

    def __init__(self, table: Tallies, place: int) -> None:
        """Point at one group."""
        self._table = table
        self._place = place

    def __getattr__(self, name: str) -> Any:
        """Return one statistic, None for null."""
        if name not in FIGURES:
            raise AttributeError(name)
        return self._table.columns[name][self._place]

    def summary(self, name: str) -> NumericSummary:
        """Summarise the known values of one of ``NUMERICS``."""
        return self._table.summaries[name][self._place]


async def tally(
    edition: Edition,
    context: Context,
    grouping: Grouping,
    summaries: Iterable[str] = (),
    *,
    is_bounded: bool = True,
    with_jockeys: bool = False,
) -> Tallies:
    """Count rides by groups, ``grouping.most`` of them; more are refused where the client did not bound them.

    ``summaries`` name the ``NUMERICS`` that are summarised besides. ``with_jockeys`` looks up the jockeys of the groups
    by jockey. Raises ``BadUserInput``.
    """
    names, by = grouping.names, grouping.by
    cost = costs.grouping(by, grouping.figures)
    rows = await edition.ask(context, grouping.statement(), cost)
    if rows and not is_bounded and rows[0][-1] > grouping.most:
        raise BadUserInput(
            f"Argument 'by' makes {rows[0][-1]} groups; at most {grouping.most} are allowed. "
            "Use 'first', 'having' or a filter."
        )
    read = list(zip(*rows, strict=True)) if rows else [()] * (len(by) + len(names))
    columns = {name: [value_of(name, value) for value in values] for name, values in zip(by, read, strict=False)}
    columns |= {name: list(values) for name, values in zip(names, read[len(by) :], strict=False)}
    if rows and not rows[0][-1]:
        columns |= {name: [None] for name in await _unknown(edition, context, grouping, cost)}
    summarised = {}
    for name in sorted(set(summaries)):
        numbers = await edition.ask(context, grouping.summary_statement(name), cost + costs.SUMMARY)
        summarised[name] = summaries_of_groups(numbers, len(rows))
    ids = sorted(set(columns[JOCKEY]) - {None}) if with_jockeys and JOCKEY in columns else []
    return Tallies(columns, len(rows), summarised, await by_keys(edition, context, JOCKEYS, ids) if ids else {})


async def _unknown(edition: Edition, context: Context, grouping: Grouping, cost: int) -> list[str]:
    """Name the statistics of no rides that are null, since no file has the columns that they need."""
    needs = needs_of(grouping.names)
    if not needs:
        return []
    (known,) = await edition.ask(context, columns_statement(grouping.rides, needs), cost)
    missing = {need for need, has in zip(needs, known, strict=True) if not has}
    return [name for name in grouping.names if missing.intersection(FIGURES[name].needs)]


def summaries_of_groups(rows: Sequence[tuple[int, float, int]], groups: int) -> list[NumericSummary]:
    """Write out the numbers of each group, ascending, as often as they occur."""
    if not rows:
        return [NumericSummary(np.empty(0))] * groups
    number, value, occurrences = (np.array(column) for column in zip(*rows, strict=True))
    values = np.repeat(value.astype(np.float64), occurrences)
    ends = np.bincount(number, weights=occurrences, minlength=groups).cumsum().astype(np.int64)
    return [NumericSummary(part) for part in np.split(values, ends[:-1])]

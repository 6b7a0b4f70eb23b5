"""Race days of the archive: the racecourses and their known numbers of races."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from graphql_api.archive import costs
from graphql_api.archive.conditions import Parameters
from graphql_api.archive.editions import Edition
from graphql_api.archive.questions import Statement
from graphql_api.execution.context import Context


@dataclass(frozen=True, slots=True)
class RaceDay:
    """A day with races."""

    date: date
    racecourses: tuple[str, ...]
    race_count: int


@dataclass(frozen=True, slots=True)
class Span:
    """Days from the first to the last, both included. None means no limit."""

    since: date | None
    until: date | None

    @property
    def days(self) -> int | None:
        """Return the number of days. None if there is no limit."""
        return None if self.since is None or self.until is None else max(0, (self.until - self.since).days + 1)

    @property
    def years(self) -> tuple[int, int]:
        """Return the first and the last year of these days."""
        return (self.since or date.min).year, (self.until or date.max).year

    def where(self, parameters: Parameters, after: date | None = None) -> str:
        """Return the SQL condition of rides on these days and after ``after``."""
        bounds = ((">=", self.since), ("<=", self.until), (">", after))
        return " AND ".join(
            ["race_id IS NOT NULL", *(f"date {sign} {parameters.add(day)}" for sign, day in bounds if day is not None)]
        )


async def read_days(
    edition: Edition, context: Context, span: Span, count: int, after: date | None
) -> Sequence[RaceDay]:
    """Return the days of a page in order, and one more if there is a next page."""
    parameters = Parameters()
    where = span.where(parameters, after)
    text = (
        f"SELECT date, list_sort(list(DISTINCT racecourse)), count(DISTINCT race_id) FROM rides WHERE {where} "
        f"GROUP BY date ORDER BY date LIMIT {count + 1:d}"
    )
    rows = await edition.ask(context, Statement(text, tuple(parameters.values), years=span.years), costs.PAGE)
    return [RaceDay(day, tuple(racecourses), races) for day, racecourses, races in rows]


async def count_days(edition: Edition, context: Context, span: Span) -> int:
    """Count the days on all pages."""
    parameters = Parameters()
    text = f"SELECT count(DISTINCT date) FROM rides WHERE {span.where(parameters)}"
    rows = await edition.ask(context, Statement(text, tuple(parameters.values), years=span.years), costs.COUNT)
    return int(rows[0][0])

"""Race days: those of the archive, and in a short span also those of the provider."""

from asyncio import gather
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from graphql_api.archive.editions import Edition
from graphql_api.errors import BadUserInput
from graphql_api.execution.context import Context
from graphql_api.races import calendar
from graphql_api.races.calendar import RaceDay, Span
from graphql_api.races.live import is_live
from graphql_api.races.lookup import archive_of, races_on
from graphql_api.races.model import Race

MAX_LIVE_DAYS = 14
"""Maximum number of days in a span whose cards are requested from a provider."""


@dataclass(frozen=True, slots=True)
class DayPage:
    """Days in order, and whether there is a next page."""

    days: tuple[RaceDay, ...]
    has_next: bool


@dataclass(frozen=True, slots=True)
class DayList:
    """The race days of a span: a page of ``count`` days after the day ``after``."""

    span: Span
    count: int
    after: date | None = None

    async def page(self, context: Context) -> DayPage:
        """Read the page. Raises as ``races_on``, and ``BadUserInput`` if no source has the days of the span."""
        if self._is_by_cards(context):
            days: Sequence[RaceDay] = [day for day in await self._days(context) if _is_behind(day, self.after)]
        else:
            days = await calendar.read_days(await _archive(context), context, self.span, self.count, self.after)
        return DayPage(tuple(days[: self.count]), len(days) > self.count)

    async def total(self, context: Context) -> int:
        """Count the days on all pages."""
        if self._is_by_cards(context):
            return len(await self._days(context))
        return await calendar.count_days(await _archive(context), context, self.span)

    def _is_by_cards(self, context: Context) -> bool:
        """Return whether the days are determined by their races: for a single day, or a few days of a provider."""
        days = self.span.days
        return days is not None and days <= (MAX_LIVE_DAYS if is_live(context.settings) else 1)

    async def _days(self, context: Context) -> Sequence[RaceDay]:
        since, days = self.span.since, self.span.days
        assert since is not None and days is not None  # noqa: S101, PT018 - the span is bounded
        wanted = [since + timedelta(offset) for offset in range(days)]
        told = await gather(*(races_on(context, day) for day in wanted))
        return [_day(day, races) for day, races in zip(wanted, told, strict=True) if races]


async def _archive(context: Context) -> Edition:
    archive = await archive_of(context)
    if archive is None:
        raise BadUserInput(f"Without an index 'from' and 'to' must span at most {MAX_LIVE_DAYS} days.")
    return archive


def _is_behind(day: RaceDay, after: date | None) -> bool:
    return after is None or day.date > after


def _day(day: date, races: Iterable[Race]) -> RaceDay:
    racecourses = [race.racecourse for race in races]
    return RaceDay(day, tuple(sorted(set(racecourses))), len(racecourses))

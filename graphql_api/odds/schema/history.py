"""The history of odds as a connection: a point for each horse at each moment."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from functools import partial

import strawberry

from graphql_api.errors import BadUserInput
from graphql_api.execution.context import Context
from graphql_api.execution.purity import PURE
from graphql_api.odds.model import Point, shown
from graphql_api.odds.schema.enums import OddsStatus
from graphql_api.odds.settings import is_updating
from graphql_api.races.model import Race
from graphql_api.schema.pages import PageInfo
from graphql_api.tables.paging import check_count

PAGE = 100
_CURSOR = re.compile("([0-9]{1,12})-([0-9]{1,3})", re.ASCII)


@strawberry.type(description="Odds of a horse at one moment.")
class OddsPoint:
    """Public face of one horse in a ``model.Point``."""

    as_of: dt.datetime = strawberry.field(description="Time of the odds.")
    horse_number: int = strawberry.field(description="Number of the horse (馬番).")
    status: OddsStatus = strawberry.field(description="Whether the odds were forecast, open, closed or final.")
    win_odds: float | None = strawberry.field(description="Odds to win (単勝). Null if there were none.")
    place_min: float | None = strawberry.field(description="Lower bound of the place odds (複勝). Null if none.")
    place_max: float | None = strawberry.field(description="Upper bound of the place odds (複勝). Null if none.")


@strawberry.type(description="Odds of a horse at one moment, with their cursor.")
class OddsPointEdge:
    """An edge of a connection."""

    cursor: str = strawberry.field(description="An opaque cursor, for `after`.")
    node: OddsPoint = strawberry.field(description="The odds.")


@strawberry.type(description="History of odds.")
class OddsHistoryConnection:
    """A page of points."""

    points: strawberry.Private[Sequence[OddsPoint]]
    page: strawberry.Private[range]

    @strawberry.field(description="Odds on this page.", metadata=PURE)
    def nodes(self) -> list[OddsPoint]:
        """Return the page."""
        return [self.points[place] for place in self.page]

    @strawberry.field(description="Odds on this page, each with its cursor.", metadata=PURE)
    def edges(self) -> list[OddsPointEdge]:
        """Return the page with cursors."""
        return [OddsPointEdge(cursor=_cursor(self.points[place]), node=self.points[place]) for place in self.page]

    @strawberry.field(description="Position of this page in the connection.", metadata=PURE)
    def page_info(self) -> PageInfo:
        """Describe the page."""
        return PageInfo(
            cursor_at=partial(_cursor_at, self.points, self.page),
            has_next_page=self.page.stop < len(self.points),
            has_previous_page=self.page.start > 0,
        )

    @strawberry.field(description="Number of items on all pages.", metadata=PURE)
    def total_count(self) -> int:
        """Count the points."""
        return len(self.points)


async def history_of(
    context: Context, race: Race, horse_number: int | None, first: int | None, after: str | None
) -> OddsHistoryConnection:
    """Read a page of the history. Raises ``BadUserInput`` and ``StoreUnavailable``."""
    from graphql_api.odds.service import Odds

    check_count("first", first, context.settings.max_page)
    told = await context.use(Odds).history(race.ids.bridge) if is_updating(context.settings) else ()
    points = [point for each in told for point in _horses(each) if horse_number in (None, point.horse_number)]
    start = 0 if after is None else _place_after(points, after)
    stop = min(len(points), start + (PAGE if first is None else first))
    return OddsHistoryConnection(points=points, page=range(start, stop))


def _horses(point: Point) -> Iterator[OddsPoint]:
    least, most = point.place
    for place, win in enumerate(point.win):
        yield OddsPoint(
            as_of=point.as_of,
            horse_number=place + 1,
            status=point.status,
            win_odds=shown(win),
            place_min=shown(least[place]) if place < len(least) else None,
            place_max=shown(most[place]) if most and place < len(most) else None,
        )


def _cursor(point: OddsPoint) -> str:
    return f"{int(point.as_of.timestamp())}-{point.horse_number}"


def _cursor_at(points: Sequence[OddsPoint], page: range, place: int) -> str | None:
    return _cursor(points[page[place]]) if page else None


def _place_after(points: Sequence[OddsPoint], cursor: str) -> int:
    """Return the first place after a cursor, also if the cursor's own point has been deleted."""
    told = _CURSOR.fullmatch(cursor)
    if told is None:
        raise BadUserInput("Argument 'after' is not a cursor of this connection.")
    behind = int(told[1]), int(told[2])
    found = (place for place, each in enumerate(points) if (int(each.as_of.timestamp()), each.horse_number) > behind)
    return next(found, len(points))

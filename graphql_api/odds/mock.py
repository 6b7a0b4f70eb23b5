"""The provider ``mock``: the odds of the fictional calendar at a moment, for all types of bets."""

from datetime import datetime

from graphql_api.errors import UpstreamUnavailable
from graphql_api.odds.model import Board, Line, OddsStatus
from graphql_api.races.ids import COURSE_CODES
from graphql_api.races.mock import OFFICIAL_AFTER, FictionalRacing
from graphql_api.races.model import Race
from graphql_api.samples.calendar import Race as Announced
from graphql_api.samples.market import CLOSES, OPENS
from graphql_api.slips.tickets.combinations import every_combination
from graphql_api.slips.tickets.types import BetType


class MockOdds:
    """Implements ``OddsProvider``."""

    def __init__(self, racing: FictionalRacing) -> None:
        """Return the odds of ``racing`` at its time of day."""
        self._racing = racing

    def board(self, race: Race) -> Board | None:
        """Return the odds of this minute."""
        now = self._racing.now()
        with self._racing.lock:  # a calendar is one thread's at a time
            announced = next((each for each in self._racing.calendar.races(race.date) if _is(each, race)), None)
            if announced is None:
                raise UpstreamUnavailable("The calendar has no such race.", race=race.ids.bridge)
            pools = self._racing.calendar.pools(announced, now)
        runners = len(announced.runners)
        lines = (
            {BetType.WIN: Line((0,) * len(every_combination(BetType.WIN, runners)))}
            if pools is None
            else {
                bet_type: Line(quoted.least.tolist(), None if quoted.most is None else quoted.most.tolist())
                for bet_type, quoted in pools.items()
            }
        )
        return Board(
            race_id=race.ids.bridge,
            runners=runners,
            status=_status(announced.start, now),
            as_of=_changed(announced.start, now),
            fetched_at=now,
            lines=lines,
        )

    def close(self) -> None:
        """Do nothing: a calendar holds no connection."""


def _is(announced: Announced, race: Race) -> bool:
    code = COURSE_CODES.get(announced.meeting.course)
    return (code, announced.number) == (race.place.course, race.race_number)


def _status(start: datetime, now: datetime) -> OddsStatus:
    if now >= start + OFFICIAL_AFTER:
        return OddsStatus.FINAL
    if now >= start - CLOSES:
        return OddsStatus.CLOSED
    return OddsStatus.OPEN if now >= start - OPENS else OddsStatus.FORECAST


def _changed(start: datetime, now: datetime) -> datetime:
    """Return when the odds last changed: each minute during sales, then when they closed or became final."""
    ends = (start + OFFICIAL_AFTER, start, start - CLOSES)
    last = next((end for end in ends if now >= end), now)
    return last.replace(second=0, microsecond=0) if last is now else last

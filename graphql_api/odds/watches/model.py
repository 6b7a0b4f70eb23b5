"""A watch: alerts on the odds of one race, how they stand, and what has fired."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from types import MappingProxyType

from graphql_api.odds.model import AHEAD
from graphql_api.odds.watches.rules import Alert, AlertState, Crossing, Sample, evaluate
from graphql_api.slips.tickets.types import BetType

MAX_ALERTS = 10
"""Alerts of one watch."""

MAX_FIRINGS = 20
"""Firings of one watch, whose race is of one day: then it ends, so that nobody is flooded."""

MAX_MINUTES = 60
"""Minutes of an alert of the kind PERCENT."""


class OddsWatchStatus(Enum):
    """Status of a watch."""

    ACTIVE = "active"
    EXHAUSTED = "exhausted"
    ENDED = "ended"
    GONE = "gone"


STATUSES: Mapping[Enum, str] = MappingProxyType(
    {
        OddsWatchStatus.ACTIVE: "The alerts can fire.",
        OddsWatchStatus.EXHAUSTED: f"The watch has fired {MAX_FIRINGS} times, the maximum. Create a new watch.",
        OddsWatchStatus.ENDED: "The odds of the race are final. The alerts no longer fire.",
        OddsWatchStatus.GONE: "The webhook returned 410 (Gone). The alerts no longer fire.",
    }
)


@dataclass(frozen=True, slots=True)
class Firing:
    """A crossing of the alert at place ``alert``, found at ``fired_at`` (seconds since 1970).

    ``is_sent`` tells whether its delivery was queued.
    """

    alert: int
    crossing: Crossing
    fired_at: int
    is_sent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A watch in one version. ``name`` is the digest of its id, ``race_id`` the bridge's id.

    ``url`` receives its firings, if it is not None. ``asked`` is a digest of the request that created it.
    ``is_gone`` tells that the URL takes no more messages.
    """

    name: str
    race_id: str
    created_at: datetime
    expires_at: datetime
    alerts: Sequence[Alert]
    states: Sequence[AlertState]
    firings: Sequence[Firing] = ()
    url: str | None = None
    is_final: bool = False
    is_gone: bool = False
    asked: str | None = None
    version: int = 0

    @property
    def status(self) -> OddsWatchStatus:
        """Return its status."""
        if self.is_gone:
            return OddsWatchStatus.GONE
        if self.is_final:
            return OddsWatchStatus.ENDED
        return OddsWatchStatus.EXHAUSTED if len(self.firings) >= MAX_FIRINGS else OddsWatchStatus.ACTIVE

    @property
    def unsent(self) -> list[Firing]:
        """Return the firings whose delivery is still to be queued."""
        return [] if self.url is None or self.is_gone else [each for each in self.firings if not each.is_sent]

    def event_id(self, firing: Firing) -> str:
        """Return the id of a firing, the same whenever it is told."""
        return f"odds-{self.name}-{firing.alert}-{firing.crossing.number}"


Series = Mapping[tuple[BetType, int], Sequence[Sample]]
"""Samples by type and horse number, in ascending order of time."""


def advance(watch: Watch, series: Series, *, fresh: int, now: int, is_final: bool) -> Watch:
    """Return the watch after the samples of its race; an equal one if nothing has changed.

    A state whose last change is far ahead of ``now`` was written by a process with a wrong clock. It counts as changed
    at ``now``.
    """
    if watch.status is not OddsWatchStatus.ACTIVE:
        return watch
    states, fired = [], []
    for place, (alert, state) in enumerate(zip(watch.alerts, watch.states, strict=True)):
        is_ahead = state.changed_at > now + AHEAD.total_seconds()
        before = state._replace(changed_at=now) if is_ahead else state
        after, crossings = evaluate(alert, before, series.get((alert.bet_type, alert.horse_number), ()), fresh)
        states.append(after)
        fired += [Firing(place, crossing, now) for crossing in crossings]
    fired.sort(key=lambda each: (each.crossing.at, each.alert))
    firings = (*watch.firings, *fired)[:MAX_FIRINGS]
    return replace(watch, states=tuple(states), firings=firings, is_final=is_final)


def with_sent(watch: Watch, sent: Sequence[Firing]) -> Watch:
    """Return the watch with firings marked as sent."""
    names = {watch.event_id(each) for each in sent}
    marked = (replace(each, is_sent=True) if watch.event_id(each) in names else each for each in watch.firings)
    return replace(watch, firings=tuple(marked))

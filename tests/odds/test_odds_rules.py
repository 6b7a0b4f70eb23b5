"""Rules of alerts on odds: once per crossing, whatever way the odds go."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphql_api.japan_time import JST
from graphql_api.odds.model import Line, OddsStatus, Point
from graphql_api.odds.watches.rounds import series_of
from graphql_api.odds.watches.rules import Alert, AlertState, OddsAlertKind, Sample, evaluate
from graphql_api.slips.tickets.types import BetType

NOON = datetime(2025, 6, 28, 12, 0, tzinfo=JST)
BEGIN = int(NOON.timestamp())
ARMED = AlertState(is_armed=True, fired=0, changed_at=BEGIN - 1)


def alert(kind: OddsAlertKind, threshold: int, minutes: int = 0) -> Alert:
    """Return an alert on the first horse."""
    return Alert(kind=kind, bet_type=BetType.WIN, horse_number=1, threshold=threshold, minutes=minutes)


def samples(*odds: int) -> list[Sample]:
    """Return odds, one each minute."""
    return [Sample(BEGIN + 60 * minute, each) for minute, each in enumerate(odds)]


def fired(given: Alert, told: Sequence[Sample], fresh: int = 0) -> list[tuple[int, int | None, int]]:
    """Return the minute of each crossing, and its odds before and then."""
    return [((each.at - BEGIN) // 60, each.before, each.odds) for each in evaluate(given, ARMED, told, fresh)[1]]


@pytest.mark.parametrize(
    ("given", "odds", "expected"),
    [
        (alert(OddsAlertKind.BELOW, 40), [50, 41, 40, 39, 41, 40], [(2, 41, 40)]),
        (alert(OddsAlertKind.BELOW, 40), [50, 40, 42, 40], [(1, 50, 40), (3, 42, 40)]),
        (alert(OddsAlertKind.BELOW, 40), [30], [(0, None, 30)]),
        (alert(OddsAlertKind.ABOVE, 100), [90, 100, 96, 120, 95, 100], [(1, 90, 100), (5, 95, 100)]),
        (alert(OddsAlertKind.PERCENT, -200, 3), [100, 90, 80, 79, 78, 78, 78, 60], [(2, 100, 80), (7, 78, 60)]),
        (alert(OddsAlertKind.PERCENT, -200, 1), [100, 90, 80], []),
        (alert(OddsAlertKind.PERCENT, 500, 5), [20, 29, 30, 45], [(2, 20, 30)]),
        (alert(OddsAlertKind.PERCENT, 500, 5), [20, 10, 20, 20], [(2, 10, 20)]),
    ],
)
def test_an_alert_fires_once_per_crossing(
    given: Alert, odds: Sequence[int], expected: list[tuple[int, int | None, int]]
) -> None:
    """At the threshold itself, and again only after the odds came back far enough."""
    assert fired(given, samples(*odds)) == expected


def test_odds_before_a_gap_are_no_change_within_minutes() -> None:
    """What was said an hour ago is not compared with."""
    late = [Sample(BEGIN, 100), Sample(BEGIN + 3600, 50)]
    assert fired(alert(OddsAlertKind.PERCENT, -200, 10), late) == []


def test_what_is_old_only_serves_to_compare() -> None:
    """Odds that were looked at late do not fire; later ones are compared with them."""
    told = samples(100, 70, 70)
    assert fired(alert(OddsAlertKind.BELOW, 80), told, BEGIN + 90) == [(2, 70, 70)]
    assert fired(alert(OddsAlertKind.PERCENT, -200, 5), told, BEGIN + 90) == [(2, 100, 70)]
    state, _ = evaluate(alert(OddsAlertKind.BELOW, 80), ARMED, told, 0)
    assert evaluate(alert(OddsAlertKind.BELOW, 80), state, [Sample(BEGIN, 10)], 0) == (state, [])


def test_only_odds_on_sale_are_looked_at() -> None:
    """Not forecasts, closed or final ones, nor horses that have none."""

    def point(minute: int, status: OddsStatus, *win: int) -> Point:
        return Point(NOON + timedelta(minutes=minute), status, win, Line(win, tuple(2 * each for each in win)))

    series = series_of(
        [
            point(0, OddsStatus.FORECAST, 10, 10),
            point(1, OddsStatus.OPEN, 20, 0),
            point(2, OddsStatus.CLOSED, 30, 30),
            point(3, OddsStatus.FINAL, 40, 40),
        ]
    )
    expected = [Sample(BEGIN + 60, 20)]
    assert dict(series) == {(BetType.WIN, 1): expected, (BetType.PLACE, 1): expected}


paths = st.lists(st.integers(10, 200), min_size=1, max_size=60).map(lambda odds: samples(*odds))
alerts = st.one_of(
    st.builds(alert, st.sampled_from([OddsAlertKind.BELOW, OddsAlertKind.ABOVE]), st.integers(10, 200)),
    st.builds(
        alert,
        st.just(OddsAlertKind.PERCENT),
        st.one_of(st.integers(-900, -10), st.integers(10, 2_000)),
        st.integers(1, 60),
    ),
)


def is_back(given: Alert, path: Sequence[Sample], place: int) -> bool:
    """Tell by the definition, with plain division, whether odds arm an alert again."""
    odds = path[place].odds
    if given.kind is OddsAlertKind.BELOW:
        return odds * 20 >= given.threshold * 21
    if given.kind is OddsAlertKind.ABOVE:
        return odds * 20 <= given.threshold * 19
    recent = [each.odds for each in path[: place + 1] if each.at >= path[place].at - 60 * given.minutes]
    change = [(each - odds if given.threshold < 0 else odds - each, each) for each in recent]
    return all(2_000 * by < abs(given.threshold) * of for by, of in change)


@given(alerts, paths)
def test_between_two_firings_the_odds_came_back(given: Alert, path: list[Sample]) -> None:
    """Whatever the path; and the numbers of crossings count up."""
    state, crossings = evaluate(given, ARMED, path, 0)
    assert [each.number for each in crossings] == list(range(1, len(crossings) + 1))
    assert state.fired == len(crossings)
    places = [next(place for place, each in enumerate(path) if each.at == crossing.at) for crossing in crossings]
    for one, other in pairwise(places):
        assert any(is_back(given, path, place) for place in range(one + 1, other))


@given(alerts, paths, st.lists(st.integers(0, 60), max_size=6))
def test_it_does_not_matter_how_odds_are_delivered(given: Alert, path: list[Sample], cuts: list[int]) -> None:
    """At once, in parts, or some of them again: the crossings are the same."""
    whole = evaluate(given, ARMED, path, 0)
    state, crossings = ARMED, []
    for cut in [*sorted(cuts), len(path), 0, len(path)]:
        state, more = evaluate(given, state, path[:cut], 0)
        crossings += more
    assert (state, crossings) == whole

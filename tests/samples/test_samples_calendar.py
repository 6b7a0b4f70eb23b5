"""The fictional calendar: meetings, cards, results, odds and payouts that belong together, asked in any order."""

import math
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from graphql_api.japan_time import JST
from graphql_api.samples.calendar import Calendar, Race
from graphql_api.samples.careers import NEWEST
from graphql_api.samples.market import CLOSES, OPENS
from graphql_api.samples.places import JRA, meetings
from graphql_api.slips.tickets.types import BetType

SEASON = (date(2024, 7, 1), NEWEST)
COMING = date(2026, 4, 5)
ODDS_TO_WIN = (1.25, 1.34)
"""What 1/odds add up to: 1/0.8, and a little more since odds are rounded down."""


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    """Give a calendar."""
    return Calendar(1)


@cache
def season() -> tuple[Calendar, list[Race]]:
    """Give a season of JRA's races that took place, with their calendar."""
    calendar = Calendar(1)
    return calendar, [
        race
        for day in days(*SEASON)
        for race in calendar.races(day)
        if race.meeting.circuit == JRA and calendar.result(race).finishes
    ]


def days(first: date, last: date) -> Iterator[date]:
    """Give the days from the first to the last."""
    yield from (first + timedelta(days=day) for day in range((last - first).days + 1))


@pytest.mark.parametrize("year", [1999, 2024, 2031])
def test_jra_counts_its_meetings_over_the_year(year: int) -> None:
    """Each course's rounds go from 1 without gaps, and each round's days likewise; a day has three meetings at most."""
    rounds: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for day in days(date(year, 1, 1), date(year, 12, 31)):
        held = [meeting for meeting in meetings(day) if meeting.circuit == JRA]
        assert len(held) in (0, 2, 3)
        assert len({meeting.course for meeting in held}) == len(held)
        for meeting in held:
            rounds[meeting.course].append((meeting.round, meeting.number))
    assert len(rounds) == 10
    for numbers in rounds.values():
        assert numbers[0] == (1, 1)
        for (turn, number), following in pairwise(numbers):
            assert following in ((turn, number + 1), (turn + 1, 1))


def test_race_ids_are_unique() -> None:
    """No two races of a season share an id, which is of 12 digits."""
    _, races = season()
    ids = {race.id for race in races}
    assert len(ids) == len(races) > 3000
    assert all(id_ and len(id_) == 12 and id_.isdigit() for id_ in ids)


def test_the_order_of_questions_does_not_matter(calendar: Calendar) -> None:
    """A day is the same for who asks for it first, and for who has asked for other days before."""
    fresh = Calendar(1)
    later = fresh.races(COMING)
    assert fresh.races(date(2025, 3, 2)) == calendar.races(date(2025, 3, 2))
    assert calendar.races(COMING) == later
    race = later[0]
    assert calendar.payouts(race) == fresh.payouts(race)
    assert calendar.odds(race, race.start) == fresh.odds(race, race.start)
    assert Calendar(2).races(COMING) != later


def test_another_process_draws_the_same() -> None:
    """Neither hash randomisation nor pandas has a part in it."""
    code = (
        "import sys; from datetime import date; from graphql_api.samples.calendar import Calendar\n"
        "c = Calendar(3); r = c.races(date(2026, 4, 5))[-1]\n"
        "print(r, c.result(r), c.payouts(r), 'pandas' in sys.modules)"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "7")
    }
    assert len(told) == 1
    assert told.pop().rstrip().endswith(b"False")


def test_a_coming_day_has_whole_cards(calendar: Calendar) -> None:
    """Days after the last one of the files are announced like others: 12 races a meeting, each horse once."""
    races = [race for race in calendar.races(COMING) if race.meeting.circuit == JRA]
    assert [race.number for race in races] == [*range(1, 13)] * (len(races) // 12)
    for race in races:
        assert [runner.number for runner in race.runners] == [*range(1, len(race.runners) + 1)]
        assert len({runner.jockey_id for runner in race.runners}) == len(race.runners) >= 5
        assert race.start.date() == COMING
        assert race.start.utcoffset() == timedelta(hours=9)
        brackets = [runner.bracket for runner in race.runners]
        assert brackets == sorted(brackets, key=lambda bracket: bracket or 0)
        assert brackets[-1] == min(8, len(race.runners))
    horses = [runner.horse for race in races for runner in race.runners]
    assert len(set(horses)) == len(horses)


def test_horses_rest_and_keep_their_weight() -> None:
    """A horse runs at most once in two weeks, and each change in weight is that since its last race."""
    _, races = season()
    last: dict[str, tuple[date, int | None]] = {}
    checked = 0
    for race in races:
        for runner in race.runners:
            if runner.horse in last:
                day, weight = last[runner.horse]
                assert (race.meeting.day - day).days >= 13
                if runner.weight and runner.change is not None and weight:
                    checked += runner.weight - runner.change == weight
            last[runner.horse] = race.meeting.day, runner.weight
    assert checked > 20_000


def test_winners_rise() -> None:
    """A horse that has won is seen in no race for maidens after it."""
    calendar, races = season()
    won: set[str] = set()
    maidens = 0
    for race in races:
        if race.class_name in ("未勝利", "新馬") and race.surface != "障":
            maidens += 1
            assert won.isdisjoint(runner.horse for runner in race.runners)
        finishes = calendar.result(race).finishes
        won.update(race.runners[each.number - 1].horse for each in finishes if each.position == 1)
    assert maidens > 500


def test_results_are_of_one_piece() -> None:
    """Places are counted as in racing, times rise with them, and at each corner every place is taken once."""
    calendar, races = season()
    seen: set[str] = set()
    for race in races:
        finishes = calendar.result(race).finishes
        seen.update(each.status for each in finishes)
        placed = sorted((each for each in finishes if each.position), key=lambda each: each.position or 0)
        positions = [each.position for each in placed]
        assert positions == [1 + sum(other < position for other in positions) for position in positions]
        assert {each.position is None for each in finishes if each.status in ("取", "除", "中", "失", "再")} <= {True}
        times = [each.time for each in placed if each.status != "降"]
        assert times == sorted(times)
        for corner in range(max(len(each.corners) for each in finishes)):
            places = sorted(each.corners[corner] for each in finishes if len(each.corners) > corner)
            assert places == [*range(1, len(places) + 1)]
    assert {"", "取", "除", "中", "失", "降", "再"} == seen


def test_final_odds_add_up_and_ranks_follow_them() -> None:
    """The sum of 1/odds is 1 / 0.8 of whole pools; the favourite has the lowest odds; who did not start has none."""
    calendar, races = season()
    for race in races:
        quotes, finishes = calendar.odds(race, race.start), calendar.result(race).finishes
        known = sorted((each for each in quotes if each.odds), key=lambda each: each.rank or 0)
        assert ODDS_TO_WIN[0] <= sum(1 / (each.odds or 1) for each in known) <= ODDS_TO_WIN[1]
        assert [each.rank for each in known] == [*range(1, len(known) + 1)]
        assert [each.odds for each in known] == sorted(each.odds or 0 for each in known)
        absent = {each.number for each in finishes if each.status in ("取", "除")}
        assert {each.number for each in quotes} - {each.number for each in known} == absent


def test_odds_open_drift_and_close() -> None:
    """There are none before sales open; they change by the minute, come nearer to the final ones, and stand still."""
    calendar, races = season()
    apart = defaultdict(list)
    for race in races[:60]:
        assert calendar.odds(race, race.start - OPENS - timedelta(seconds=1)) == ()
        final = logs(calendar, race, race.start - CLOSES)
        for hours in (24, 6, 1, 0.1):
            moment = race.start - timedelta(hours=hours)
            odds = logs(calendar, race, moment)
            quoted = [each.odds for each in calendar.odds(race, moment) if each.odds]
            assert ODDS_TO_WIN[0] <= sum(1 / each for each in quoted) <= ODDS_TO_WIN[1]
            apart[hours].append(np.abs(odds - final).mean())
        moment = race.start - timedelta(hours=1)
        minute = calendar.odds(race, moment)
        assert calendar.odds(race, moment.astimezone(JST) + timedelta(seconds=59)) == minute
        assert calendar.odds(race, moment + timedelta(seconds=61)) != minute
        assert calendar.odds(race, race.start) == calendar.odds(race, race.start + timedelta(days=99))
    means = [np.mean(apart[hours]) for hours in (24, 6, 1, 0.1)]
    assert means == sorted(means, reverse=True)
    assert means[0] > 0.3 > 0.05 > means[-1]


def logs(calendar: Calendar, race: Race, moment: datetime) -> np.ndarray:
    """Give the logarithms of the odds of those that started."""
    started = {each.number for each in calendar.result(race).finishes if each.status not in ("取", "除")}
    return np.log([each.odds or 1.0 for each in calendar.odds(race, moment) if each.number in started])


def test_payouts_belong_to_the_result() -> None:
    """Winners of each bet type are those of the result, and a single winner pays 100 times its odds."""
    calendar, races = season()
    tied = 0
    for race in races:
        finishes = calendar.result(race).finishes
        order = [each.number for each in sorted(finishes, key=lambda each: each.position or 99) if each.position]
        first = [each.number for each in finishes if each.position == 1]
        paid: dict[BetType, dict[tuple[int, ...], int]] = defaultdict(dict)
        for each in calendar.payouts(race):
            assert each.yen >= 100
            assert each.yen % 10 == 0
            paid[each.bet_type][each.combination] = each.yen
        assert set(paid[BetType.WIN]) == {(number,) for number in first}
        assert set(paid) >= {BetType.WIN, BetType.PLACE, BetType.QUINELLA, BetType.TRIFECTA}
        assert (BetType.BRACKET_QUINELLA in paid) == (len(race.runners) > 8)
        if len({each.position for each in finishes if each.position}) < len(order):
            tied += 1
            continue
        odds = {each.number: each.odds for each in calendar.odds(race, race.start)}
        assert paid[BetType.WIN][order[0],] == round(100 * (odds[order[0]] or 0))
        assert set(paid[BetType.EXACTA]) == {(order[0], order[1])}
        assert set(paid[BetType.TRIFECTA]) == {tuple(order[:3])}
        assert set(paid[BetType.TRIO]) == {tuple(sorted(order[:3]))}
        assert len(paid[BetType.QUINELLA_PLACE]) == 3
        assert set(paid[BetType.PLACE]) == {(number,) for number in order[: 3 if len(race.runners) > 7 else 2]}
        assert paid[BetType.TRIFECTA][tuple(order[:3])] >= paid[BetType.TRIO][tuple(sorted(order[:3]))]
    assert tied > 30


def test_an_abandoned_race_has_no_result() -> None:
    """Where a meeting was broken off, its last races have neither finishes nor payouts."""
    calendar = season()[0]
    races = [race for day in days(*SEASON) for race in calendar.races(day) if race.meeting.circuit == JRA]
    broken = [race for race in races if not calendar.result(race).finishes]
    assert broken
    for race in broken:
        assert calendar.payouts(race) == ()
        assert race.number >= 4


def test_the_market_is_hard_to_beat_but_leaves_something_to_learn() -> None:
    """The odds forecast better than chance and than past results do; past results forecast better than chance."""
    calendar, races = season()
    market, chance, history = losses(calendar, races)
    assert market < history - 0.05
    assert history < chance - 0.1
    assert market < chance - 0.5


def losses(calendar: Calendar, races: list[Race]) -> tuple[float, float, float]:
    """Give the mean −ln p of the winner by the odds, by chance, and by a softmax of past results in the last third."""
    past: dict[str, list[float]] = defaultdict(list)
    rows: list[tuple[np.ndarray, np.ndarray, int]] = []
    for race in races:
        finishes = [each for each in calendar.result(race).finishes if each.status not in ("取", "除")]
        odds = {each.number: each.odds for each in calendar.odds(race, race.start)}
        names = [race.runners[each.number - 1] for each in finishes]
        features = np.array([[*known(past[runner.horse]), *known(past[runner.jockey_id])] for runner in names])
        prices = np.array([1 / (odds[each.number] or 1.0) for each in finishes])
        rows.append((features, prices / prices.sum(), next(i for i, each in enumerate(finishes) if each.position == 1)))
        for runner, each in zip(names, finishes, strict=True):
            beaten = 1 - (each.position or len(finishes)) / len(finishes)
            past[runner.horse].append(beaten)
            past[runner.jockey_id].append(beaten)
    train, test = rows[: len(rows) * 2 // 3], rows[len(rows) * 2 // 3 :]
    weights = np.zeros(train[0][0].shape[1])
    for _ in range(150):
        gradient = sum(
            features.T @ (softmax(features @ weights) - np.eye(len(features))[won]) for features, _, won in train
        )
        weights -= 3.0 * gradient / len(train)
    return (
        -float(np.mean([math.log(prices[won]) for _, prices, won in test])),
        float(np.mean([math.log(len(prices)) for _, prices, _ in test])),
        -float(np.mean([math.log(softmax(features @ weights)[won]) for features, _, won in test])),
    )


def known(results: list[float]) -> tuple[float, float]:
    """Give the mean of past results, drawn towards the middle where there are few, and the newest one."""
    return (sum(results) + 0.5) / (len(results) + 1), results[-1] if results else 0.5


def softmax(values: np.ndarray) -> np.ndarray:
    """Give shares that add up to one."""
    powers = np.exp(values - values.max())
    return powers / powers.sum()

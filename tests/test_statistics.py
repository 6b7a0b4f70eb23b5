"""Statistics against the definitions: counted a second way from the texts of real, generated and invented careers."""

from statistics import fmean, quantiles, stdev
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careers import RACE, agree, career, careers, known_careers, plain_statistics, races
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.statistics import BOUNDS, STATISTICS, Figures, Statistics, wilson
from graphql_api.jockeys.summaries import NUMERICS, NumericSummary, summarise
from graphql_api.jockeys.vocabulary import Surface


def statistics(records: RaceRecords) -> dict[str, Any]:
    """Give every statistic of a whole career."""
    found = Statistics(Figures(records, np.arange(records.rows)), 0)
    return {each.name: getattr(found, each.name) for each in STATISTICS}


def test_statistics_equal_a_plain_count_of_every_known_career() -> None:
    """Every figure of every generated career, and of real ones where they are, is what a plain count of texts gives."""
    counted = 0
    for jockey_id, records, texts in known_careers():
        assert agree(statistics(records), plain_statistics(texts)), jockey_id
        counted += len(texts)
    assert counted > 1_000


@given(st.lists(races(), max_size=20))
@settings(max_examples=40, deadline=None)
def test_statistics_equal_a_plain_count_of_any_career(drawn: list[dict[str, str]]) -> None:
    """Scratches, demotions, dead heats, abandoned races, blank odds in any mixture: both ways count the same."""
    texts = [{**RACE, **race} for race in drawn]
    assert agree(statistics(career(*drawn)), plain_statistics(texts))


@pytest.mark.parametrize(
    ("finish", "size", "rides", "unplaced"),
    [
        ("取", "16", 0, 0),
        ("除", "16", 0, 0),
        ("", "0", 0, 0),
        ("", "16", 0, 0),
        ("中", "16", 1, 1),
        ("失", "16", 1, 1),
        ("再", "16", 1, 1),
        ("4(降)", "16", 1, 1),
        ("2(降)", "16", 1, 0),
        ("3", "16", 1, 0),
    ],
)
def test_what_is_a_ride(finish: str, size: str, rides: int, unplaced: int) -> None:
    """Scratched, excluded, abandoned and blank are no rides; all else is, and counts in its official place."""
    found = statistics(career({"着順": finish, "頭数": size, "単勝": "", "賞金(万円)": ""}))
    assert (found["rides"], found["unplaced"]) == (rides, unplaced)
    assert (found["win_rate"] is None) == (rides == 0)


def test_returns_rest_on_rides_with_odds() -> None:
    """A win abroad without odds neither returns anything nor counts as a stake."""
    found = statistics(career({"着順": "1", "単勝": ""}, {"着順": "1", "単勝": "4.0"}, {"着順": "5", "単勝": "2.0"}))
    assert (found["wins"], found["wins_with_odds"], found["rides_with_odds"]) == (2, 1, 2)
    assert found["win_return_rate"] == 2.0
    assert found["actual_over_expected"] == pytest.approx(1 / (0.8 / 4 + 0.8 / 2))


def test_streaks_pass_over_scratches_and_end_with_a_fall() -> None:
    """取 and 除 leave a streak alone, 中 ends it; days and race numbers decide what is consecutive, not the file."""
    finishes = ["1", "取", "1", "中", "1", "1", "除", "1", "5"]
    newest_first = [{"日付": f"2024/01/{20 - at:02}", "着順": finish} for at, finish in enumerate(finishes)]
    assert streaks(*newest_first) == (3, 2)
    assert streaks(*reversed(newest_first)) == (3, 2)
    same_day = [{"R": "3", "着順": "2"}, {"R": "12", "着順": "1"}, {"R": "9", "着順": "1"}]
    assert streaks(*same_day) == (2, 2)


def streaks(*rides: dict[str, str]) -> tuple[int, int]:
    """Give the longest and the current streak."""
    found = statistics(career(*rides))
    return found["longest_win_streak"], found["current_win_streak"]


def test_no_records_have_no_rates() -> None:
    """Without a ride, counts and sums are zero and all that would divide by them is null."""
    found = statistics(career())
    assert {name for name, value in found.items() if value is None} == {
        "win_rate",
        "quinella_rate",
        "top3_rate",
        "win_return_rate",
        "actual_over_expected",
        "average_finish_position",
        "average_favourite_rank",
    }
    assert {value for value in found.values() if value is not None} == {0}


def test_wilson_intervals_are_the_published_ones() -> None:
    """The bounds are those of the literature for 5 of 10, 0 of 10 and 1 of 29, and NaN without trials."""
    lower, upper = wilson(np.array([5, 0, 10, 1, 0]), np.array([10, 10, 10, 29, 0]))
    assert lower[:4] == pytest.approx([0.2366, 0, 0.7225, 0.0061], abs=5e-5)
    assert upper[:4] == pytest.approx([0.7634, 0.2775, 1, 0.1718], abs=5e-5)
    assert np.isnan([lower[4], upper[4]]).all()


@given(careers())
@settings(max_examples=30, deadline=None)
def test_intervals_hold_their_rate(records: RaceRecords) -> None:
    """A rate lies within its interval, which lies within 0 and 1."""
    found = Statistics(Figures(records, np.arange(records.rows)), 0)
    for rate in ("win_rate", "quinella_rate", "top3_rate"):
        lower, upper = (getattr(found, f"{rate}_{side}") for side in ("lower", "upper"))
        if found.rides:
            assert 0 <= lower <= getattr(found, rate) <= upper <= 1
        else:
            assert lower is upper is None
    assert len(BOUNDS) == 6


def test_every_statistic_is_described() -> None:
    """Names are unique, and what is no statistic is no attribute."""
    assert len({each.name for each in STATISTICS}) == len(STATISTICS)
    assert all(each.description.endswith(".") for each in STATISTICS)
    with pytest.raises(AttributeError):
        _ = Statistics(Figures(career(), np.arange(0)), 0).nonsense


# Summaries


def summary(records: RaceRecords, name: str) -> NumericSummary:
    """Summarise a whole career."""
    return summarise(Figures(records, np.arange(records.rows)), 0, name)


def test_summaries_equal_the_standard_librarys() -> None:
    """Count, sum, mean, spread and percentiles of every numeric field are those of Python's own statistics."""
    for jockey_id, records, _ in known_careers():
        for name, numeric in NUMERICS.items():
            rows = [
                row
                for row in range(records.rows)
                if not numeric.surfaces or records.fields["surface"][row] in numeric.surfaces
            ]
            numbers = [value for row in rows if (value := records.fields[numeric.field][row]) is not None]
            found = summary(records, name)
            assert (found.count, found.sum) == (len(numbers), pytest.approx(sum(numbers))), (jockey_id, name)
            if len(numbers) > 1:
                assert (found.min, found.max) == (min(numbers), max(numbers))
                assert found.mean == pytest.approx(fmean(numbers))
                assert found.stddev == pytest.approx(stdev(numbers), rel=1e-6, abs=1e-9)
                cuts = quantiles(numbers, n=20, method="inclusive")
                assert [found.percentile(p) for p in (5, 25, 50, 95)] == pytest.approx(
                    [cuts[at] for at in (0, 4, 9, 18)]
                )


def test_flat_and_jump_sectionals_are_never_mixed() -> None:
    """The last 600 m of flat races and the average furlong of jump races are two summaries; unknown is in neither."""
    records = career(
        {"距離": "芝1200", "上り": "34.0"},
        {"距離": "障3390", "上り": "13.5"},
        {"距離": "ダ1800", "上り": "38.0"},
        {"距離": "", "上り": "99.0"},
    )
    assert summary(records, "last3f").mean == 36.0
    assert summary(records, "jump_average_furlong").mean == 13.5
    assert NUMERICS["last3f"].surfaces.isdisjoint({Surface.JUMP})


def test_a_summary_of_nothing_is_null() -> None:
    """Without values there is a count and a sum of zero; a single value has no spread."""
    nothing = summary(career(), "win_odds")
    assert (nothing.count, nothing.sum) == (0, 0.0)
    assert [nothing.min, nothing.max, nothing.mean, nothing.stddev, nothing.percentile(50)] == [None] * 5
    single = summary(career({"単勝": "3.0"}), "win_odds")
    assert (single.stddev, single.mean, single.percentile(90)) == (None, 3.0, 3.0)

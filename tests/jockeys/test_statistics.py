"""Statistics against the definitions: counted a second way from the texts of real, generated and invented careers."""

from datetime import date
from statistics import fmean, quantiles, stdev
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from careers import RACE, career, careers, known_careers, race_lists
from graphql_api.jockeys.figures import Figures, Statistics
from graphql_api.jockeys.formulas import wilson
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.statistics import BOUNDS, STATISTICS
from graphql_api.jockeys.summaries import NUMERICS, NumericSummary, summarise
from graphql_api.jockeys.vocabulary import Surface
from plain_count import agree, plain_statistics


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


@given(race_lists(max_size=20))
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


def test_no_records_have_counts_of_zero_and_nothing_else() -> None:
    """Without a record counts are zero; rates, means and sums, which have nothing to count, are null."""
    found = statistics(career())
    counts = {each.name for each in STATISTICS if each.type is int} - {"rides_since_last_win"}
    assert {name for name, value in found.items() if value is not None} == counts
    assert {found[name] for name in counts} == {0}


def test_a_sum_of_which_nothing_is_known_is_null() -> None:
    """Prize money, expected wins and profit are null, not zero, where no record has a prize or odds."""
    unknown = statistics(career({"賞金(万円)": "", "単勝": ""}, {"賞金(万円)": "", "単勝": ""}))
    names = ("prize_money", "prize_per_ride", "expected_wins", "level_stakes_profit")
    assert [unknown[name] for name in names] == [None] * 4
    assert unknown["rides_with_odds"] == 0
    one = statistics(career({"賞金(万円)": "", "単勝": ""}, {"賞金(万円)": "1.5", "単勝": "2.0"}))
    assert [one[name] for name in names] == [15_000.0, 7_500.0, 0.4, 100.0]


def test_nothing_that_rests_on_a_missing_column_is_known() -> None:
    """Without 着順 rides and all that is counted of them are null; what rests on other columns is counted."""
    found = statistics(career({}, {}, without=["着順"]))
    assert {name for name, value in found.items() if value is not None} == {"prize_money"}
    assert found["prize_money"] == 340_000_000.0
    prizeless = statistics(career({}, {}, without=["賞金(万円)", "単勝"]))
    assert [prizeless[name] for name in ("prize_money", "expected_wins", "win_return_rate")] == [None] * 3
    assert (prizeless["rides"], prizeless["rides_with_odds"]) == (2, 0)
    nameless = statistics(career({}, without=["レース名"]))
    assert (nameless["wins"], nameless["graded_wins"], nameless["stakes_wins"]) == (1, None, None)


def test_bounds_of_a_missing_column_are_null() -> None:
    """Intervals are null with their rates."""
    found = Statistics(Figures(career({}, without=["着順"]), np.arange(1)), 0)
    assert {getattr(found, name) for name in BOUNDS} == {None}


@pytest.mark.parametrize(
    ("name", "graded", "stakes"),
    [("架空賞(GI)", 1, 1), ("架空賞(JpnIII)", 1, 1), ("架空賞(重賞)", 0, 1), ("架空賞(L)", 0, 0), ("架空特別", 0, 0)],
)
def test_stakes_wins_hold_graded_wins(name: str, graded: int, stakes: int) -> None:
    """(重賞) counts as a stakes race (重賞), not as a graded one; a listed race is neither."""
    found = statistics(career({"レース名": name, "着順": "1"}, {"レース名": name, "着順": "2"}))
    assert (found["graded_wins"], found["stakes_wins"]) == (graded, stakes)


@pytest.mark.parametrize(
    ("finish", "runners", "beaten"),
    [
        ("1", "16", 1.0),
        ("16", "16", 0.0),
        ("3", "5", 0.5),
        ("4(降)", "7", 0.5),
        ("中", "16", 0.0),
        ("失", "16", 0.0),
        ("取", "16", None),
        ("1", "1", None),
        ("1", "", None),
        ("9", "8", None),
    ],
)
def test_rivals_beaten(finish: str, runners: str, beaten: float | None) -> None:
    """A winner beat all rivals, the last and who did not finish beat none; unknown where there are no rivals."""
    found = statistics(career({"着順": finish, "頭数": runners}))
    assert found["rivals_beaten_rate"] == beaten


def test_places_are_gained_from_the_first_and_from_the_last_corner() -> None:
    """Positions at the corners less the finish; rides without corners or without a position are left out."""
    found = statistics(
        career({"通過": "8-6-5", "着順": "2"}, {"通過": "1-1", "着順": "4"}, {"通過": "", "着順": "1"}, {"着順": "中"})
    )
    assert found["average_places_gained"] == (6 - 3) / 2
    assert found["average_places_gained_in_straight"] == (3 - 3) / 2


def test_profit_is_that_of_100_yen_on_each_ride_with_odds() -> None:
    """A win at 5.4 pays 540 yen for 100; what has no odds is no bet."""
    found = statistics(
        career({"着順": "1", "単勝": "5.4"}, {"着順": "2", "単勝": "1.2"}, {"着順": "1", "単勝": ""}, {"着順": "取"})
    )
    assert found["level_stakes_profit"] == 540 - 200


def test_losing_streaks_and_the_rides_since_the_last_win() -> None:
    """取 is passed over, 中 counts as lost; without a win there is no ride since the last one."""
    finishes = ["5", "取", "2", "1", "中", "3", "除", "9", "1", "4"]
    found = statistics(career(*({"日付": f"2024/01/{20 - at}", "着順": each} for at, each in enumerate(finishes))))
    assert (found["longest_losing_streak"], found["rides_since_last_win"]) == (3, 2)
    assert statistics(career({"着順": "1"}))["rides_since_last_win"] == 0
    never = statistics(career({"着順": "2"}, {"着順": "3"}))
    assert (never["longest_losing_streak"], never["rides_since_last_win"]) == (2, None)


def test_the_best_days_have_the_most_wins() -> None:
    """The most wins on one day, the latest day with so many, and how many such days there are."""
    won = [{"日付": f"2024/01/{day}", "R": str(at), "着順": "1"} for at, day in enumerate((21, 21, 20, 13, 13, 6), 1)]
    found = statistics(career(*won, {"日付": "2024/01/06", "R": "9", "着順": "2"}))
    best = (found["best_day_wins"], found["best_day"], found["best_day_count"])
    assert best == (2, date(2024, 1, 21), 2)
    never = statistics(career({"着順": "2"}))
    assert (never["best_day_wins"], never["best_day"], never["best_day_count"]) == (0, None, 0)


def test_impact_compares_a_groups_share_of_wins_with_its_share_of_rides() -> None:
    """Two of three wins from two of six rides are an impact of 2; the whole has 1, or none without a win."""
    records = career(*({"着順": finish} for finish in ("1", "1", "1", "2", "中", "5")))
    figures = Figures(records, np.arange(6), np.array([0, 0, 1, 1, 1, 1]), 3)
    assert figures.values("impact_value") == [2.0, 0.5, None]
    assert statistics(records)["impact_value"] == 1.0
    assert statistics(career({"着順": "2"}))["impact_value"] is None


def test_wilson_intervals_are_the_published_ones() -> None:
    """The bounds are those of the literature for 5 of 10, 0 of 10 and 1 of 29, and NaN without trials."""
    lower, upper = wilson(np.array([5, 0, 10, 1, 0]), np.array([10, 10, 10, 29, 0]))
    assert lower[:4] == pytest.approx([0.2366, 0, 0.7225, 0.0061], abs=5e-5)
    assert upper[:4] == pytest.approx([0.7634, 0.2775, 1, 0.1718], abs=5e-5)
    assert np.isnan([lower[4], upper[4]]).all()


RATES = ("win_rate", "second_rate", "third_rate", "quinella_rate", "top3_rate")


@given(careers())
@settings(max_examples=30, deadline=None)
def test_intervals_hold_their_rate(records: RaceRecords) -> None:
    """A rate lies within its interval, which lies within 0 and 1."""
    found = Statistics(Figures(records, np.arange(records.rows)), 0)
    for rate in RATES:
        lower, upper = (getattr(found, f"{rate}_{side}") for side in ("lower", "upper"))
        if found.rides:
            assert 0 <= lower <= getattr(found, rate) <= upper <= 1
        else:
            assert lower is upper is None
    assert len(BOUNDS) == 2 * len(RATES)


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
            assert found.count == len(numbers), (jockey_id, name)
            assert found.sum == (pytest.approx(sum(numbers)) if numbers else None), (jockey_id, name)
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
    """Without values there is a count of zero and nothing else; a single value has no spread."""
    nothing = summary(career(), "win_odds")
    assert (nothing.count, nothing.sum) == (0, None)
    assert [nothing.min, nothing.max, nothing.mean, nothing.stddev, nothing.percentile(50)] == [None] * 5
    single = summary(career({"単勝": "3.0"}), "win_odds")
    assert (single.stddev, single.mean, single.percentile(90)) == (None, 3.0, 3.0)

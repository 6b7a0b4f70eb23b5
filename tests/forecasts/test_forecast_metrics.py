"""Figures on races that can be worked out by hand."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphql_api.forecasts.bootstrap import interval
from graphql_api.forecasts.dataset import FACTS, Dataset
from graphql_api.forecasts.drift import psi
from graphql_api.forecasts.metrics import calibration_error, figures, ndcg3, ranks, reliability, top_shares
from graphql_api.forecasts.probabilities import Top3Fit, fit_temperature, race_losses, softmax, top3
from graphql_api.forecasts.strategies import profit_curve, returns


def races(*finishes: list[int], odds: float = 4.0) -> Dataset:
    """Return races by their finish positions; one race a day."""
    counts = [len(each) for each in finishes]
    facts = {name: np.array(["x"] * sum(counts), object) for name in FACTS}
    facts["race_id"] = np.repeat([f"race{place}" for place in range(len(counts))], counts)
    facts["date"] = np.repeat([np.datetime64(date(2024, 1, 1 + place)) for place in range(len(counts))], counts)
    facts["finish_position"] = np.array([position for each in finishes for position in each], float)
    facts["won"] = (facts["finish_position"] == 1).astype(float)
    facts["win_odds"] = np.full(sum(counts), odds)
    return Dataset.of(facts, ())


def test_losses_by_hand() -> None:
    """Two races: the winner had a half, and a dead heat is the mean of both winners."""
    data = races([1, 2, 3], [1, 1, 3])
    chances = np.array([0.5, 0.3, 0.2, 0.5, 0.25, 0.25])
    losses = race_losses(chances, data.targets, data.starts)
    assert losses == pytest.approx([np.log(2), (np.log(2) + np.log(4)) / 2])
    found = figures(data, chances)
    assert found.log_loss == pytest.approx(losses.mean())
    assert found.r2 == pytest.approx(1 - losses.sum() / (2 * np.log(3)))
    assert found.brier == pytest.approx(((0.5**2 + 0.3**2 + 0.2**2) + (0.5**2 + 0.75**2 + 0.25**2)) / 6)
    assert found.runner_log_loss == pytest.approx(
        -(np.log(0.5) + np.log(0.7) + np.log(0.8) + np.log(0.5) + np.log(0.25) + np.log(0.75)) / 6
    )


def test_ranks_by_hand() -> None:
    """The first three gain 3, 2 and 1; ties of chances are ranked by number."""
    data = races([1, 2, 3, 4], [4, 3, 2, 1])
    chances = np.array([0.4, 0.3, 0.2, 0.1, 0.4, 0.2, 0.2, 0.2])
    assert ranks(data, chances).tolist() == [1, 2, 3, 4, 1, 2, 3, 4]
    assert top_shares(data, chances).tolist() == [1.0, 0.0]
    best = 3 + 2 / np.log2(3) + 1 / 2
    assert ndcg3(data, chances) == pytest.approx([1.0, (1 / np.log2(3) + 2 / 2) / best])


def test_calibration_by_hand() -> None:
    """Bins of equal size: a chance of a quarter that comes true half of the time is off by a quarter."""
    won = np.array([True, False] * 30)
    assert calibration_error(np.full(60, 0.5), won) == pytest.approx(0.0)
    assert calibration_error(np.full(60, 0.25), won) == pytest.approx(0.25)
    (first, *_) = reliability(np.full(60, 0.5), won, bins=2)
    assert first["low"] < first["observed"] < first["high"]


def test_returns_by_hand() -> None:
    """One unit on all runners of a race of three at 4.0 brings back 4 of 3; value bets are those above 1."""
    data = races([1, 2, 3], [2, 1, 3])
    chances = np.array([0.6, 0.2, 0.2, 0.6, 0.2, 0.2])
    found = {each["name"]: each for each in returns(data, chances)}
    assert (found["all"]["bets"], found["all"]["return"]) == (6, pytest.approx(4 / 3))
    assert (found["model_first"]["bets"], found["model_first"]["return"]) == (2, pytest.approx(2.0))
    assert found["value"]["bets"] == 2
    assert [each["profit"] for each in profit_curve(data, chances, "model_first")] == [3.0, 2.0]
    none = {each["name"]: each for each in returns(races([1, 2, 3], odds=1.1), np.full(3, 1 / 3))}
    assert none["value"] == {"name": "value", "bets": 0}


def test_intervals_are_over_days() -> None:
    """Days that are all alike leave no doubt, and the draws are the same each time."""
    days = np.repeat(np.arange(10), 4)
    alike = interval(days, np.tile([1.0, 2.0, 3.0, 4.0], 10), np.ones(40))
    assert (alike.mean, alike.low, alike.high) == (2.5, 2.5, 2.5)
    values = np.repeat(np.arange(10.0), 4)
    assert interval(days, values, np.ones(40)) == interval(days, values, np.ones(40))
    wide = interval(days, values, np.ones(40))
    assert wide.low < 4.5 < wide.high


def test_drift_is_none_for_equal_distributions() -> None:
    """A shifted distribution, and one that became unknown, have an index above the usual bound."""
    draw = np.random.default_rng(1).normal(size=5000)
    assert psi(draw, draw) == 0.0
    assert psi(draw, draw + 1) > 0.25
    assert psi(draw, np.where(np.arange(5000) % 2, np.nan, draw)) > 0.25


@given(st.lists(st.lists(st.floats(-20, 20), min_size=1, max_size=20), min_size=1, max_size=5))
def test_chances_of_a_race_sum_to_one(scores: list[list[float]]) -> None:
    """Whatever the scores, win chances sum to 1 in each race, and top-3 chances to 3 (or to the runners)."""
    sizes = np.array([len(each) for each in scores])
    starts = np.cumsum(sizes) - sizes
    chances = softmax(np.array([score for each in scores for score in each]), starts, sizes)
    assert np.add.reduceat(chances, starts) == pytest.approx(np.ones(len(sizes)))
    places = top3(chances, starts, sizes)
    assert np.add.reduceat(places, starts) == pytest.approx(np.minimum(sizes, 3), abs=0.01)
    assert (places >= chances - 1e-9).all()


def test_the_temperature_is_found_again() -> None:
    """Winners drawn by chances of half the scores give a temperature of a half."""
    draw = np.random.default_rng(1)
    scores = draw.normal(0, 2, 8 * 4000)
    starts, sizes = np.arange(0, 8 * 4000, 8), np.full(4000, 8)
    shown = scores.reshape(-1, 8) * 0.5 + draw.gumbel(size=(4000, 8))
    targets = (shown == shown.max(axis=1, keepdims=True)).ravel().astype(float)
    assert fit_temperature(scores, targets, starts, sizes) == pytest.approx(0.5, abs=0.02)


def test_the_flatness_of_places_follows_the_past() -> None:
    """Finishes drawn by Harville's formula choose it; before any finish the constants of the literature hold."""
    draw = np.random.default_rng(1)
    scores = draw.normal(0, 1.5, 8 * 2000)
    starts, sizes = np.arange(0, 8 * 2000, 8), np.full(2000, 8)
    shown = -(scores.reshape(-1, 8) + draw.gumbel(size=(2000, 8)))
    placed = (shown.argsort(axis=1).argsort(axis=1) < 3).ravel()
    fit = Top3Fit()
    assert fit.flatness == 1.0
    fit.add(softmax(scores, starts, sizes), placed, starts, sizes)
    assert fit.flatness == 0.0

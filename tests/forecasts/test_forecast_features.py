"""Features know nothing of the race day or later: rows of it are changed, added and deleted, and no feature moves."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts import world
from graphql_api.forecasts.published import FeatureSet
from graphql_api.forecasts.rides import COLUMNS, FEATURES_SQL
from graphql_api.forecasts.vocabulary import FEATURES, feature_names

DAY = date(2024, 6, 1)
RACE_DAY, MARKET = feature_names(FeatureSet.RACE_DAY), feature_names(FeatureSet.MARKET)
RIDES = world.rides(weeks=26, races=4, runners=6)
RESULTS = (
    "finish_position",
    "finish_time",
    "margin",
    "last3f",
    "running_style_ordinal",
    "prize_money",
    "win_odds",
    "favourite_rank",
)

CHANGES = {
    "results of the day and later": f"""UPDATE rides SET finish_position = 7 - finish_position, finish_time = 1,
        margin = 9, last3f = 20, running_style_ordinal = 3, prize_money = 9e9, win_odds = 99, favourite_rank = 1,
        finish_status = CASE WHEN horse_number = 2 THEN 'FAILED_TO_FINISH' ELSE finish_status END
        WHERE date >= DATE '{DAY}'""",
    "later rides are deleted": f"DELETE FROM rides WHERE date > DATE '{DAY}'",
    "the day has no results yet": f"""UPDATE rides SET {", ".join(f"{name} = NULL" for name in RESULTS)},
        finish_status = 'UNKNOWN' WHERE date = DATE '{DAY}'""",
    "a second ride of each horse and jockey on the day": f"""INSERT INTO rides SELECT * REPLACE
        (race_id || '9' AS race_id, race_number + 50 AS race_number) FROM rides WHERE date = DATE '{DAY}'""",
    "all rides run again later": f"""INSERT INTO rides SELECT * REPLACE
        (date + 200 AS date, race_id || '8' AS race_id) FROM rides WHERE date <= DATE '{DAY}'""",
    "entries of the day before": f"""INSERT INTO rides SELECT * REPLACE
        (date - 1 AS date, race_id || '7' AS race_id, 'UNKNOWN' AS finish_status) FROM rides
        WHERE date = DATE '{DAY}'""",
    "another order of rows": "CREATE OR REPLACE TABLE rides AS FROM rides ORDER BY hash(race_id, horse_number)",
    "other races of the day are scratched": f"""UPDATE rides SET finish_status = 'SCRATCHED'
        WHERE date = DATE '{DAY}' AND race_number > 1""",
    "scratched horses before the day": f"""INSERT INTO rides SELECT * REPLACE
        (date - 1 AS date, race_id || '6' AS race_id, 'SCRATCHED' AS finish_status) FROM rides
        WHERE date = DATE '{DAY}'""",
}


@pytest.fixture
def rides() -> Iterator[Any]:
    """Give a table of rides that a test may change."""
    connection = world.table(RIDES)
    yield connection
    connection.close()


@cache
def before_any_change(names: tuple[str, ...], sql: str = FEATURES_SQL) -> dict[Any, Any]:
    """Return the features of the day, before anything is changed."""
    return world.features(world.table(RIDES), DAY, names, sql)


def moved(connection: Any, names: tuple[str, ...] = RACE_DAY, sql: str = FEATURES_SQL) -> set[str]:
    """Return the features that differ from before, in races that are still there."""
    before = before_any_change(names, sql)
    after = world.features(connection, DAY, names, sql)
    kept = before.keys() & after.keys()
    assert len(kept) >= 6
    return {name for place, name in enumerate(names) for key in kept if before[key][place] != after[key][place]}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_nothing_of_the_day_or_later_moves_a_feature(rides: Any, change: str) -> None:
    """Whatever becomes of the day and of what follows, the features of the day stay equal to the bit."""
    rides.execute(change)
    assert moved(rides) == set()


@pytest.mark.parametrize(
    "change", ["results of the day and later", "a second ride of each horse and jockey on the day"]
)
def test_windows_that_include_the_day_would_be_found(rides: Any, change: str) -> None:
    """The same tests fail for windows that end on the day itself, as by a shift of one row."""
    rides.execute(CHANGES[change])
    leaky = FEATURES_SQL.replace("AND 1 PRECEDING", "AND CURRENT ROW")
    assert {"horse_finish_5", "jockey_win_rate_90", "horse_speed_best"} <= moved(rides, sql=leaky)


@settings(max_examples=8)
@given(st.data())
def test_any_change_of_the_day_or_later_moves_nothing(data: st.DataObject) -> None:
    """Results of any rides of the day and later may be anything, and any later rides may be gone."""
    connection = world.table(RIDES)
    places = data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=9, unique=True))
    value = data.draw(st.one_of(st.none(), st.integers(1, 18)))
    status = data.draw(st.sampled_from(["FINISHED", "DEMOTED", "REMOUNTED", "DISQUALIFIED", "UNKNOWN"]))
    numbers = ", ".join(map(str, places))
    written = "NULL" if value is None else str(value)
    connection.execute(
        f"UPDATE rides SET finish_position = {written}, finish_time = {written}, margin = {written}, "
        f"last3f = {written}, win_odds = {written}, prize_money = {written}, finish_status = '{status}' "
        f"WHERE date >= DATE '{DAY}' AND horse_number IN ({numbers})"
    )
    connection.execute(f"DELETE FROM rides WHERE date > DATE '{DAY}' AND horse_number IN ({numbers})")
    assert moved(connection) == set()
    connection.close()


def test_the_past_moves_features(rides: Any) -> None:
    """If the finishes of the past are dealt anew, the forms move: the tests above look at something."""
    rides.execute(
        f"UPDATE rides SET finish_position = (finish_position * 5) % 7, margin = last3f - 34 WHERE date < DATE '{DAY}'"
    )
    found = moved(rides)
    assert {"horse_finish_5", "horse_win_rate", "jockey_win_rate_365", "field_finish", "pair_win_rate"} <= found
    assert not {"horse_runs", "horse_days_off", "race_distance", "weight_carried"} & found


def test_final_odds_move_the_market_only(rides: Any) -> None:
    """The race's own odds belong to a set that no model takes by default."""
    rides.execute(f"UPDATE rides SET win_odds = horse_number, favourite_rank = 1 WHERE date = DATE '{DAY}'")
    assert moved(rides, MARKET) == {"market_chance", "market_rank"}
    assert not {"market_chance", "market_rank"} & set(RACE_DAY)


def test_the_evening_knows_neither_going_nor_body_weights(rides: Any) -> None:
    """What is announced in the morning moves only features that the evening's set lacks."""
    rides.execute(
        "UPDATE rides SET going_ordinal = 3, weather_ordinal = 4, body_weight = 500 + horse_number, "
        f"body_weight_change = 9 WHERE date = DATE '{DAY}'"
    )
    found = moved(rides, MARKET)
    assert found == {each.name for each in FEATURES if each.first_set is FeatureSet.RACE_DAY}


def test_without_a_jockeys_file_only_what_depended_on_it_moves(rides: Any) -> None:
    """Forms of horses that never met the jockey in a race, and forms of other jockeys, stay."""
    jockey = "00003"
    own = "SELECT race_id FROM rides WHERE jockey_id = '00003'"
    rides.execute(f"CREATE TEMP TABLE met AS SELECT DISTINCT horse_name FROM rides WHERE race_id IN ({own})")
    rides.execute(f"CREATE TEMP TABLE ridden AS SELECT DISTINCT horse_name FROM rides WHERE jockey_id = '{jockey}'")
    rides.execute(f"DELETE FROM rides WHERE jockey_id = '{jockey}' AND date < DATE '{DAY}'")
    forms = (
        "horse_runs", "horse_win_rate", "horse_finish_5", "horse_margin_5", "horse_prize_per_run", "horse_days_off",
        "horse_past_market_5", "horse_last3f_5", "jockey_rides_365", "jockey_win_rate_90", "pair_rides",
    )  # fmt: skip
    names = (*forms, "horse_name", "jockey_id")
    before = world.features(world.table(RIDES), DAY, names)
    after = world.features(rides, DAY, names)
    met = {name for (name,) in rides.execute("FROM met").fetchall()}
    ridden = {name for (name,) in rides.execute("FROM ridden").fetchall()}
    assert any(row[-2] in ridden and row != after[key] for key, row in before.items())
    for key, row in before.items():
        horse, rider = row[-2:]
        own_rides = [place for place, name in enumerate(forms) if name.startswith(("jockey", "pair"))]
        if rider != jockey:
            assert [row[place] for place in own_rides] == [after[key][place] for place in own_rides]
        if horse not in met:
            assert [x for place, x in enumerate(row) if place not in own_rides] == [
                x for place, x in enumerate(after[key]) if place not in own_rides
            ]


def test_features_are_equal_for_any_number_of_threads() -> None:
    """Sums are of integers, so neither threads nor the order of rows change a bit of any feature."""
    reverse = {name: values[::-1] for name, values in RIDES.items()}
    for threads in (2, 4):
        assert world.features(world.table(reverse, threads), DAY, RACE_DAY) == before_any_change(RACE_DAY)


def test_the_table_of_features_and_the_sql_name_the_same() -> None:
    """Each feature of the table is a column behind the facts, in the same order."""
    described = world.table(RIDES).execute(f"DESCRIBE {FEATURES_SQL}").fetchall()
    names = [row[0] for row in described]
    assert tuple(names[names.index("win_odds") + 1 :]) == MARKET
    assert 60 <= len(MARKET) <= 100


def ride(day: date, **changes: Any) -> dict[str, Any]:
    """Return a ride of one horse and jockey."""
    row = {name: values[0] for name, values in RIDES.items()}
    number = changes.get("race_number", 1)
    return {**row, "date": day, "race_id": f"{day:%Y}05{day:%m%d}{number:02}", "field_size": 5, **changes}


def told(rows: list[dict[str, Any]], day: date, *names: str) -> tuple[Any, ...]:
    """Return features of the first runner of a day."""
    connection = world.table({name: [row[name] for row in rows] for name in COLUMNS})
    found = world.features(connection, day, names)
    connection.close()
    return tuple(found[min(found)])


def test_form_by_hand() -> None:
    """Three runs, of which one was won and one was not finished: what the fourth knows of them."""
    first, second, third, fourth = (date(2024, 1, 1) + timedelta(days=each) for each in (0, 14, 28, 100))
    rows = [
        ride(first, finish_position=1, jockey_id="00001", distance=1600, prize_money=2e6, carried_weight=54.0),
        ride(second, finish_position=3, jockey_id="00002", distance=1800, prize_money=0.0, carried_weight=55.0),
        ride(third, finish_position=None, finish_status="FAILED_TO_FINISH", jockey_id="00001", prize_money=None),
        ride(fourth, finish_status="UNKNOWN", finish_position=None, jockey_id="00001", carried_weight=56.0),
    ]
    assert told(rows, fourth, "horse_runs", "horse_win_rate", "horse_place_rate", "horse_finish_5") == (
        3,
        pytest.approx(1.8 / 13),
        pytest.approx(4.2 / 13),
        pytest.approx((0 + 0.5 + 1) / 3),
    )
    assert told(rows, fourth, "horse_days_off", "horse_career_days", "horse_finish_last") == (72, 100, 1.0)
    assert told(rows, fourth, "horse_prize_per_run", "weight_carried_change") == (pytest.approx(200 / 3), 2.0)
    assert told(rows, fourth, "pair_rides", "pair_jockey_change", "pair_win_rate") == (2, 0, pytest.approx(1.8 / 12))
    unknown = [{**row, "margin": None, "last3f": None, "win_odds": None} for row in rows]
    assert told(unknown, fourth, "horse_margin_5", "horse_last3f_5", "horse_past_market") == (None, None, None)
    far = [{**row, "margin": 9.0} for row in rows]
    assert told(far, fourth, "horse_margin_5", "horse_margin_last") == (5.0, 5.0)
    assert told(rows, fourth, "jockey_rides_90", "jockey_rides_365") == (1, 2)
    assert told(rows, third, "pair_jockey_change", "horse_distance_change") == (1, rows[2]["distance"] - 1800)


def test_speed_is_measured_against_what_was_usual_before() -> None:
    """A run is compared with at least twenty earlier times of the course, and with the mean of its own day."""
    days = [date(2024, 1, 1) + timedelta(days=each) for each in range(12)]
    rows = [
        ride(day, horse_name=f"カクウ{number}{place}", horse_number=number, finish_time=100.0)
        for place, day in enumerate(days[:10])
        for number in (1, 2)
    ]
    rows += [ride(days[10], horse_name="ハヤイ", horse_number=1, finish_time=99.0)]
    rows += [ride(days[10], horse_name="オソイ", horse_number=2, finish_time=101.0)]
    rows += [ride(days[11], horse_name="ハヤイ", horse_number=1), ride(days[11], horse_name="オソイ", horse_number=2)]
    assert told(rows, days[11], "horse_speed_last", "field_rank_speed", "race_rated_runners") == (10.0, 0.5, 2)
    assert told(rows[:10] + rows[20:], days[11], "horse_speed_last") == (None,)


def test_debutants_and_unseen_jockeys_have_no_form() -> None:
    """A horse that never ran has nulls for its form, and rates that are usual; its jockey likewise."""
    day = date(2024, 1, 1)
    rows = [ride(day, finish_status="UNKNOWN", finish_position=None)]
    assert told(rows, day, "horse_runs", "horse_finish_last", "horse_speed_5", "pair_jockey_change") == (0, *[None] * 3)
    assert told(rows, day, "horse_prize_per_run", "field_prize", "field_margin", "horse_margin_last") == (None,) * 4
    assert told(rows, day, "horse_win_rate", "jockey_win_rate_90", "jockey_actual_expected") == (
        pytest.approx(0.08),
        pytest.approx(0.08),
        None,
    )

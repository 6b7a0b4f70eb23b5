"""The features of runners: one row for each feature column of ``features.sql``, with its set and its descriptions."""

from dataclasses import dataclass

from graphql_api.forecasts.published import FeatureSet

_EVENING, _RACE_DAY, _MARKET = FeatureSet.EVENING, FeatureSet.RACE_DAY, FeatureSet.MARKET


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature: its column, the first set that has it, and what it is in English and in Japanese.

    Each set contains the sets before it: what is known on the evening before (after the draw), what is known in the
    morning (going, weather, body weights), and the final odds of the race itself, which exist only afterwards.
    """

    name: str
    first_set: FeatureSet
    english: str
    japanese: str


FEATURES: tuple[Feature, ...] = (
    Feature("race_runners", _EVENING, "Number of starters", "出走頭数"),
    Feature("race_surface", _EVENING, "Surface (0 turf, 1 dirt, 2 jump)", "馬場種別(0芝・1ダート・2障害)"),
    Feature("race_distance", _EVENING, "Distance in metres", "距離(m)"),
    Feature("race_class", _EVENING, "Class of the race, from 0 (maiden) to 7 (GI)", "クラス(0未勝利〜7GI)"),
    Feature("race_newcomer", _EVENING, "1 for a race of newcomers", "新馬戦なら1"),
    Feature("race_course", _EVENING, "Code of the racecourse", "競馬場コード"),
    Feature("race_number_of_day", _EVENING, "Race number", "レース番号"),
    Feature("race_rated_runners", _EVENING, "Starters that have a speed figure", "指数のある頭数"),
    Feature("race_front_runners", _EVENING, "Starters that usually lead", "逃げ馬の頭数"),
    Feature("draw_bracket", _EVENING, "Bracket", "枠番"),
    Feature("draw_number", _EVENING, "Horse number", "馬番"),
    Feature("draw_share", _EVENING, "Horse number divided by the number of starters", "馬番÷頭数"),
    Feature(
        "draw_place_rate",
        _EVENING,
        "Rate of top-3 finishes from this bracket here, 730 days",
        "同コース同枠の3着内率(730日)",
    ),
    Feature("weight_carried", _EVENING, "Weight carried in kg", "斤量(kg)"),
    Feature("weight_carried_relative", _EVENING, "Weight carried less the mean of the race, kg", "斤量−レース平均(kg)"),
    Feature(
        "weight_carried_change", _EVENING, "Change of the weight carried since the last run, kg", "斤量の前走差(kg)"
    ),
    Feature("horse_runs", _EVENING, "Days on which the horse has run", "キャリア(出走回数)"),
    Feature("horse_win_rate", _EVENING, "Win rate of the horse, drawn to 8 %", "馬の勝率(補正)"),
    Feature("horse_place_rate", _EVENING, "Top-3 rate of the horse, drawn to 22 %", "馬の3着内率(補正)"),
    Feature("horse_prize_per_run", _EVENING, "Prize money for each run, 10,000 yen", "1走あたり賞金(万円)"),
    Feature("horse_career_days", _EVENING, "Days since its first run", "初出走からの日数"),
    Feature("horse_days_off", _EVENING, "Days since its last run", "前走からの日数"),
    Feature("horse_runs_365", _EVENING, "Runs in 365 days", "365日間の出走回数"),
    Feature("horse_finish_365", _EVENING, "Mean finish in 365 days (0 first, 1 last)", "365日の平均着順率(0=1着)"),
    Feature("horse_finish_5", _EVENING, "Mean finish of the last 5 runs (0 first, 1 last)", "近5走の平均着順率"),
    Feature("horse_finish_last", _EVENING, "Finish of the last run (0 first, 1 last)", "前走の着順率"),
    Feature(
        "horse_speed_5",
        _EVENING,
        "Mean speed figure of the last 5 runs, per mille of the time",
        "近5走の平均スピード指数(‰)",
    ),
    Feature(
        "horse_speed_best_5", _EVENING, "Best speed figure of the last 5 runs, per mille", "近5走の最高スピード指数"
    ),
    Feature("horse_speed_best", _EVENING, "Best speed figure so far, per mille", "過去最高スピード指数"),
    Feature("horse_speed_last", _EVENING, "Speed figure of the last run, per mille", "前走スピード指数"),
    Feature("horse_margin_5", _EVENING, "Mean margin of the last 5 runs in seconds", "近5走の平均着差(秒)"),
    Feature("horse_margin_last", _EVENING, "Margin of the last run in seconds", "前走着差(秒)"),
    Feature(
        "horse_last3f_5",
        _EVENING,
        "Last 600 m against the race mean, last 5 runs, seconds faster",
        "近5走の上り(平均差・秒)",
    ),
    Feature(
        "horse_last3f_last",
        _EVENING,
        "Last 600 m against the race mean, last run, seconds faster",
        "前走の上り(平均差・秒)",
    ),
    Feature(
        "horse_style_5",
        _EVENING,
        "Mean running style of the last 5 runs (0 front runner, 3 deep closer)",
        "近5走の平均脚質(0逃げ〜3追込)",
    ),
    Feature(
        "horse_past_market_5", _EVENING, "Mean chance that the market gave in the last 5 runs", "近5走の平均支持率"
    ),
    Feature("horse_past_market", _EVENING, "Mean chance that the market gave in all past runs", "過去全走の平均支持率"),
    Feature("horse_past_market_last", _EVENING, "Chance that the market gave in the last run", "前走の支持率"),
    Feature("horse_surface_runs", _EVENING, "Runs on this surface", "同馬場種別の出走回数"),
    Feature(
        "horse_surface_place_rate", _EVENING, "Top-3 rate on this surface, drawn to 22 %", "同馬場種別の3着内率(補正)"
    ),
    Feature("horse_surface_speed", _EVENING, "Mean speed figure on this surface, per mille", "同馬場種別の平均指数"),
    Feature("horse_distance_runs", _EVENING, "Runs over such distances on this surface", "同距離帯の出走回数"),
    Feature(
        "horse_distance_place_rate",
        _EVENING,
        "Top-3 rate over such distances, drawn to 22 %",
        "同距離帯の3着内率(補正)",
    ),
    Feature("horse_distance_speed", _EVENING, "Mean speed figure over such distances, per mille", "同距離帯の平均指数"),
    Feature("horse_course_runs", _EVENING, "Runs at this racecourse", "同競馬場の出走回数"),
    Feature(
        "horse_course_place_rate", _EVENING, "Top-3 rate at this racecourse, drawn to 22 %", "同競馬場の3着内率(補正)"
    ),
    Feature("horse_distance_change", _EVENING, "Change of the distance since the last run, metres", "距離の前走差(m)"),
    Feature("horse_class_change", _EVENING, "Change of the class since the last run", "クラスの前走差"),
    Feature("horse_class_below_5", _EVENING, "Class less the highest of the last 5 runs", "近5走の最高クラスとの差"),
    Feature("horse_surface_change", _EVENING, "1 if the surface changed since the last run", "馬場種別が前走と違えば1"),
    Feature("horse_course_change", _EVENING, "1 if the racecourse changed since the last run", "競馬場が前走と違えば1"),
    Feature("jockey_rides_90", _EVENING, "Rides of the jockey in 90 days", "騎手の90日騎乗数"),
    Feature("jockey_win_rate_90", _EVENING, "Win rate of the jockey in 90 days, drawn to 8 %", "騎手の90日勝率(補正)"),
    Feature(
        "jockey_finish_90", _EVENING, "Mean finish of the jockey in 90 days (0 first, 1 last)", "騎手の90日平均着順率"
    ),
    Feature("jockey_rides_365", _EVENING, "Rides of the jockey in 365 days", "騎手の365日騎乗数"),
    Feature(
        "jockey_win_rate_365", _EVENING, "Win rate of the jockey in 365 days, drawn to 8 %", "騎手の365日勝率(補正)"
    ),
    Feature(
        "jockey_place_rate_365",
        _EVENING,
        "Top-3 rate of the jockey in 365 days, drawn to 22 %",
        "騎手の365日3着内率(補正)",
    ),
    Feature(
        "jockey_actual_expected",
        _EVENING,
        "Wins of the jockey per win that past odds expected, 365 days",
        "騎手のA/E(365日)",
    ),
    Feature(
        "jockey_course_win_rate",
        _EVENING,
        "Win rate of the jockey at this racecourse in 730 days, drawn to 8 %",
        "騎手の当競馬場勝率(補正)",
    ),
    Feature("pair_rides", _EVENING, "Rides of the jockey on this horse", "この馬への騎乗回数"),
    Feature(
        "pair_win_rate", _EVENING, "Win rate of the jockey on this horse, drawn to 8 %", "この馬での騎手の勝率(補正)"
    ),
    Feature(
        "pair_place_rate",
        _EVENING,
        "Top-3 rate of the jockey on this horse, drawn to 22 %",
        "この馬での騎手の3着内率(補正)",
    ),
    Feature("pair_jockey_change", _EVENING, "1 if the jockey changed since the last run", "乗り替わりなら1"),
    Feature(
        "field_win_rate",
        _EVENING,
        "Win rate of the horse, in standard deviations of the race",
        "馬の勝率(レース内偏差)",
    ),
    Feature(
        "field_place_rate",
        _EVENING,
        "Top-3 rate of the horse, in standard deviations of the race",
        "馬の3着内率(レース内偏差)",
    ),
    Feature(
        "field_speed",
        _EVENING,
        "Speed figure of the last 5 runs, in standard deviations of the race",
        "近5走指数(レース内偏差)",
    ),
    Feature(
        "field_surface_speed",
        _EVENING,
        "Speed figure on this surface, in standard deviations of the race",
        "同馬場種別の指数(レース内偏差)",
    ),
    Feature(
        "field_distance_speed",
        _EVENING,
        "Speed figure over such distances, in standard deviations of the race",
        "同距離帯の指数(レース内偏差)",
    ),
    Feature(
        "field_finish",
        _EVENING,
        "Finish of the last 5 runs, in standard deviations of the race",
        "近5走着順率(レース内偏差)",
    ),
    Feature(
        "field_margin",
        _EVENING,
        "Margin of the last 5 runs, in standard deviations of the race",
        "近5走着差(レース内偏差)",
    ),
    Feature(
        "field_last3f",
        _EVENING,
        "Last 600 m of the last 5 runs, in standard deviations of the race",
        "近5走上り(レース内偏差)",
    ),
    Feature("field_style", _EVENING, "Running style, in standard deviations of the race", "脚質(レース内偏差)"),
    Feature(
        "field_past_market",
        _EVENING,
        "Past chance by the market, in standard deviations of the race",
        "過去支持率(レース内偏差)",
    ),
    Feature(
        "field_prize", _EVENING, "Prize money for each run, in standard deviations of the race", "1走賞金(レース内偏差)"
    ),
    Feature(
        "field_jockey", _EVENING, "Win rate of the jockey, in standard deviations of the race", "騎手勝率(レース内偏差)"
    ),
    Feature(
        "field_speed_behind_best", _EVENING, "Speed figure less the best of the race, per mille", "指数−レース内最高"
    ),
    Feature(
        "field_past_market_behind_best",
        _EVENING,
        "Past chance by the market less the highest of the race",
        "過去支持率−レース内最高",
    ),
    Feature("field_rank_speed", _EVENING, "Rank by speed figure, divided by the starters", "指数順位÷頭数"),
    Feature(
        "field_rank_finish",
        _EVENING,
        "Rank by finish of the last 5 runs, divided by the starters",
        "近5走着順の順位÷頭数",
    ),
    Feature(
        "field_rank_past_market",
        _EVENING,
        "Rank by past chance by the market, divided by the starters",
        "過去支持率の順位÷頭数",
    ),
    Feature(
        "field_rank_prize", _EVENING, "Rank by prize money for each run, divided by the starters", "1走賞金の順位÷頭数"
    ),
    Feature(
        "field_rank_jockey",
        _EVENING,
        "Rank by the win rate of the jockey, divided by the starters",
        "騎手勝率の順位÷頭数",
    ),
    Feature(
        "field_rank_style",
        _EVENING,
        "Rank by running style, front runners first, divided by the starters",
        "脚質順位÷頭数",
    ),
    Feature("day_going", _RACE_DAY, "Going (0 RYO to 3 FURYO)", "馬場状態(0良〜3不良)"),
    Feature("day_weather", _RACE_DAY, "Weather (0 fine to 5 snow)", "天候(0晴〜5雪)"),
    Feature("horse_going_runs", _RACE_DAY, "Runs on such going (good, or softer)", "同馬場状態(良・良以外)の出走回数"),
    Feature(
        "horse_going_place_rate", _RACE_DAY, "Top-3 rate on such going, drawn to 22 %", "同馬場状態の3着内率(補正)"
    ),
    Feature("horse_going_finish", _RACE_DAY, "Mean finish on such going (0 first, 1 last)", "同馬場状態の平均着順率"),
    Feature("day_weight", _RACE_DAY, "Body weight in kg", "馬体重(kg)"),
    Feature("day_weight_change", _RACE_DAY, "Announced change of the body weight in kg", "馬体重増減(kg)"),
    Feature("day_weight_relative", _RACE_DAY, "Body weight less the mean of the race, kg", "馬体重−レース平均(kg)"),
    Feature("day_weight_since_last", _RACE_DAY, "Body weight less that of the last run, kg", "馬体重の前走差(kg)"),
    Feature("market_chance", _MARKET, "Chance by the final odds of the race itself", "最終単勝オッズの支持率"),
    Feature("market_rank", _MARKET, "Rank among the favourites of the race itself", "人気"),
)
"""All features, in the order in which models take them. "Drawn to" means: as if ten usual results came before."""

DESCRIPTIONS = {feature.name: feature for feature in FEATURES}

_ORDER = tuple(FeatureSet)


def feature_names(feature_set: FeatureSet) -> tuple[str, ...]:
    """Return the names of the features of a set, in their order."""
    most = _ORDER.index(feature_set)
    return tuple(feature.name for feature in FEATURES if _ORDER.index(feature.first_set) <= most)

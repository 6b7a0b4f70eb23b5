"""Twelve questions, each as this API is asked and as SQL; every contender has to give the same rows.

SQL runs on DuckDB and on SQLite, which has no percentiles. Rides are the rows less 取, 除 and blank finishes.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

RIDE = "finish_status NOT IN ('SCRATCHED', 'EXCLUDED', 'ABANDONED', 'UNKNOWN')"
_COUNT = f"sum(CASE WHEN {RIDE} THEN 1 ELSE 0 END)"
_WINS = f"sum(CASE WHEN {RIDE} AND finish_position = 1 THEN 1 ELSE 0 END)"
_RATE = f"{_WINS} * 1e0 / {_COUNT}"
FIELDS = [
    *("date", "race_name", "horse_name", "surface", "distance", "going", "finish_position", "finish_status"),
    *("win_odds", "favourite_rank", "jockey_id", "jockey_name", "carried_weight", "last3f", "margin", "body_weight"),
    *("body_weight_change", "prize_money", "racecourse", "race_number", "grade", "race_class"),
]
HORSE, DAY = "カクウイウカア", "2015-06-03"


@dataclass(frozen=True, slots=True)
class Question:
    """One question: ``path`` leads to the rows in the API's answer, ``columns`` to each row's values.

    ``shared_by_sqlite`` says whether SQLite can state it.
    """

    name: str
    graphql: str
    path: tuple[str, ...]
    columns: tuple[str, ...]
    sql: str
    shared_by_sqlite: bool = True


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(each.capitalize() for each in rest)


_ALL = " ".join(map(_camel, FIELDS))
_SELECT = ", ".join(FIELDS)


def _rows(name: str, filter_: str, where: str, first: int) -> Question:
    return Question(
        name,
        f"{{ rides(first: {first}, filter: {filter_}) {{ nodes {{ {_ALL} }} }} }}",
        ("rides", "nodes"),
        tuple(map(_camel, FIELDS)),
        f"SELECT {_SELECT} FROM rides WHERE {where} "
        f"ORDER BY date DESC, race_number DESC, tie, racecourse, horse_number LIMIT {first}",
    )


def _groups(
    name: str, arguments: str, keys: str, figures: str, columns: tuple[str, ...], sql: str, *, lite: bool = True
) -> Question:
    text = f"{{ rides {{ groupBy({arguments}) {{ key {{ {keys} }} statistics {{ {figures} }} }} }} }}"
    return Question(name, text, ("rides", "groupBy"), columns, sql, lite)


_STREAKS = f"""WITH ridden AS (SELECT jockey_id, finish_position = 1 AND finish_position IS NOT NULL AS won,
    row_number() OVER (PARTITION BY jockey_id ORDER BY date, race_number, file_row) AS place FROM rides WHERE {RIDE}),
islands AS (SELECT jockey_id, won,
    place - row_number() OVER (PARTITION BY jockey_id, won ORDER BY place) AS island FROM ridden),
runs AS (SELECT jockey_id, won, count(*) AS length FROM islands GROUP BY jockey_id, won, island)
SELECT jockey_id, max(CASE WHEN won THEN length ELSE 0 END) AS longest FROM runs GROUP BY jockey_id
ORDER BY longest DESC, jockey_id LIMIT 20"""

QUESTIONS = (
    _rows("rides of a horse", f'{{horseName: {{eq: "{HORSE}"}}}}', f"horse_name = '{HORSE}'", 100),
    _rows("a day's card", f'{{date: {{eq: "{DAY}"}}}}', f"date = '{DAY}'", 1000),
    _rows("the newest 100", "{}", "TRUE", 100),
    _groups(
        "jockey, course and going, 30 rides or more",
        "by: [JOCKEY, RACECOURSE, GOING], having: {rides: {gte: 30}}, first: 100, "
        "orderBy: [{field: WIN_RATE, direction: DESC}]",
        "jockeyId racecourse",
        "rides winRate",
        ("statistics.rides", "statistics.winRate"),
        f"SELECT {_COUNT} AS rides, {_RATE} AS rate FROM rides GROUP BY jockey_id, racecourse, going_ordinal "
        f"HAVING {_COUNT} >= 30 ORDER BY rate DESC, jockey_id, racecourse, going_ordinal LIMIT 100",
    ),
    Question(
        "leaders of a year at Tokyo on turf",
        '{ leaders(year: 2024, first: 20, filter: {racecourse: {eq: "東京"}, surface: {eq: TURF}}) {'
        " value jockey { id } } }",
        ("leaders",),
        ("value", "jockey.id"),
        f"SELECT {_WINS} AS wins, jockey_id FROM rides WHERE year = 2024 AND racecourse = '東京' AND surface = 'TURF' "
        "GROUP BY jockey_id ORDER BY wins DESC, jockey_id LIMIT 20",
    ),
    Question(
        "statistics of a filter",
        "{ rides(filter: {surface: {eq: DIRT}, distance: {gte: 1800}}) { statistics {"
        " rides wins winRate winReturnRate expectedWins averageFinishPosition prizeMoney } } }",
        ("rides", "statistics"),
        ("rides", "wins", "winRate", "winReturnRate", "expectedWins", "averageFinishPosition", "prizeMoney"),
        f"SELECT {_COUNT}, {_WINS}, {_RATE}, "
        f"sum(CASE WHEN {RIDE} AND finish_position = 1 THEN win_odds END) "
        f"/ sum(CASE WHEN {RIDE} AND win_odds IS NOT NULL THEN 1 END), "
        f"sum(CASE WHEN {RIDE} THEN 8e-1 / win_odds END), "
        f"avg(CASE WHEN {RIDE} THEN finish_position * 1e0 END), sum(prize_money) "
        "FROM rides WHERE surface = 'DIRT' AND distance >= 1800",
    ),
    _groups(
        "favourite and odds band",
        "by: [FAVOURITE_RANK, ODDS_BAND]",
        "favouriteRank oddsBand",
        "rides winRate",
        ("statistics.rides", "statistics.winRate"),
        f"SELECT {_COUNT}, {_RATE} FROM rides GROUP BY favourite_rank, odds_band_ordinal "
        "ORDER BY favourite_rank, odds_band_ordinal",
    ),
    _groups(
        "horses by prize money",
        "by: [HORSE_NAME], first: 20, orderBy: [{field: PRIZE_MONEY, direction: DESC}]",
        "horseName",
        "rides prizeMoney",
        ("key.horseName", "statistics.rides", "statistics.prizeMoney"),
        f"SELECT horse_name, {_COUNT}, sum(prize_money) AS prize FROM rides GROUP BY horse_name "
        "ORDER BY prize IS NULL, prize DESC, horse_name LIMIT 20",
    ),
    _groups(
        "percentiles by distance and going",
        "by: [DISTANCE, GOING]",
        "distance going",
        "summary(field: FINISH_TIME) { p50 p90 }",
        ("statistics.summary.p50", "statistics.summary.p90"),
        "SELECT quantile_cont(finish_time, 0.5), quantile_cont(finish_time, 0.9) FROM rides "
        "GROUP BY distance, going_ordinal ORDER BY distance, going_ordinal",
        lite=False,
    ),
    _groups(
        "longest streaks of every rider",
        "by: [JOCKEY], first: 20, orderBy: [{field: LONGEST_WIN_STREAK, direction: DESC}]",
        "jockeyId",
        "longestWinStreak",
        ("key.jockeyId", "statistics.longestWinStreak"),
        _STREAKS,
    ),
    _groups(
        "win rate by year and month",
        "by: [YEAR, MONTH], having: {rides: {gt: 0}}",
        "year month",
        "rides winRate",
        ("key.year", "key.month", "statistics.rides", "statistics.winRate"),
        f"SELECT year, month, {_COUNT}, {_RATE} FROM rides GROUP BY year, month ORDER BY year, month",
    ),
    Question(
        "how many rides a filter takes",
        "{ rides(filter: {surface: {eq: TURF}, going: {ne: RYO}}) { totalCount } }",
        ("rides",),
        ("totalCount",),
        "SELECT count(*) FROM rides WHERE surface = 'TURF' AND going <> 'RYO'",
    ),
)

SQL_COLUMNS = tuple(
    dict.fromkeys(
        [
            *FIELDS,
            *("horse_number", "tie", "file_row", "year", "month", "odds_band_ordinal", "going_ordinal", "finish_time"),
        ]
    )
)
"""The columns that the questions name: what SQLite and Polars hold."""


def rows_of(question: Question, answer: bytes) -> list[tuple[Any, ...]]:
    """Return the rows of the API's answer."""
    found = json.loads(answer)["data"]
    for step in question.path:
        found = found[step]
    return [tuple(_value(row, column) for column in question.columns) for row in _listed(found)]


Ask = Callable[[Question], Any]


@dataclass(frozen=True, slots=True)
class Contender:
    """How one answers: ``ask`` returns rows, or what ``read`` makes rows of; None for what it cannot be asked.

    ``clock`` and ``memory`` tell its processor time in seconds and the most memory in bytes.
    """

    ask: Ask
    memory: Callable[[], int]
    read: Callable[[Question, Any], list[Any]] = lambda _, answer: answer
    clock: Callable[[], float] = time.process_time


def _listed(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found]


def _value(row: Any, column: str) -> Any:
    for step in column.split("."):
        row = row[step]
    return row

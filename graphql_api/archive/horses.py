"""What the archive knows of a horse: a table of fields, summed up of all rides; horses of one name are one."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from graphql_api.archive.columns import COMPARED, SEARCHED
from graphql_api.archive.counting import SqlCounting
from graphql_api.archive.entries import LONGEST_NAME
from graphql_api.jockeys.statistics import STATISTICS
from graphql_api.tables.fields import Field

_DESCRIPTIONS = {each.name: each.description for each in STATISTICS}

_FIGURES: Mapping[str, str] = MappingProxyType(
    {"ride_count": "rides", "wins": "wins", "seconds": "seconds", "thirds": "thirds", "prize_money": "prize_money"}
)
"""Fields that are statistics of all rides of the horse, and which."""

_TYPES = {each.name: each.type for each in STATISTICS}

FIELDS: tuple[Field, ...] = (
    Field("name", str, "The name (馬名).", nullable=False),
    Field("first_date", date, "Date of the oldest known ride."),
    Field("last_date", date, "Date of the newest known ride."),
    Field("record_count", int, "Number of known rides, 取 and 除 included."),
    *(Field(name, _TYPES[each], _DESCRIPTIONS[each]) for name, each in _FIGURES.items()),
    Field("jockey_count", int, "Number of jockeys who rode this horse.", nullable=False),
)
"""What clients see of a horse."""

TYPES: Mapping[str, Any] = MappingProxyType({field.name: field.type for field in FIELDS})

JOCKEYS = "jockeys"
"""The column that lists the ids of the horse's jockeys, ascending."""


ORDER = f"name{COMPARED}, name"
"""The order of the table, in SQL."""


def horses_sql(source: str) -> str:
    """Write the table of horses as summed up of the rides of ``source``."""
    counting = SqlCounting()
    figures = "".join(f", {counting.figure(each)} AS {name}" for name, each in _FIGURES.items())
    sums = "".join(f", {text} AS {name}" for name, text in counting.aggregates.items())
    names = f"name, name{COMPARED}, name{SEARCHED}"
    return f"""WITH sums AS (SELECT horse_name AS name, any_value(horse_name{COMPARED}) AS name{COMPARED},
        any_value(horse_name{SEARCHED}) AS name{SEARCHED}, min(date) AS first_date, max(date) AS last_date,
        CAST(count(*) AS INTEGER) AS record_count, list_sort(list(DISTINCT jockey_id)) AS {JOCKEYS}{sums}
        FROM {source} WHERE horse_name <> '' AND length(horse_name) <= {LONGEST_NAME:d} GROUP BY horse_name)
    SELECT {names}, first_date, last_date, record_count, {JOCKEYS},
        CAST(len({JOCKEYS}) AS INTEGER) AS jockey_count{figures}
    FROM sums ORDER BY {ORDER}"""

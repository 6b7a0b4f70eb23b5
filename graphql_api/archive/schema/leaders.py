"""Leading jockeys (リーディング): jockeys ranked by one statistic of a year."""

from typing import Annotated, Any

import strawberry

from graphql_api.archive.editions import edition
from graphql_api.archive.questions import JOCKEY, Grouping, Rides
from graphql_api.archive.schema.arguments import page_size
from graphql_api.archive.schema.jockeys import JockeySummary
from graphql_api.archive.schema.lookahead import Info, beneath, figures_of, summaries_of
from graphql_api.archive.tallies import Tally, tally
from graphql_api.jockeys.grouping import Having
from graphql_api.jockeys.schema.statistics import StatisticsType
from graphql_api.jockeys.settings import JockeysSettings
from graphql_api.jockeys.statistics import STATISTICS
from graphql_api.schema.enums import enum_of
from graphql_api.schema.filters import condition
from graphql_api.tables.conditions import All, Comparison, Where
from graphql_api.tables.ordering import Order
from graphql_api.tables.table import ColumnTable, Row

LEADERS = 20
"""Leaders where the client does not say."""

_NUMBERS = [each for each in STATISTICS if each.type in (int, float)]

LeaderStatistic: Any = enum_of(
    "LeaderStatistic",
    "Statistics usable for a ranking: all numeric statistics.",
    ((each.name, each.description) for each in _NUMBERS),
)
Statistic = Annotated[
    LeaderStatistic, strawberry.argument(description="The statistic for the ranking. The highest value comes first.")
]


@strawberry.type(description="A jockey with a rank.")
class Leader:
    """One of the leading jockeys."""

    rank: int = strawberry.field(
        description="Rank from 1. Jockeys with equal values have the same rank, and the next ranks are skipped."
    )
    value: float = strawberry.field(description="Value of the statistic used for the ranking.")
    jockey: JockeySummary = strawberry.field(description="Summary of the jockey from the index.")
    statistics: StatisticsType = strawberry.field(description="All statistics of the rides used for the ranking.")


async def leaders(info: Info, year: int | None, given: Any, statistic: Any, first: int | None) -> list[Leader]:
    """Rank jockeys by their rides of a year, or of all years, that a filter takes. Equals stand by their ids."""
    count = page_size(first, LEADERS, info.context.settings.of(JockeysSettings).max_groups)
    wanted = condition(given, "filter")
    if year is not None:
        wanted = All((Where("year", (Comparison("eq", year),)), wanted))
    selected, name = beneath(info, "statistics"), statistic.value
    grouping = Grouping(
        Rides(wanted),
        tuple(dict.fromkeys([name, *figures_of(selected)])),
        (JOCKEY,),
        (Having(name, (Comparison("is_null", False),)),),  # noqa: FBT003
        (Order(name, descending=True),),
        count,
    )
    read = await edition(info.context)
    table = await tally(read, info.context, grouping, summaries_of(selected), with_jockeys=True)
    return _ranked(table.columns[name], [table.jockeys[each] for each in table.columns[JOCKEY]], table)


def _ranked(values: Any, jockeys: list[Row[ColumnTable]], table: Any) -> list[Leader]:
    ranked: list[Leader] = []
    for place, (value, jockey) in enumerate(zip(values, jockeys, strict=True)):
        rank = ranked[-1].rank if ranked and ranked[-1].value == value else place + 1
        statistics: Any = Tally(table, place)
        ranked.append(Leader(rank=rank, value=value, jockey=jockey, statistics=statistics))
    return ranked

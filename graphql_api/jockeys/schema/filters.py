"""The filter inputs of race records and of groups."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.grouping import Having
from graphql_api.jockeys.schema.enums import VOCABULARIES
from graphql_api.jockeys.statistics import STATISTICS
from graphql_api.schema.filters import filter_of, given_in, input_type, row_filter, tests_of
from graphql_api.tables.kinds import KINDS

FILTERS: Mapping[Any, Any] = {type_: filter_of(type_) for type_ in (*KINDS, *VOCABULARIES)}
"""The filter input of each type of field."""

if TYPE_CHECKING:  # made of tables: ``given_in`` tells what one says
    GroupHaving = object
    RaceRecordFilter = object
else:
    RaceRecordFilter = row_filter(
        "RaceRecordFilter", "Filter of race records. All given conditions must hold.", FIELDS, __name__
    )
    GroupHaving = input_type(
        "GroupHaving",
        "Filter of groups by their statistics. All given conditions must hold.",
        {statistic.name: (filter_of(statistic.type) | None, statistic.description) for statistic in STATISTICS},
    )


def having(given: object | None, argument: str) -> list[Having]:
    """Return the tests of a GroupHaving. Raises ``BadUserInput``, which names the fault."""
    if given is None:
        return []
    return [Having(name, tests_of(tests, path)) for name, tests, path in given_in(given, argument)]

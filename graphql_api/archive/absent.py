"""Statistics of no rides: 0 where the files have the columns that they need, null where none has."""

from collections.abc import Iterable, Sequence

from graphql_api.archive.conditions import Parameters
from graphql_api.archive.counting import FIGURES
from graphql_api.archive.questions import JOCKEY, Rides, Statement
from graphql_api.tables.conditions import EVERYTHING, All, Condition, Where


def needs_of(names: Iterable[str]) -> tuple[str, ...]:
    """Name the fields without whose columns some statistics know nothing."""
    return tuple(sorted({need for name in names for need in FIGURES[name].needs}))


def columns_statement(rides: Rides, needs: Sequence[str]) -> Statement:
    """Write which columns the files have of the jockeys that ``rides`` may be of, whatever else is asked of these."""
    parameters = Parameters()
    owned = Rides(_of_jockeys(rides.condition), tuple(key for key in rides.keys if key[0] == JOCKEY))
    columns = ", ".join(f"coalesce(bool_or(has_{need}), TRUE)" for need in needs)
    return Statement(f"SELECT {columns} FROM rides WHERE {owned.where(parameters)}", tuple(parameters.values))


def _of_jockeys(condition: Condition) -> Condition:
    """Return the part of a condition that says which jockeys."""
    match condition:
        case Where(name, _) if name == JOCKEY:
            return condition
        case All(parts):
            return All(tuple(map(_of_jockeys, parts)))
    return EVERYTHING

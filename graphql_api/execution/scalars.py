"""The custom scalars: how days and moments are read and written, and where their forms are specified."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

import strawberry
from strawberry.types.scalar import ScalarDefinition

Moment = TypeVar("Moment", date, datetime)


def _reader(parse: Callable[[str], Moment], form: str) -> Callable[[object], Moment]:
    """Return a reader whose ``ValueError`` names the form; graphql-core adds the place in the document."""

    def read(value: object) -> Moment:
        if not isinstance(value, str):
            raise TypeError(f"Expected {form}.")
        try:
            return parse(value)
        except ValueError as error:
            raise ValueError(f"Expected {form}.") from error

    return read


SCALARS: dict[object, ScalarDefinition] = {
    date: strawberry.scalar(
        name="Date",
        description="A date of the Gregorian calendar in the form `YYYY-MM-DD`. Race dates are in Japan time.",
        specified_by_url="https://scalars.graphql.org/jakobmerrild/local-date.html",
        serialize=date.isoformat,
        parse_value=_reader(date.fromisoformat, "a day such as 2024-09-29"),
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A date and time in the form `YYYY-MM-DDThh:mm:ss`, with the offset from UTC.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=datetime.isoformat,
        parse_value=_reader(datetime.fromisoformat, "a moment such as 2024-09-29T15:40:00+09:00"),
    ),
}

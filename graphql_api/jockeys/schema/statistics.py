"""Statistics as GraphQL shows them: fields made from the table of statistics, intervals and summaries."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from graphql_api.errors import BadUserInput
from graphql_api.execution.cost import cost
from graphql_api.execution.encoding import Binding
from graphql_api.execution.purity import pure
from graphql_api.jockeys.figures import Statistics
from graphql_api.jockeys.schema.enums import NumericField
from graphql_api.jockeys.statistics import BOUNDS, STATISTICS, Statistic
from graphql_api.jockeys.summaries import NumericSummary as Summary

FIGURE = 10
"""Cost of a figure, which is computed from the rows when it is selected."""

COUNTED = cost(weight=FIGURE)
"""Metadata of a figure without a resolver."""


@strawberry.type(description="95 % confidence interval of a rate (Wilson score interval).")
class ConfidenceInterval:
    """Both bounds of a rate."""

    lower: float = strawberry.field(description="Lower bound, from 0 to 1.")
    upper: float = strawberry.field(description="Upper bound, from 0 to 1.")


def _percentile(
    numbers: strawberry.Parent[Summary],
    p: Annotated[float, strawberry.argument(description="The percentile, from 0 to 100. 50 is the median.")],
) -> float | None:
    if not 0 <= p <= 100:
        raise BadUserInput(f"Argument 'p' must be from 0 to 100, not {p:g}.")
    return numbers.percentile(p)


def _quartile(percent: float) -> Any:
    def quartile(numbers: strawberry.Parent[Summary]) -> float | None:
        return numbers.percentile(percent)

    return strawberry.field(
        resolver=quartile, description=f"{percent}th percentile, linearly interpolated.", metadata=pure(weight=FIGURE)
    )


@strawberry.type(description="Summary of the values of one numeric field. Null values are ignored.")
class NumericSummary:
    """Public face of ``summaries.NumericSummary``, whose attributes it shares."""

    count: int = strawberry.field(description="Number of values that are not null.", metadata=COUNTED)
    sum: float | None = strawberry.field(
        description="Sum of the values. Null if there are no values.", metadata=COUNTED
    )
    min: float | None = strawberry.field(description="Minimum. Null if there are no values.", metadata=COUNTED)
    max: float | None = strawberry.field(description="Maximum. Null if there are no values.", metadata=COUNTED)
    mean: float | None = strawberry.field(description="Mean. Null if there are no values.", metadata=COUNTED)
    stddev: float | None = strawberry.field(
        description="Sample standard deviation (n - 1, as in pandas and R). Null if there are fewer than two values.",
        metadata=COUNTED,
    )
    p25: float | None = _quartile(25)
    p50: float | None = _quartile(50)
    p75: float | None = _quartile(75)
    p90: float | None = _quartile(90)
    percentile: float | None = strawberry.field(
        resolver=_percentile,
        description="Any percentile, linearly interpolated between the two nearest values.",
        metadata=pure(weight=FIGURE),
    )


def _interval(rate: str) -> Any:
    lower, upper = f"{rate}_lower", f"{rate}_upper"

    def interval(counted: strawberry.Parent[Statistics]) -> ConfidenceInterval | None:
        low, high = getattr(counted, lower), getattr(counted, upper)
        return None if low is None else ConfidenceInterval(lower=low, upper=high)

    return strawberry.field(
        resolver=interval,
        description="95 % confidence interval of the rate. Null if there are no rides.",
        metadata=pure(weight=FIGURE),
    )


def _summary(
    counted: strawberry.Parent[Statistics],
    field: Annotated[NumericField, strawberry.argument(description="The field to summarise.")],
) -> NumericSummary:
    return counted.summary(field.value)  # type: ignore[return-value]


def _statistic(statistic: Statistic) -> Any:
    """Declare one statistic. In a list of groups it is a column."""
    name = statistic.name
    binding = Binding(lambda _arguments: (f"statistic {name}", lambda groups: groups.statistic(name)))
    return strawberry.field(description=statistic.description, metadata={Binding: binding, **COUNTED})


def _statistics() -> type:
    """Return the Statistics type of the table. After each rate follows its interval."""
    annotations: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    for statistic in STATISTICS:
        annotations[statistic.name] = statistic.type | None
        fields[statistic.name] = _statistic(statistic)
        if f"{statistic.name}_lower" in BOUNDS:
            fields[f"{statistic.name}_interval"] = _interval(statistic.name)
            annotations[f"{statistic.name}_interval"] = ConfidenceInterval | None
    fields["summary"] = strawberry.field(
        resolver=_summary, description="Summary of the values of a numeric field.", metadata=pure(weight=FIGURE)
    )
    annotations["summary"] = NumericSummary
    namespace = {"__annotations__": annotations, "__doc__": "Statistics of some race records.", **fields}
    return strawberry.type(
        type("Statistics", (), namespace),
        description=(
            "Statistics of race records, by the rules of Japanese racing. Rates are fractions from 0 to "
            "1. A statistic is null if the divisor is 0, if no value of a sum is known, or if the file "
            "has no column that it needs, such as 着順."
        ),
    )


if TYPE_CHECKING:
    StatisticsType = Statistics
else:
    StatisticsType = _statistics()

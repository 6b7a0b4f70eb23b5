"""The order inputs of race records and of groups."""

import strawberry

from graphql_api.jockeys.schema.enums import GroupOrderField, RaceRecordOrderField
from graphql_api.schema.enums import Direction, Nulls
from graphql_api.schema.orders import DIRECTION, NULLS


@strawberry.input(description="One sort key of race records.")
class RaceRecordOrder:
    """A field of the records to sort by."""

    field: RaceRecordOrderField = strawberry.field(description="The sort field.")
    direction: Direction = strawberry.field(default=Direction.ASC, description=DIRECTION)
    nulls: Nulls = strawberry.field(default=Nulls.LAST, description=NULLS)


@strawberry.input(description="One sort key of groups.")
class GroupOrder:
    """A statistic or key to sort groups by."""

    field: GroupOrderField = strawberry.field(description="The statistic or key to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description=DIRECTION)
    nulls: Nulls = strawberry.field(default=Nulls.LAST, description=NULLS)

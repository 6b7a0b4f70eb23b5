"""Objects with an id of their own, by Relay's Global Object Identification specification."""

import strawberry


@strawberry.interface(
    description=(
        "An object with a globally unique id. The field `node` returns the object by this id, and "
        "client caches can use the id as a key. Types without an id are parts of the object that "
        "contains them."
    )
)
class Node:
    """Relay's Node."""

    id: strawberry.ID = strawberry.field(description="The id of the object.")

"""Objects with an id of their own, by Relay's Global Object Identification specification."""

import strawberry


@strawberry.interface(
    description="An object with an id that no other object has. `node` gives it again, and caches of clients keep it "
    "by this id. Types without an id are parts of the object that holds them."
)
class Node:
    """What Relay calls a node."""

    id: strawberry.ID = strawberry.field(description="The object's id.")

"""What the document is made of."""

from typing import Any

Json = dict[str, Any]
"""A JSON object."""


def object_of(**properties: Json) -> Json:
    """Return the schema of an object that always has all of its properties."""
    return {"type": "object", "properties": properties, "required": list(properties)}

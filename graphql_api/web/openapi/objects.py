"""What the document is made of."""

from typing import Any

Json = dict[str, Any]
"""A JSON object."""

"""What is told: an event, as the body of a message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. ``id`` is the same whenever it is told, so that receivers can drop repetitions.

    ``type`` is words with dots between, ``data`` JSON without secrets: jobs that tell it stand in the store.
    """

    id: str
    type: str
    at: datetime
    data: Json

    def write(self) -> Json:
        """Return it as JSON."""
        return {"id": self.id, "type": self.type, "timestamp": self.at.isoformat(), "data": dict(self.data)}


def body_of(event: Json) -> bytes:
    """Return the body of a message that tells a written event: the same bytes at each attempt."""
    return orjson.dumps(event, option=orjson.OPT_SORT_KEYS)

"""Decoding of a jockey's file, with the duration of each step. It imports numpy, so import it late."""

from graphql_api import pickles
from graphql_api.jockeys import normalise
from graphql_api.jockeys.records import RaceRecords
from graphql_api.snapshots.trace import Trace


def decode(data: bytes, jockey_id: str, trace: Trace) -> RaceRecords:
    """Decode a file as stored. Raises ``DataCorrupt``."""
    with trace.stage("unpickle"):
        frame = pickles.loads(data)
    with trace.stage("normalise"):
        return normalise.race_records(frame, jockey_id)

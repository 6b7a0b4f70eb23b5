"""The fields of a race record: those of columns of the file, and those computed from others.

A column of the file is one row of ``SOURCES``, a computed field one row of ``DERIVED``. The GraphQL type, the
documentation and the OpenAPI schema are made from these tables.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql_api.jockeys import derived, parsers
from graphql_api.jockeys.sources import SOURCES
from graphql_api.jockeys.vocabulary import (
    DistanceBand,
    FinishStatus,
    RunningStyle,
)
from graphql_api.tables.fields import Field
from graphql_api.tables.kinds import Id


@dataclass(frozen=True, slots=True)
class Derived:
    """A field computed from others of the same row, once for each distinct combination of its inputs.

    ``inputs`` are names of fields (of sources, or of earlier rows of ``DERIVED``), or the ``name`` of a source for its
    cell's stripped text, None where blank. ``after`` is the source field that it follows in the API.
    """

    field: Field
    after: str
    inputs: tuple[str, ...]
    compute: Callable[..., Any]


DERIVED: tuple[Derived, ...] = (
    Derived(
        Field("finish_status", FinishStatus, "How the ride ended (着順, 頭数).", nullable=False),
        "finish_position",
        ("FINISH_POSITION", "field_size"),
        parsers.finish_status,
    ),
    Derived(
        Field("won", bool, "Whether the horse won (finishPosition is 1). Null if finishStatus is UNKNOWN."),
        "runner_up_name",
        ("finish_position", "finish_status"),
        derived.won,
    ),
    Derived(
        Field("winner_name", str, "Winner of the race (勝ち馬). If this horse won: this horse."),
        "body_weight_change",
        ("WINNER_NAME", "horse_name", "won"),
        derived.winner_name,
    ),
    Derived(
        Field(
            "race_id",
            Id,
            "netkeiba's race id, 12 digits (日付, 開催, R). Null for overseas races, and if a part is unknown.",
        ),
        "jockey_id",
        ("date", "racecourse", "meeting_round", "meeting_day", "jurisdiction", "race_number"),
        derived.race_id,
    ),
    Derived(
        Field("distance_band", DistanceBand, "SMILE band of the distance (距離)."),
        "distance",
        ("distance",),
        derived.distance_band,
    ),
    Derived(
        Field(
            "running_style",
            RunningStyle,
            "Running style (脚質) by the definition of JRA-VAN NEXT (通過, 頭数). Null for NAR, because the "
            "definition does not include it. This API also returns null for jump races and for races with "
            "fewer than two corners (straight courses).",
        ),
        "corner_positions",
        ("corner_positions", "field_size", "surface", "jurisdiction"),
        derived.running_style,
    ),
)

_FOLLOWING = {
    name: tuple(spec.field for spec in DERIVED if spec.after == name) for name in {spec.after for spec in DERIVED}
}

FIELDS: tuple[Field, ...] = tuple(
    field for source in SOURCES for own in source.fields for field in (own, *_FOLLOWING.get(own.name, ()))
)

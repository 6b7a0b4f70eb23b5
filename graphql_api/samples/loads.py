"""The weights that horses carry, in kg."""

from random import Random

from graphql_api.samples.places import BANEI, JUMP, OVERSEAS
from graphql_api.samples.runs import Run
from graphql_api.samples.vocabulary import WIN2

_ABROAD = (55.0, 55.8, 56.5, 57.0, 58.0, 58.5, 59.0)
_OVER_JUMPS = (58.0, 59.0, 60.0, 60.0, 60.0, 60.0, 61.0, 62.0, 63.0)
_FLAT = (52.0, 53.0, 54.0, 54.0, 55.0, 55.0, 56.0, 56.0, 57.0, 58.0)


def loads_of(run: Run, seed: int) -> tuple[float, ...]:
    """Return what each horse carries, jockey included, in the order of the numbers; ban'ei draws a sledge instead."""
    rng = Random(f"{seed}/loads/{run.key}")  # noqa: S311  (sample data, no secret)
    return tuple(_load(run, rng) for _ in run.entries)


def _load(run: Run, rng: Random) -> float:
    circuit = run.card.meeting.circuit
    if circuit == BANEI:
        return 5.0 * rng.randint(106, 155)
    if circuit == OVERSEAS:
        return rng.choice(_ABROAD)
    if run.surface == JUMP:
        return rng.choice(_OVER_JUMPS)
    if run.kind.prize > WIN2.prize and rng.random() < 0.3:
        return rng.randint(96, 118) / 2
    return rng.choice(_FLAT)

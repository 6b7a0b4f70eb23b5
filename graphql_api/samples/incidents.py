"""Incidents in races, in a random order in which each occurs before any is repeated."""

from collections.abc import Iterator
from random import Random

from graphql_api.samples.places import JUMP
from graphql_api.samples.runs import DEMOTED, DISQUALIFIED, EXCLUDED, FAILED, NOT_WEIGHED, REMOUNTED, SCRATCHED, Run

NO_WEATHER, NO_GOING, NO_RIDER = "weather", "going", "rider"
_TIED_FIRST, _TIED_LATER = "tied first", "tied later"
_DECK = (
    *[SCRATCHED] * 3, *[EXCLUDED] * 2, *[FAILED] * 3, DISQUALIFIED, DEMOTED, REMOUNTED, _TIED_FIRST, _TIED_LATER,
    NO_WEATHER, NO_GOING, *[NO_RIDER] * 2, *[NOT_WEIGHED] * 3, *[""] * 25,
)  # fmt: skip
_JUMP_FALLS = 0.03
_FEWEST = 5  # so few are left in any race


def deal_incidents(rng: Random) -> Iterator[str]:
    """Yield the incident of each race, in most cases none."""
    while True:
        yield from rng.sample(_DECK, len(_DECK))


def befall(run: Run, incident: str, rng: Random) -> None:
    """Let an incident happen to a race, and over jumps the usual falls."""
    statuses: dict[int, str] = {}
    victim = rng.randrange(len(run.entries))
    if incident in (NO_WEATHER, NO_GOING):
        run.blank = incident
    elif incident in (NOT_WEIGHED, NO_RIDER):
        run.entries[victim].note = incident
    elif incident == _TIED_FIRST:
        run.tied = 1
    elif incident == _TIED_LATER:
        run.tied = rng.randint(2, 3)
    elif incident == DEMOTED:
        statuses[rng.choice(run.crossing()[1:-1])] = incident
    elif incident and len(run.entries) > _FEWEST:
        statuses[victim] = incident
    if run.surface == JUMP and not incident:
        falls = [place for place in range(len(run.entries)) if rng.random() < _JUMP_FALLS]
        statuses.update(dict.fromkeys(falls[: len(run.entries) - _FEWEST], FAILED))
    run.statuses = statuses

"""The numbers of a race's result: times, margins, positions at corners, pace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from graphql_api.samples.places import BANEI, JRA, JUMP, NAR, OVERSEAS, STRAIGHTS, TURF
from graphql_api.samples.runs import DISQUALIFIED, FAILED, REMOUNTED, Run
from graphql_api.samples.vocabulary import GOING_FACTORS, NAR_PACES, PACES


@dataclass(frozen=True, slots=True)
class Finish:
    """The finish of one horse. Times are in tenths of a second. None if they are not measured.

    ``status`` is netkeiba's letter for what went wrong, else empty. ``margin`` is the time behind the winner, the
    winner's own is minus the lead over the second. ``corners`` are the places at the corners. ``last3f`` is the time of
    the last 600 m, over jumps the mean time of 200 m.
    """

    number: int
    status: str
    position: int | None
    time: int | None = None
    margin: int | None = None
    corners: tuple[int, ...] = ()
    last3f: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A race's result, the horses in the order of their numbers; ``pace`` is the first and the last 600 m in tenths.

    An abandoned race has no finishes. The first 600 m are 0 where they are not timed; overseas there is no pace.
    """

    finishes: tuple[Finish, ...]
    pace: tuple[int, int] | None


def result_of(run: Run, seed: int) -> Result:
    """Compute the result of a race."""
    if run.abandoned:
        return Result((), None)
    rng = Random(f"{seed}/result/{run.key}")  # noqa: S311  (sample data, no secret)
    official, gaps = run.official(), _gaps(run)
    overseas = run.card.meeting.circuit == OVERSEAS
    winner = next(iter(official))
    time = round(_winner_time(run, rng))
    times = {} if overseas else {place: time + gap - gaps[winner] for place, gap in gaps.items()}
    corners = {} if overseas else _corners(run, rng)
    pace, last3f = _pace(run, time, rng), _last3f(run, times, corners, rng)
    margins = _margins(run, times, official)
    finishes = tuple(
        Finish(
            place + 1, run.statuses.get(place, ""), official.get(place), times.get(place), margins.get(place),
            corners.get(place, ()), last3f.get(place),
        )
        for place in range(len(run.entries))
    )  # fmt: skip
    return Result(finishes, pace)


def _gaps(run: Run) -> dict[int, int]:
    """Return how long after the first each horse passed the post."""
    crossing, circuit = run.crossing(), run.card.meeting.circuit
    second = (
        30.0 if circuit == BANEI else run.distance / (250 if run.surface == JUMP else 400 if circuit == NAR else 500)
    )
    first = run.entries[crossing[0]].performance
    gaps = {place: round((first - run.entries[place].performance) * second) for place in crossing}
    for place in crossing:
        if run.statuses.get(place) == REMOUNTED:
            gaps[place] = max(gaps.values()) + 80
    if run.tied:
        tied = [place for place, position in run.official().items() if position == run.tied]
        gaps.update(dict.fromkeys(tied, gaps[tied[0]]))
    return gaps


def _winner_time(run: Run, rng: Random) -> float:
    """Time the winner by distance, surface, going and class."""
    circuit = run.card.meeting.circuit
    if circuit == BANEI:
        return rng.gauss(1380 - 220 * (run.card.moisture or 0.0), 90) + 1000 * run.kind.speed + 320
    high, slope = NAR_PACES[run.surface] if circuit == NAR else PACES[JRA, run.surface]
    going = GOING_FACTORS[run.surface][run.card.going]
    return 10 * (high * run.distance / 1000 - slope) * going * (1 - run.kind.speed) * rng.gauss(1.004, 0.005)


def _margins(run: Run, times: Mapping[int, int], official: Mapping[int, int]) -> dict[int, int]:
    """Return the times behind the winner; the winner leads the next, and nothing stands beside a disqualified horse."""
    if not times:
        return {}
    first, *others = official
    margins = {place: time - times[first] for place, time in times.items() if run.statuses.get(place) != DISQUALIFIED}
    margins[first] = times[first] - times[others[0]] if others else 0
    return {place: margin if official.get(place) == 1 else max(0, margin) for place, margin in margins.items()}


def _corners(run: Run, rng: Random) -> dict[int, tuple[int, ...]]:
    """Place the horses at each corner: from their own way of running towards their finish; fallen ones are left out."""
    running, many = run.starters(), corner_count(run)
    order = run.crossing()
    late = {place: rank / len(order) for rank, place in enumerate(order)}
    leaves = {place: rng.randrange(many + 1) for place in running if run.statuses.get(place) == FAILED}
    corners: dict[int, list[int]] = {place: [] for place in running}
    for corner in range(many):
        share = corner / (many + 0.5)
        still = [place for place in running if leaves.get(place, many) > corner]
        wish = {
            place: run.entries[place].horse.style * (1 - share) + late.get(place, 0.5) * share + rng.gauss(0.0, 0.06)
            for place in still
        }
        for rank, place in enumerate(sorted(still, key=wish.__getitem__), 1):
            corners[place].append(rank)
    return {place: tuple(ranks) for place, ranks in corners.items()}


def corner_count(run: Run) -> int:
    """Return at how many corners places are taken."""
    meeting = run.card.meeting
    if meeting.circuit == BANEI:
        return 0
    short = 1000 if meeting.circuit == NAR else 1599
    return STRAIGHTS.get((meeting.course, run.surface, run.distance)) or (
        2 if run.distance <= short else 3 if run.distance == 1600 else 4
    )


def _pace(run: Run, time: int, rng: Random) -> tuple[int, int] | None:
    """Time the race's first and last 600 m; most local courses do not time the first."""
    circuit = run.card.meeting.circuit
    if circuit in (BANEI, OVERSEAS):
        return None
    if run.surface == JUMP:
        return round(rng.gauss(1065, 15)), round(rng.gauss(390, 8))
    last = _closing(run, time) + abs(rng.gauss(0.0, 2.0))
    first = 0.0 if circuit == NAR and rng.random() < 0.95 else time / run.distance * 600 * rng.gauss(0.995, 0.025)
    if run.distance == 1200 and first:
        first = time - round(last)
    return round(first), round(last)


def _closing(run: Run, time: int) -> float:
    """Return a usual time of the last 600 m."""
    return time / run.distance * 600 * (1.0 if run.surface == TURF else 1.015)


def _last3f(run: Run, times: Mapping[int, int], corners: Mapping[int, Sequence[int]], rng: Random) -> dict[int, int]:
    """Time each horse's last 600 m: who gained places on the way home was faster."""
    if run.card.meeting.circuit == BANEI:
        return {}
    if run.surface == JUMP:
        return {place: round(time / run.distance * 200) for place, time in times.items()}
    fastest = min(times.values(), default=0)
    usual = _closing(run, fastest)
    closing = {}
    for rank, place in enumerate(sorted(times, key=times.__getitem__), 1):
        gained = (corners[place][-1] if corners[place] else rank) - rank
        slower = min(40.0, 0.5 * (times[place] - fastest))
        closing[place] = round(usual + slower - 0.6 * gained + rng.gauss(0.0, 1.5))
    return closing

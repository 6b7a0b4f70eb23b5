"""One sample rider's results: draws field, market and finish of each ride and writes the cells as netkeiba does."""

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from graphql_api.samples.careers import Career
from graphql_api.samples.schedule import Race, races
from graphql_api.samples.vocabulary import (
    BANEI,
    DEBUT,
    FIELD_SIZES,
    GOING_FACTORS,
    HORSE_FIRST,
    HORSE_LAST,
    HORSE_MIDDLE,
    JRA,
    JUMP,
    NAR,
    NAR_PACES,
    OVERSEAS,
    PACES,
    PRIZE_SHARES,
    STRAIGHTS,
    TURF,
)

# What can befall a ride: dealt like a deck of cards, so that each comes up before any comes up again.
MISHAPS = (
    "取", "除", "中", "失", "降", "再", "abandoned", "dead heat", "no weather", "no going", "nameless", "計不",
    "前計不",
)  # fmt: skip
_NOT_TIMED, _NOT_RUN = {"取", "除", "中", "abandoned"}, {"取", "除", "abandoned"}
_OLD_TIMES, _REST_DAYS = date(2005, 1, 1), 10


@dataclass(slots=True)
class Horse:
    """A horse in the rider's book; ``weight`` is what it will have weighed at its next older race."""

    name: str
    style: float
    weight: int
    last_seen: date


@dataclass(frozen=True, slots=True)
class Run:
    """What happened: field, market, finish and times in tenths of a second; ``position`` counts the official place."""

    mishap: str
    starters: int
    number: int
    rank: int
    odds: float
    position: int
    margin: int
    winner_time: int
    winner_last3f: int


def results(career: Career, rows: int, rng: Random) -> Iterator[list[str]]:
    """Yield one row of cell texts per ride, newest first, in netkeiba's order up to the prize money."""
    books: dict[tuple[str, str], deque[Horse]] = defaultdict(lambda: deque(maxlen=120))
    mishaps = _mishaps(career, rng)
    for race, _ in zip(races(career, rows, rng), range(rows), strict=False):
        horse = _horse(race, books[race.circuit, race.surface], career, rng)
        mishap = "" if race.circuit == OVERSEAS else next(mishaps)
        if race.surface == JUMP and not mishap and rng.random() < 0.03:
            mishap = "中"
        yield _cells(race, horse, _run(race, mishap, career, rng), career, rng)


def _mishaps(career: Career, rng: Random) -> Iterator[str]:
    """Yield what befalls each ride, mostly nothing; after 13 times ``career.mishaps`` rides everything has."""
    while career.mishaps:
        for mishap in rng.sample(MISHAPS, len(MISHAPS)):
            place = rng.randrange(career.mishaps)
            yield from (mishap if each == place else "" for each in range(career.mishaps))
    while True:
        yield ""


def _horse(race: Race, book: deque[Horse], career: Career, rng: Random) -> Horse:
    """Take a horse from the rider's book if it was not just seen, else a new one; a debut closes its page."""
    if book and rng.random() < career.loyalty:
        horse = rng.choice(book)
        if (horse.last_seen - race.day).days >= _REST_DAYS:
            horse.last_seen = race.day
            if race.kind is DEBUT:
                book.remove(horse)
            return horse
    weight = round(rng.gauss(1020, 40)) if race.circuit == BANEI else 2 * round(rng.gauss(236, 14))
    horse = Horse(_horse_name(rng), rng.random(), weight, race.day)
    if race.kind is not DEBUT:
        book.append(horse)
    return horse


def _horse_name(rng: Random) -> str:
    return rng.choice(HORSE_FIRST) + rng.choice(HORSE_MIDDLE) + rng.choice(HORSE_LAST)


def _run(race: Race, mishap: str, career: Career, rng: Random) -> Run:
    """Draw the market by the rider's skill, the finish by the market, and the times by the finish."""
    least, most = FIELD_SIZES[race.circuit]
    starters = min(max(rng.randint(least, most), rng.randint(least, most)), 14 if race.surface == JUMP else most)
    absent = mishap in ("取", "除") or rng.random() < 0.03
    rank = 1 + int(starters * rng.random() ** career.skill)
    odds = min(999.9, max(1.1, 1.75 * 1.38**rank * rng.lognormvariate(0.0, 0.25)))
    position = _position(mishap, starters, rank, odds, rng)
    if position == 1:
        margin = 0 if mishap == "dead heat" else -int(rng.expovariate(0.15 if race.circuit == NAR else 0.3))
    else:
        margin = int((position - 1 + rng.random()) * rng.uniform(0.6, 4.0) * (2.0 if race.surface == JUMP else 1))
    time = _winner_time(race, rng)
    pace = time / race.distance * (200 if race.surface == JUMP else 600)
    last3f = pace * (rng.gauss(1.0, 0.015) if race.surface == TURF else rng.gauss(1.015, 0.012))
    number = rng.randint(1, starters + absent)
    return Run(mishap, starters, number, rank, odds, position, margin, round(time), round(last3f))


def _position(mishap: str, starters: int, rank: int, odds: float, rng: Random) -> int:
    """Win as often as the odds say (a fifth is the takeout), else finish around the market's opinion."""
    if mishap == "dead heat":
        return 1
    if rng.random() < 0.8 / odds and mishap != "降":
        return 1
    return min(starters, max(2, round(rng.gauss(0.22 * starters + 0.6 * rank, 0.26 * starters))))


def _winner_time(race: Race, rng: Random) -> float:
    """Time the winner, in tenths of a second, by distance, surface, going and class."""
    if race.circuit == BANEI:
        return rng.gauss(1380 - 220 * (race.moisture or 0.0), 90) + 1000 * race.kind.speed + 320
    high, slope = NAR_PACES[race.surface] if race.circuit == NAR else PACES[JRA, race.surface]
    km = race.distance / 1000
    going = GOING_FACTORS[race.surface][race.going]
    return 10 * (high * km - slope) * going * (1 - race.kind.speed) * rng.gauss(1.004, 0.005)


def _cells(race: Race, horse: Horse, run: Run, career: Career, rng: Random) -> list[str]:
    """Write one row."""
    mishap, overseas = run.mishap, race.circuit == OVERSEAS
    unbet = mishap in _NOT_RUN or (overseas and rng.random() < 0.8)
    untimed = mishap in _NOT_TIMED or overseas
    bare = mishap == "abandoned" or overseas
    return [
        race.day.strftime(career.layout.dates if "%" in career.layout.dates else "%Y/%m/%d"),
        race.meeting,
        "" if mishap == "no weather" else race.weather,
        "" if race.number is None else str(race.number),
        race.name,
        "",
        "0" if mishap == "abandoned" else str(run.starters),
        "" if overseas else str(_bracket(run)),
        str(run.number),
        career.layout.blank_odds if unbet else f"{run.odds:.1f}",
        "" if mishap in _NOT_RUN else str(run.rank),
        _finish(run),
        horse.name,
        "" if mishap == "nameless" else career.name,
        _carried(race, rng),
        f"{race.surface}{race.distance}",
        "" if race.moisture is None else f"{race.moisture}",
        "" if mishap in ("no going", "abandoned") else race.going,
        "" if untimed else _time(race, run),
        "" if untimed or mishap == "失" else f"{run.margin / 10:.1f}",
        "" if overseas or mishap in _NOT_RUN else _corners(race, horse, run, rng),
        "" if bare or race.circuit == BANEI else _pace(race, run, rng),
        "" if untimed or race.circuit == BANEI else _last3f(race, run, rng),
        _body_weight(race, horse, mishap, rng),
        _winner(race, run, rng),
        _prize(race, run),
    ]


def _bracket(run: Run) -> int:
    """Give the bracket: up to eight runners have one each, then the outer brackets fill up first."""
    runners = max(run.starters, run.number)
    if runners <= 8:
        return run.number
    size, larger = divmod(runners, 8)
    inner = size * (8 - larger)
    if run.number <= inner:
        return (run.number - 1) // size + 1
    return 8 - larger + (run.number - inner - 1) // (size + 1) + 1


def _finish(run: Run) -> str:
    if run.mishap == "abandoned":
        return ""
    if run.mishap == "降":
        return f"{run.position}(降)"
    return run.mishap if run.mishap in ("取", "除", "中", "失", "再") else str(run.position)


def _carried(race: Race, rng: Random) -> str:
    """Write the carried weight in kg, without `.0`."""
    if race.circuit == BANEI:
        return str(5 * rng.randint(106, 155))
    if race.circuit == OVERSEAS:
        return rng.choice(("55", "55.8", "56.5", "57", "58", "58.5", "59"))
    if race.surface == JUMP:
        return str(rng.choice((58, 59, 60, 60, 60, 60, 61, 62, 63)))
    if race.kind.prize > 1500 and rng.random() < 0.3:
        return f"{rng.randint(96, 118) / 2:g}"
    return str(rng.choice((52, 53, 54, 54, 55, 55, 56, 56, 57, 58)))


def _time(race: Race, run: Run) -> str:
    """Write `m:ss.t`; a few old pages have `m.ss.t` or `m:ss:tt`."""
    minutes, tenths = divmod(run.winner_time + max(run.margin, 0), 600)
    seconds, tenth = divmod(tenths, 10)
    if race.day < _OLD_TIMES and run.number == 1 and run.winner_time % 20 == 0:
        return f"{minutes}.{seconds:02d}.{tenth}"
    if race.day < _OLD_TIMES and run.number == 2 and run.winner_time % 60 == 0:
        return f"{minutes}:{seconds:02d}:{tenth}7"
    return f"{minutes}:{seconds:02d}.{tenth}"


def _corners(race: Race, horse: Horse, run: Run, rng: Random) -> str:
    """Write the places at the corners: from the horse's own way of running towards its finish."""
    corners = _corner_count(race)
    if run.mishap == "中":
        corners = rng.randrange(corners + 1)
    early, late = 1 + horse.style * (run.starters - 1), run.position
    places = []
    for corner in range(corners):
        share = corner / (corners + 0.5)
        place = round(early * (1 - share) + late * share + rng.gauss(0, 0.5))
        places.append(str(min(run.starters, max(1, place))))
    return "-".join(places)


def _corner_count(race: Race) -> int:
    if race.circuit == BANEI:
        return 0
    short = 1000 if race.circuit == NAR else 1599
    return STRAIGHTS.get((race.course, race.surface, race.distance)) or (
        2 if race.distance <= short else 3 if race.distance == 1600 else 4
    )


def _pace(race: Race, run: Run, rng: Random) -> str:
    """Write the race's first and last 600 m in seconds; most NAR courses do not time the first."""
    if race.surface == JUMP:
        return f"{rng.gauss(106.5, 1.5):.1f}-{rng.gauss(39.0, 0.8):.1f}"
    last = run.winner_last3f
    first = 0.0 if race.circuit == NAR and rng.random() < 0.95 else run.winner_time / race.distance * 600
    return f"{first / 10 * rng.gauss(0.985, 0.012):.1f}-{last / 10 + abs(rng.gauss(0, 0.2)):.1f}"


def _last3f(race: Race, run: Run, rng: Random) -> str:
    """Write the horse's own last 600 m; over jumps the average 200 m of the whole race."""
    if race.surface == JUMP:
        return f"{(run.winner_time + max(run.margin, 0)) / race.distance * 20:.1f}"
    return f"{(run.winner_last3f + 0.5 * max(run.margin, 0)) / 10 + rng.gauss(0, 0.25):.1f}"


def _body_weight(race: Race, horse: Horse, mishap: str, rng: Random) -> str:
    """Write weight and change in kg; the older weight is kept for the horse's next older race."""
    if mishap in ("取", "計不") or (mishap == "abandoned" and rng.random() < 0.5):
        return "計不"
    if mishap == "前計不":
        return mishap
    weight = horse.weight
    if race.circuit == OVERSEAS:
        return str(weight) if rng.random() < 0.7 else rng.choice(("計不", "---"))
    change = 0 if race.kind is DEBUT else round(rng.gauss(0, 4)) * (2 if race.circuit == JRA else 1)
    horse.weight = weight - change
    return f"{weight}({change:+d})" if change else f"{weight}(0)"


def _winner(race: Race, run: Run, rng: Random) -> str:
    """Write the winner, or the runner-up in brackets where this horse won; overseas the brackets can be empty."""
    if run.mishap == "abandoned":
        return ""
    if run.position > 1 or run.mishap in ("取", "除", "中", "失", "再"):
        return _horse_name(rng)
    return "()" if race.circuit == OVERSEAS else f"({_horse_name(rng)})"


def _prize(race: Race, run: Run) -> str:
    """Write the prize money in 10,000 yen for the first five; a dead heat for the win shares two places.

    Overseas the source has none.
    """
    if (
        race.circuit == OVERSEAS
        or run.mishap in ("取", "除", "中", "失", "再", "abandoned")
        or run.position > len(PRIZE_SHARES)
    ):
        return ""
    share = PRIZE_SHARES[run.position - 1]
    if run.mishap == "dead heat":
        share = (PRIZE_SHARES[0] + PRIZE_SHARES[1]) / 2
    return f"{race.kind.prize * share:,.1f}"

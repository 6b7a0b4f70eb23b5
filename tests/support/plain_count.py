"""What the domain's definitions say, counted row by row from the texts of the cells: the second way of counting."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from statistics import fmean
from typing import Any

import pytest

from careers import Texts
from graphql_api.jockeys.racecourses import JRA_COURSES, NAR_COURSES


def plain_statistics(rows: Sequence[Texts], whole: Sequence[Texts] | None = None) -> dict[str, Any]:
    """Count every statistic in plain Python, from texts alone; ``whole`` is what the rows are a group of."""
    rides = rides_of(rows)
    places = list(map(place_of, rides))
    first_three = [places.count(position) for position in (1, 2, 3)]
    longest, current = _streaks(rides, won=True)
    longest_losing, since_last_win = _streaks(rides, won=False)
    days = Counter(_day(row) for row in rides if place_of(row) == 1)
    most = max(days.values(), default=0)
    return {
        "rides": len(rides),
        **dict(zip(("wins", "seconds", "thirds"), first_three, strict=True)),
        "fourths": places.count(4),
        "fifths": places.count(5),
        "unplaced": len(rides) - sum(first_three),
        "win_rate": _share(first_three[0], len(rides)),
        "second_rate": _share(first_three[1], len(rides)),
        "third_rate": _share(first_three[2], len(rides)),
        "quinella_rate": _share(sum(first_three[:2]), len(rides)),
        "top3_rate": _share(sum(first_three), len(rides)),
        **_of_odds([row for row in rides if _number(row["単勝"])]),
        "impact_value": _impact(rides, rides if whole is None else rides_of(whole)),
        "average_finish_position": _mean(place for place in places if place),
        "average_favourite_rank": _mean(int(row["人気"]) for row in rides if row["人気"]),
        "rivals_beaten_rate": _mean(share for share in map(_rivals_beaten, rides) if share is not None),
        "average_places_gained": _gained(rides, 0),
        "average_places_gained_in_straight": _gained(rides, -1),
        "graded_wins": sum(place_of(row) == 1 and _is_graded(row["レース名"]) for row in rides),
        "stakes_wins": sum(
            place_of(row) == 1 and (_is_graded(row["レース名"]) or "(重賞)" in row["レース名"]) for row in rides
        ),
        **_of_prizes(rows, rides),
        "longest_win_streak": longest,
        "current_win_streak": current,
        "longest_losing_streak": longest_losing,
        "rides_since_last_win": since_last_win if first_three[0] else None,
        "best_day_wins": most,
        "best_day": max((day for day, wins in days.items() if wins == most), default=None),
        "best_day_count": list(days.values()).count(most),
    }


def rides_of(rows: Iterable[Texts]) -> list[Texts]:
    """Leave out what is no ride."""
    return [row for row in rows if row["着順"] not in {"取", "除", ""}]


def place_of(row: Texts) -> int | None:
    """Give the official position."""
    match = re.match(r"\d+", row["着順"])
    return int(match[0]) if match else None


def in_order(rides: Sequence[Texts]) -> list[Texts]:
    """Sort rides from the oldest to the newest; the file is newest first."""
    places = range(len(rides))
    return [rides[at] for at in sorted(places, key=lambda at: (_day(rides[at]), int(rides[at]["R"] or 0), -at))]


def _of_odds(backed: Sequence[Texts]) -> dict[str, Any]:
    """Count what rests on the rides with odds."""
    returned = [_number(row["単勝"]) for row in backed if place_of(row) == 1]
    expected = sum(0.8 / _number(row["単勝"]) for row in backed)
    return {
        "rides_with_odds": len(backed),
        "wins_with_odds": len(returned),
        "win_return_rate": _share(sum(returned), len(backed)),
        "level_stakes_profit": sum(round(100 * odds) for odds in returned) - 100 * len(backed) if backed else None,
        "expected_wins": expected or None,
        "actual_over_expected": _share(len(returned), expected),
    }


def _of_prizes(rows: Sequence[Texts], rides: Sequence[Texts]) -> dict[str, Any]:
    """Count what rests on prize money."""
    prizes = [_number(row["賞金(万円)"]) * 10_000 for row in _in_japan(rows) if row["賞金(万円)"].strip("-")]
    total = sum(prizes) if prizes else None
    return {"prize_money": total, "prize_per_ride": None if total is None else _share(total, len(_in_japan(rides)))}


def _in_japan(rows: Sequence[Texts]) -> list[Texts]:
    return [row for row in rows if re.match(r"\d", row["開催"]) or row["開催"] in {*JRA_COURSES, *NAR_COURSES}]


def _impact(rides: Sequence[Texts], whole: Sequence[Texts]) -> float | None:
    wins, all_wins = (sum(place_of(row) == 1 for row in each) for each in (rides, whole))
    return (wins / all_wins) / (len(rides) / len(whole)) if rides and all_wins else None


def _rivals_beaten(row: Texts) -> float | None:
    runners = int(row["頭数"] or 0)
    place = place_of(row) or runners
    return (runners - place) / (runners - 1) if runners > 1 and place <= runners else None


def _gained(rides: Sequence[Texts], corner: int) -> float | None:
    known = [(row["通過"].split("-")[corner], place_of(row)) for row in rides if row["通過"]]
    return _mean(int(position) - place for position, place in known if place)


def _number(text: str) -> float:
    return float(text.replace(",", "")) if text.strip("-") else 0.0


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _mean(numbers: Iterable[float]) -> float | None:
    known = list(numbers)
    return fmean(known) if known else None


def _is_graded(name: str) -> bool:
    return re.search(r"\((J\.?)?(G|Jpn)[-.]?([123]|I{1,3}|[ⅠⅡⅢ])\)", name) is not None


def _day(row: Texts) -> date:
    return date.fromisoformat(row["日付"][:10].replace("/", "-"))


def _streaks(rides: Sequence[Texts], *, won: bool) -> tuple[int, int]:
    """Count the longest run of wins, or of rides without one, and the last."""
    longest = current = 0
    for row in in_order(rides):
        current = current + 1 if (place_of(row) == 1) is won else 0
        longest = max(longest, current)
    return longest, current


def agree(found: dict[str, Any], counted: dict[str, Any]) -> bool:
    """Say whether two sets of figures are the same to the last digits, null only where both are."""
    return found.keys() == counted.keys() and all(_same(found[name], value) for name, value in counted.items())


def _same(found: Any, counted: Any) -> bool:
    if isinstance(found, float) and isinstance(counted, int | float):
        return found == pytest.approx(counted, rel=1e-12)
    return bool(found == counted)

"""The bars: what this server promises, as ratios within one run."""

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.contenders import ENCODED, NOT_MODIFIED, PROJECTION, REPEATED, REST, REST_REPEATED

Found = dict[str, Any]
PLAIN = "plain Strawberry"
ALL_ROWS = "all rows, encoded"


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure and its bound: at least ``bound``, or at most if ``most``. ``measure`` may raise KeyError: no figure."""

    text: str
    bound: float
    unit: str
    measure: Callable[[Found], float]
    most: bool = False

    def value(self, found: Found) -> float | None:
        """Give the measured figure; None where something it needs was not measured."""
        try:
            return self.measure(found)
        except KeyError:
            return None

    def met(self, value: float) -> bool:
        """Judge a figure."""
        return value <= self.bound if self.most else value >= self.bound


def ratio(ours: Found, theirs: Found) -> float:
    """Compare the rates of two cells round by round and give the median: rounds differ more than what is in one."""
    pairs = zip(ours["rates"], theirs["rates"], strict=False)
    return statistics.median(one / other for one, other in pairs)


def _cell(found: Found, name: str, workload: str, connections: int) -> Found:
    cell: Found = found["rows"][name]["http"][workload][str(connections)]
    return cell


def _against(ours: str, theirs: str, workload: str, connections: int, least: float, aim: str = "") -> Bar:
    """Over HTTP, so many times the requests a second of another."""

    def measure(found: Found) -> float:
        return ratio(*(_cell(found, name, workload, connections) for name in (ours, theirs)))

    return Bar(f"{ours} ÷ {theirs}, {workload}, {connections} conn.{aim}", least, "×", measure)


def _at_least(ours: str, workload: str, connections: int, least: float) -> Bar:
    """Over HTTP, so many requests a second."""
    text = f"{ours}, {workload}, {connections} conn."
    return Bar(text, least, "/s", lambda found: _cell(found, ours, workload, connections)["rate"])


def _inside(way: str, yardstick: str, bound: float, *, most: bool = False) -> Bar:
    """In process, on the large list: the yardstick's time over ours, or ours over the yardstick's if ``most``."""

    def measure(found: Found) -> float:
        times = found["inprocess"]["encoding_ms"]["large"]
        return times[way] / times[yardstick] if most else times[yardstick] / times[way]  # type: ignore[no-any-return]

    verb = "time of" if most else "faster than"
    return Bar(f"in process: {way}, {verb} {yardstick}, large", bound, "×", measure, most)


def _loading(step: str, most: float) -> Bar:
    def measure(found: Found) -> float:
        times = found["inprocess"]["loading_ms"]
        return times[step] / times["pickle.loads"]  # type: ignore[no-any-return]

    return Bar(f"in process: {step} ÷ pickle.loads, 10,000 rows", most, "×", measure, most=True)


def _growth(few: str, many: str) -> Bar:
    """From one number of rows to another, the worst stage's time over what it took for the few, in proportion."""

    def measure(found: Found) -> float:
        stages = found["inprocess"]["growth_ms"].values()
        return max(times[many] / times[few] for times in stages) * int(few) / int(many)  # type: ignore[no-any-return]

    text = f"in process: {int(few):,} → {int(many):,} rows ÷ proportional, worst of loading, normalising, encoding"
    return Bar(text, 1.15, "×", measure, most=True)


def _budget(question: str, most: float) -> Bar:
    """In process, on 10,000 rows: to ask about the rows has to cost less than to have them all encoded."""

    def measure(found: Found) -> float:
        times = found["inprocess"]["questions_ms"]
        return times[question] / times[ALL_ROWS]  # type: ignore[no-any-return]

    return Bar(f"budget, in process: {question} ÷ {ALL_ROWS}, 10,000 rows", most, "×", measure, most=True)


def _cold(found: Found) -> float:
    start = found["rows"][ENCODED]["cold"]
    return start["first_answer_s"] + start["first_large_s"]  # type: ignore[no-any-return]


def _first_answer(found: Found) -> float:
    """Compare the time from process start to a small answer with that of Starlette, which sends ready bytes."""
    ours, floor = (found["rows"][name]["cold"]["first_answer_s"] for name in (ENCODED, "floor: ready bytes"))
    return ours / floor  # type: ignore[no-any-return]


def _all() -> Iterator[Bar]:
    yield _against(ENCODED, PLAIN, "large", 16, 90)
    yield _against(ENCODED, "ROAPI", "large", 16, 2.5)
    yield _against(ENCODED, "ROAPI on every core", "large", 16, 2.5)
    yield _against(ENCODED, "Mercurius + JIT", "large", 16, 4)
    yield _against(ENCODED, "FastAPI + to_json", "large", 16, 15)
    yield _against(ENCODED, "floor: orjson of ready dicts", "large", 16, 1 / 1.5)
    yield _against(PROJECTION, PLAIN, "large", 16, 500)
    yield _against(PROJECTION, "floor: ready bytes", "large", 16, 0.8)
    yield _against(ENCODED, PLAIN, "small", 100, 13)
    yield _against(ENCODED, PLAIN, "small", 100, 25, " (an aim)")
    yield _against(REPEATED, "Mercurius + JIT", "small", 100, 1)
    yield _at_least(ENCODED, "small", 100, 3000)
    yield _at_least(REST, "medium", 100, 3000)
    yield _at_least(REST_REPEATED, "medium", 100, 3000)
    yield _at_least(NOT_MODIFIED, "medium", 100, 3000)
    yield _inside("encoded each time", PLAIN, 90)
    yield _inside("encoded each time", "orjson of ready dicts", 1.5, most=True)
    yield _inside("projection cached", PLAIN, 1000)
    yield _loading("pickles.loads", 3)
    yield _loading("race_records", 10)
    yield _growth("1000", "10000")
    yield _growth("10000", "100000")
    yield _growth("1000", "100000")
    yield _budget("filter", 1 / 3)
    yield _budget("statistics by distance", 1 / 3)
    yield _budget("every statistic of all rows", 2 / 3)
    yield Bar("cold: first small answer ÷ floor: ready bytes (an aim)", 1.5, "×", _first_answer, most=True)
    yield Bar("cold: process start to 10,000 rows, unpickling included", 3, " s", _cold, most=True)
    yield Bar("cold: process start to 10,000 rows, unpickling included (an aim)", 0.3, " s", _cold, most=True)


BARS = tuple(_all())

"""The bars: what this server promises, as ratios within one run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.contenders import ENCODED, NOT_MODIFIED, PROJECTION, REPEATED, REST

Found = dict[str, Any]
PLAIN = "plain Strawberry"


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


def _rate(found: Found, name: str, size: str, connections: int) -> float:
    rate: float = found["rows"][name]["http"][size][str(connections)]["rate"]
    return rate


def _against(ours: str, theirs: str, size: str, connections: int, least: float) -> Bar:
    """Over HTTP, so many times the requests a second of another."""

    def measure(found: Found) -> float:
        return _rate(found, ours, size, connections) / _rate(found, theirs, size, connections)

    return Bar(f"{ours} ÷ {theirs}, {size}, {connections} conn.", least, "×", measure)


def _at_least(ours: str, size: str, connections: int, least: float) -> Bar:
    """Over HTTP, so many requests a second."""
    return Bar(f"{ours}, {size}, {connections} conn.", least, "/s", lambda found: _rate(found, ours, size, connections))


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


def _growth(found: Found) -> float:
    """Give how far 100,000 rows are from ten times 10,000."""
    times = found["inprocess"]["growth_ms"]["encode"]
    return times["100000"] / times["10000"] / 10  # type: ignore[no-any-return]


def _cold(found: Found) -> float:
    start = found["rows"][ENCODED]["cold"]
    return start["first_answer_s"] + start["first_large_s"]  # type: ignore[no-any-return]


def _all() -> Iterator[Bar]:
    yield _against(ENCODED, PLAIN, "large", 16, 90)
    yield _against(ENCODED, "ROAPI", "large", 16, 2.5)
    yield _against(ENCODED, "Mercurius + JIT", "large", 16, 4)
    yield _against(ENCODED, "FastAPI + to_json", "large", 16, 15)
    yield _against(ENCODED, "floor: orjson of ready dicts", "large", 16, 1 / 1.5)
    yield _against(PROJECTION, PLAIN, "large", 16, 500)
    yield _against(PROJECTION, "floor: ready bytes", "large", 16, 0.8)
    yield _against(ENCODED, PLAIN, "small", 100, 13)
    yield _against(REPEATED, "Mercurius + JIT", "small", 100, 1)
    yield _at_least(ENCODED, "small", 100, 3000)
    yield _at_least(REST, "medium", 100, 3000)
    yield _at_least(NOT_MODIFIED, "medium", 100, 3000)
    yield _inside("encoded each time", PLAIN, 90)
    yield _inside("encoded each time", "orjson of ready dicts", 1.5, most=True)
    yield _inside("projection cached", PLAIN, 1000)
    yield _loading("pickles.loads", 3)
    yield _loading("race_records", 10)
    yield Bar("in process: encoding 100,000 rows ÷ proportional to 10,000", 1.15, "×", _growth, most=True)
    yield Bar("cold: process start to 10,000 rows, unpickling included", 3, " s", _cold, most=True)


BARS = tuple(_all())

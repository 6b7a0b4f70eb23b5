"""Places and days of racing: real racecourses, and a year of meetings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

JRA, NAR, BANEI, OVERSEAS = "JRA", "NAR", "BANEI", "OVERSEAS"
TURF, DIRT, JUMP = "芝", "ダ", "障"

# The weekdays on which each circuit races; Monday is 0.
RACING_DAYS = {JRA: {5, 6}, NAR: {0, 1, 2, 3, 4}, BANEI: {0, 5, 6}, OVERSEAS: {5, 6}}

# A JRA meeting runs for some weeks, two days each: racecourse, round of the year, first ISO week, weeks.
JRA_MEETINGS = (
    ("中山", 1, 1, 4), ("京都", 1, 1, 4), ("小倉", 1, 3, 4), ("東京", 1, 5, 4), ("京都", 2, 5, 4),
    ("小倉", 2, 7, 4), ("中山", 2, 9, 4), ("阪神", 1, 9, 4), ("中京", 1, 11, 3), ("中山", 3, 13, 4),
    ("阪神", 2, 13, 4), ("福島", 1, 14, 3), ("東京", 2, 17, 6), ("京都", 3, 17, 6), ("新潟", 1, 17, 4),
    ("東京", 3, 23, 4), ("阪神", 3, 23, 4), ("函館", 1, 24, 3), ("福島", 2, 27, 4), ("中京", 2, 27, 4),
    ("函館", 2, 27, 3), ("新潟", 2, 31, 4), ("小倉", 3, 31, 4), ("札幌", 1, 30, 4), ("新潟", 3, 35, 2),
    ("中京", 3, 35, 2), ("札幌", 2, 34, 3), ("中山", 4, 37, 4), ("阪神", 4, 37, 4), ("東京", 4, 41, 4),
    ("京都", 4, 41, 4), ("新潟", 4, 42, 3), ("東京", 5, 45, 4), ("京都", 5, 45, 4), ("福島", 3, 45, 3),
    ("中山", 5, 49, 3), ("阪神", 5, 49, 3), ("中京", 4, 48, 4),
)  # fmt: skip

# Distances in metres by racecourse and surface.
DISTANCES: dict[str, dict[str, tuple[int, ...]]] = {
    "札幌": {TURF: (1200, 1500, 1800, 2000, 2600), DIRT: (1000, 1700, 2400)},
    "函館": {TURF: (1000, 1200, 1800, 2000, 2600), DIRT: (1000, 1700, 2400)},
    "福島": {TURF: (1200, 1700, 1800, 2000, 2600), DIRT: (1150, 1700, 2400), JUMP: (2750, 2770, 3380)},
    "新潟": {TURF: (1000, 1200, 1400, 1600, 1800, 2000, 2200), DIRT: (1200, 1800, 2500), JUMP: (2850, 2890, 3250)},
    "東京": {TURF: (1400, 1600, 1800, 2000, 2400, 2500, 3400), DIRT: (1300, 1400, 1600, 2100), JUMP: (3000, 3110)},
    "中山": {TURF: (1200, 1600, 1800, 2000, 2200, 2500, 3600), DIRT: (1200, 1800, 2400), JUMP: (2880, 3210, 4100)},
    "中京": {TURF: (1200, 1400, 1600, 2000, 2200), DIRT: (1200, 1400, 1800, 1900), JUMP: (3000, 3300)},
    "京都": {
        TURF: (1200, 1400, 1600, 1800, 2000, 2400, 3000, 3200),
        DIRT: (1200, 1400, 1800, 1900),
        JUMP: (2910, 3930),
    },
    "阪神": {
        TURF: (1200, 1400, 1600, 1800, 2000, 2400, 2600),
        DIRT: (1200, 1400, 1800, 2000),
        JUMP: (2970, 3110, 3900),
    },
    "小倉": {TURF: (1200, 1800, 2000, 2600), DIRT: (1000, 1700, 2400), JUMP: (2860, 3390)},
    "門別": {DIRT: (1000, 1100, 1200, 1700, 1800)},
    "盛岡": {TURF: (1000, 1600, 1700, 2400), DIRT: (1000, 1200, 1400, 1600, 1800, 2000)},
    "水沢": {DIRT: (850, 1300, 1400, 1600, 1900)},
    "浦和": {DIRT: (800, 1300, 1400, 1500, 1600, 2000)},
    "船橋": {DIRT: (1000, 1200, 1500, 1600, 1700, 1800, 2200, 2400)},
    "大井": {DIRT: (1000, 1200, 1400, 1500, 1600, 1700, 1800, 2000)},
    "川崎": {DIRT: (900, 1400, 1500, 1600, 2000, 2100)},
    "金沢": {DIRT: (900, 1300, 1400, 1500, 1700, 1900, 2000)},
    "笠松": {DIRT: (800, 1400, 1600, 1800, 1900)},
    "名古屋": {DIRT: (920, 1500, 1700, 2000, 2100)},
    "園田": {DIRT: (820, 1230, 1400, 1700, 1870)},
    "姫路": {DIRT: (800, 1400, 1500, 1800, 2000)},
    "高知": {DIRT: (800, 1300, 1400, 1600, 1900)},
    "佐賀": {DIRT: (900, 1300, 1400, 1750, 1800, 2000)},
    "帯広(ば)": {DIRT: (200,)},
    "シャティ": {TURF: (1200, 1600, 2000, 2400), DIRT: (1200, 1650)},
    "メイダン": {TURF: (1200, 1800, 2410), DIRT: (1200, 1600, 2000)},
    "パリロン": {TURF: (1600, 2000, 2400, 4000)},
    "キングア": {TURF: (1351, 2100), DIRT: (1600, 1800)},
    "アスコッ": {TURF: (1000, 1600, 1990, 2390)},
}
OVERSEAS_COURSES = ("シャティ", "メイダン", "パリロン", "キングア", "アスコッ")
# netkeiba counts one passing position on the straight kilometre of Niigata and none on ban'ei's straight.
STRAIGHTS = {("新潟", TURF, 1000): 1}


@dataclass(frozen=True, slots=True)
class Region:
    """Courses that take turns, in Japan by the week, with the weekdays (Monday is 0) and months of their meetings."""

    circuit: str
    courses: tuple[str, ...]
    weekdays: tuple[int, ...]
    months: tuple[int, int] = (1, 12)


REGIONS = {
    "門別": Region(NAR, ("門別",), (1, 2, 3), (4, 11)),
    "岩手": Region(NAR, ("盛岡", "盛岡", "水沢", "水沢"), (0, 1), (3, 12)),
    "南関東": Region(NAR, ("大井", "船橋", "川崎", "浦和"), (0, 1, 2, 3)),
    "金沢": Region(NAR, ("金沢",), (1, 2), (3, 12)),
    "東海": Region(NAR, ("名古屋", "名古屋", "笠松"), (1, 2, 3, 4)),
    "兵庫": Region(NAR, ("園田", "園田", "園田", "姫路"), (2, 3, 4)),
    "高知": Region(NAR, ("高知",), (1, 2)),
    "佐賀": Region(NAR, ("佐賀",), (3, 4)),
    "帯広": Region(BANEI, ("帯広(ば)",), (0, 5, 6)),
    "海外": Region(OVERSEAS, OVERSEAS_COURSES, (5, 6)),
}
# netkeiba's numbers of the racecourses, the fifth and sixth digit of a race's id.
COURSE_CODES = {
    "札幌": "01", "函館": "02", "福島": "03", "新潟": "04", "東京": "05", "中山": "06", "中京": "07", "京都": "08",
    "阪神": "09", "小倉": "10", "門別": "30", "盛岡": "35", "水沢": "36", "浦和": "42", "船橋": "43", "大井": "44",
    "川崎": "45", "金沢": "46", "笠松": "47", "名古屋": "48", "園田": "50", "姫路": "51", "高知": "54", "佐賀": "55",
    "帯広(ば)": "65",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meeting:
    """One day at one racecourse. ``round`` and ``number`` count JRA's meetings of the year and their days, else 0.

    ``stable`` names the horses that run here: those of JRA, or of a region.
    """

    day: date
    circuit: str
    stable: str
    course: str
    round: int = 0
    number: int = 0

    @property
    def label(self) -> str:
        """Write the meeting as netkeiba does: `4中山9`, elsewhere the bare name."""
        return f"{self.round}{self.course}{self.number}" if self.round else self.course

    def race_id(self, number: int) -> str | None:
        """Return netkeiba's id of a race with 12 digits. None for overseas races, whose ids have no rule."""
        if (code := COURSE_CODES.get(self.course)) is None:
            return None
        middle = f"{self.round:02d}{self.number:02d}" if self.round else f"{self.day:%m%d}"
        return f"{self.day.year:04d}{code}{middle}{number:02d}"


@lru_cache(maxsize=4096)
def meetings(day: date) -> tuple[Meeting, ...]:
    """Return the meetings of a day, JRA's first."""
    return (*_jra(day), *_elsewhere(day))


def _jra(day: date) -> Iterator[Meeting]:
    _, week, weekday = day.isocalendar()
    if weekday >= 6:
        for course, turn, first, weeks in JRA_MEETINGS:
            if first <= week < first + weeks:
                yield Meeting(day, JRA, JRA, course, turn, 2 * (week - first) + weekday - 5)


def _elsewhere(day: date) -> Iterator[Meeting]:
    ordinal = day.toordinal()
    for name, region in REGIONS.items():
        first, last = region.months
        if day.weekday() in region.weekdays and first <= day.month <= last:
            turn = ordinal if region.circuit == OVERSEAS else (ordinal - 1) // 7
            yield Meeting(day, region.circuit, name, region.courses[turn % len(region.courses)])

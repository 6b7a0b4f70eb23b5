"""The sample jockeys: the riding style of each id, and the form of its file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from graphql_api.samples.places import BANEI, JRA, NAR, OVERSEAS, REGIONS

NEWEST = date(2025, 6, 29)
"""The last race day of the sample files."""

_PROVINCES = ("門別", "岩手", "兵庫", "佐賀")


@dataclass(frozen=True, slots=True)
class Layout:
    """The form of a file: headers, dtypes and compression.

    ``batch``: so many rows were inferred by themselves and then joined, which mixes types within a column (0: all at
    once). ``dates``: the date format, or ``datetime`` for a parsed column. ``strings``: the dtype of text columns.
    ``absent``: columns that the page did not have. ``blank_odds``: the cell where there are no odds.
    """

    spaced: bool = True
    dates: str = "%Y/%m/%d"
    strings: str = "object"
    batch: int = 0
    suffix: str = ".pickle"
    absent: tuple[str, ...] = ()
    blank_odds: str = ""


@dataclass(frozen=True, slots=True)
class Career:
    """One jockey: racecourses, frequency of rides and skill.

    ``circuits`` gives the chance of riding on a racing day of each circuit; away from JRA the rider goes round
    ``regions`` by the week. ``skill`` is 1 for the average rider. ``jumps`` is the share of jump races among JRA rides.
    ``rides`` is the usual range a day. The career lasts from ``since`` to ``until``. ``share`` and ``most`` size the
    file against the rows asked for.
    """

    name: str
    circuits: dict[str, float]
    skill: float = 1.0
    jumps: float = 0.0
    rides: tuple[int, int] = (4, 7)
    regions: tuple[str, ...] = ("東海",)
    share: float = 1.0
    most: int | None = None
    since: date = date.min
    until: date = date.max
    layout: Layout = Layout()

    def rows(self, asked: int) -> int:
        """Return the rows of this career if the longest one has ``asked`` rows."""
        rows = max(1, round(asked * self.share))
        return rows if self.most is None else min(rows, self.most)


_STAR = Career("見本太郎", {JRA: 0.95, NAR: 0.02, OVERSEAS: 0.015}, skill=2.3, rides=(8, 11))
_JUMPER = Career("例題飛雄", {JRA: 0.9}, skill=1.5, jumps=0.93, rides=(1, 2), share=0.25)
_REGULAR = Career("架空三郎", {NAR: 0.75, JRA: 0.01}, skill=1.6, rides=(5, 8))
_BANEI = Career("試作力蔵", {BANEI: 0.7}, skill=1.4, regions=("帯広",), rides=(5, 9), share=0.6)
_VISITOR = Career(
    "Ｅ．グザ", {OVERSEAS: 0.5, JRA: 0.3}, skill=1.8, rides=(1, 2), share=0.15, layout=Layout(blank_odds="---")
)  # fmt: skip
_VETERAN = Career(
    "仮名古老", {JRA: 0.9}, skill=1.2, jumps=0.15, until=date(2004, 12, 19),
    layout=Layout(spaced=False, absent=("騎手", "水分量"), dates="%Y-%m-%d"),
)  # fmt: skip

CAREERS = {
    "00001": _STAR,
    "00002": _JUMPER,
    "a0001": _REGULAR,
    "a0002": _BANEI,
    "a0003": _VISITOR,
    "00003": Career("白紙一", {}, most=0),
    "00004": Career("雛形小太", {JRA: 1.0}, rides=(1, 1), most=3, since=date(2025, 5, 11)),
    "z0001": _VETERAN,
    "00005": Career("見習新太", {JRA: 0.8}, skill=0.8, share=0.3, layout=Layout(spaced=False, dates="datetime")),
    "00006": replace(_STAR, name="例示花子", skill=1.6, layout=Layout(suffix=".pickle.gz", dates="datetime")),
    "00007": replace(_STAR, name="模擬文子", skill=1.5, share=0.5, layout=Layout(strings="str")),
    "a0004": replace(_REGULAR, name="試作湾岸", regions=("南関東",), skill=1.3, share=0.5, layout=Layout(batch=20)),
    "a0005": replace(_REGULAR, name="凡例旅人", regions=_PROVINCES, skill=1.0),
}
"""The first jockeys, with the greatest variety."""

_SURNAMES = ("見本", "例題", "架空", "試作", "雛形", "仮設", "模擬", "例示", "凡例", "仮名", "練習", "試験")
_GIVEN = (
    "一郎", "二葉", "三太", "四季", "五月", "六花", "七海", "八雲", "九重", "十和", "一平", "二郎", "三葉", "四郎",
    "五平", "六郎", "七郎", "八重", "九郎",
)  # fmt: skip
_JRA_RIDERS, _JUMPERS, _LOCAL_RIDERS, _FOREIGN_RIDERS = 54, 9, 15, 20


def jockey_ids(jockeys: int) -> list[str]:
    """Return the first ``jockeys`` ids of the roster, the most varied first."""
    return list(ROSTER)[:jockeys]


def whole_field_ids() -> list[str]:
    """Return the riders that between them ride every horse in JRA's races."""
    return [each for each, career in ROSTER.items() if not career.circuits or _rides_at_jra(career)]


def understudied(jockey_id: str) -> str:
    """Return the rider of the roster whose rides an id has: its own, or for an unknown id another's of its kind."""
    if jockey_id in ROSTER:
        return jockey_id
    kind = [each for each in ROSTER if each not in CAREERS and each.startswith("a") == jockey_id.startswith("a")]
    return kind[int(jockey_id[-4:], 16) % len(kind)]


def _rides_at_jra(career: Career) -> bool:
    return JRA in career.circuits and career.until > NEWEST


def _regulars() -> Iterator[tuple[str, Career]]:
    """Yield the riders that fill the fields: JRA's, its jump jockeys, each region's, and the foreign ones."""
    for number in range(_JRA_RIDERS):
        skill = 1.9 - 1.2 * number / _JRA_RIDERS
        yield (
            f"{101 + number:05d}",
            replace(_STAR, circuits={JRA: 0.98}, skill=skill, rides=(5, 10), share=max(0.4, skill / 2)),
        )
    for number in range(_JUMPERS):
        yield f"{201 + number:05d}", replace(_JUMPER, circuits={JRA: 0.85}, skill=1.5 - 0.1 * number)
    local = [name for name, region in REGIONS.items() if region.circuit != OVERSEAS]
    for place, region in enumerate(local):
        circuit = REGIONS[region].circuit
        for number in range(_LOCAL_RIDERS):
            skill = 1.7 - number / _LOCAL_RIDERS
            yield (
                f"a{0x101 + 32 * place + number:04x}",
                replace(_REGULAR, circuits={circuit: 0.93}, regions=(region,), skill=skill, rides=(5, 11), share=0.8),
            )
    for number in range(_FOREIGN_RIDERS):
        yield f"z{101 + number:04d}", replace(_VISITOR, circuits={OVERSEAS: 0.95}, rides=(4, 8), skill=1.2)


def _named() -> Iterator[tuple[str, Career]]:
    for number, (jockey_id, career) in enumerate(_regulars()):
        place, surname = divmod(number, len(_SURNAMES))
        yield jockey_id, replace(career, name=_SURNAMES[surname] + _GIVEN[place])


ROSTER = MappingProxyType({**CAREERS, **dict(_named())})
"""Every rider by id. The fields of all races are made of them."""

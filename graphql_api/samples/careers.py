"""Who the sample riders are: each id's way of riding, and how its file was written."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, islice

from graphql_api.samples.vocabulary import BANEI, JRA, NAR, OVERSEAS, OVERSEAS_COURSES

NAGOYA = ("名古屋", "名古屋", "笠松", "園田")
MINAMI_KANTO = ("大井", "船橋", "川崎", "浦和")
PROVINCES = ("門別", "盛岡", "水沢", "金沢", "姫路", "高知", "佐賀", "園田")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written: its headers, its dtypes and its compression.

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
    """One rider: where, how often and how well.

    ``circuits`` gives the chance of riding on a racing day of each circuit. ``skill`` sets how good the horses are
    (1 is the average rider). ``jumps`` is the share of jump races among JRA rides. ``rides`` is the usual range a day.
    ``share`` and ``most`` size the career against the rows asked for. ``mishaps``: one ride in so many is out of the
    ordinary (0: none). ``newest`` is the ISO date of the last race day.
    """

    name: str
    circuits: dict[str, float]
    skill: float = 1.0
    jumps: float = 0.0
    rides: tuple[int, int] = (4, 7)
    courses: tuple[str, ...] = NAGOYA
    abroad: tuple[str, ...] = OVERSEAS_COURSES
    loyalty: float = 0.4
    share: float = 1.0
    most: int | None = None
    mishaps: int = 18
    newest: str = "2025-06-29"
    layout: Layout = Layout()

    def rows(self, asked: int) -> int:
        """Size this career where the busiest one has ``asked`` rows."""
        rows = max(1, round(asked * self.share))
        return rows if self.most is None else min(rows, self.most)


_STAR = Career("見本太郎", {JRA: 0.95, NAR: 0.02, OVERSEAS: 0.015}, skill=2.0, rides=(6, 10))
_JUMPER = Career("例題飛雄", {JRA: 0.8}, skill=1.5, jumps=0.93, rides=(1, 2), loyalty=0.7, share=0.25)
_REGULAR = Career("架空三郎", {NAR: 0.55, JRA: 0.01}, skill=1.6, loyalty=0.75)
_BANEI = Career("試作力蔵", {BANEI: 0.7}, skill=1.4, courses=("帯広(ば)",), loyalty=0.85, share=0.6)
_VISITOR = Career(
    "Ｅ．グザ", {OVERSEAS: 0.5, JRA: 0.3}, skill=1.8, rides=(2, 6), share=0.1, layout=Layout(blank_odds="---")
)  # fmt: skip
_VETERAN = Career(
    "仮名古老", {JRA: 0.9}, skill=1.2, jumps=0.15, newest="2004-12-19",
    layout=Layout(spaced=False, absent=("騎手", "水分量"), dates="%Y-%m-%d"),
)  # fmt: skip

# The first riders are those that show the most; after them come more of the usual kinds.
CAREERS = {
    "00001": _STAR,
    "00002": _JUMPER,
    "a0001": _REGULAR,
    "a0002": _BANEI,
    "a0003": _VISITOR,
    "00003": Career("白紙一", {JRA: 0.5}, most=0),
    "00004": Career("雛形小太", {JRA: 0.5}, rides=(1, 1), most=3, mishaps=0),
    "z0001": _VETERAN,
    "00005": Career(
        "見習新太", {JRA: 0.8}, skill=0.8, share=0.3, mishaps=0, layout=Layout(spaced=False, dates="datetime")
    ),
    "00006": replace(_STAR, name="例示花子", skill=1.1, layout=Layout(suffix=".pickle.gz", dates="datetime")),
    "00007": replace(_STAR, name="模擬文子", skill=0.9, share=0.5, layout=Layout(strings="str")),
    "a0004": replace(_REGULAR, name="試作湾岸", courses=MINAMI_KANTO, skill=1.3, share=0.5, layout=Layout(batch=40)),
    "a0005": replace(_REGULAR, name="凡例旅人", courses=PROVINCES, skill=1.0),
}
_USUAL = (
    ("{:05d}", replace(_STAR, skill=1.3)),
    ("a{:04x}", _REGULAR),
    ("{:05d}", replace(_STAR, skill=0.9, jumps=0.1, share=0.6)),
    ("a{:04x}", replace(_REGULAR, courses=PROVINCES, skill=1.0, share=0.8)),
)
_SURNAMES = ("見本", "例題", "架空", "試作", "雛形", "仮設", "模擬", "例示")
_GIVEN = ("一郎", "二葉", "三太", "四季", "五月", "六花", "七海", "八雲", "九重", "十和")


def jockey_ids(jockeys: int) -> list[str]:
    """Name the first ``jockeys`` sample ids, the most varied first."""
    return list(islice(_all_ids(), jockeys))


def career(jockey_id: str) -> Career:
    """Look up a rider; any id that is not in the table is an invented rider of the usual kind for its form."""
    if jockey_id in CAREERS:
        return CAREERS[jockey_id]
    number = int(jockey_id[-4:], 16)
    kinds = [kind for form, kind in _USUAL if form.startswith("a") == jockey_id.startswith("a")]
    name = _SURNAMES[number % len(_SURNAMES)] + _GIVEN[number % len(_GIVEN)]
    return replace(kinds[number % len(kinds)], name=name)


def _all_ids() -> Iterator[str]:
    yield from CAREERS
    for number in count(101):
        yield _USUAL[number % len(_USUAL)][0].format(number)

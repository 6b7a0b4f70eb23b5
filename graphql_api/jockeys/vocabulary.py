"""The vocabularies of Japanese racing: enums, descriptions of members, and their texts in the source."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class Jurisdiction(Enum):
    """Organiser of the meeting."""

    JRA = "中央"
    NAR = "地方"
    OVERSEAS = "海外"


class Weather(Enum):
    """Weather (天気) at the time of the race."""

    FINE = "晴"
    CLOUDY = "曇"
    LIGHT_RAIN = "小雨"
    RAIN = "雨"
    LIGHT_SNOW = "小雪"
    SNOW = "雪"


class Grade(Enum):
    """Grade of a stakes race, from the suffix of the race name. Null if the race is neither graded nor listed."""

    GI = "GI"
    GII = "GII"
    GIII = "GIII"
    JGI = "JGI"
    JGII = "JGII"
    JGIII = "JGIII"
    JPNI = "JpnI"
    JPNII = "JpnII"
    JPNIII = "JpnIII"
    JUSHO = "重賞"
    LISTED = "L"


class RaceClass(Enum):
    """Class of a race (クラス), from its name. Values are in ascending order within JRA, and within NAR from C to A."""

    NEWCOMER = "新馬"
    MAIDEN = "未勝利"
    ONE_WIN = "1勝クラス"
    TWO_WINS = "2勝クラス"
    THREE_WINS = "3勝クラス"
    OPEN = "オープン"
    NAR_C = "C"
    NAR_B = "B"
    NAR_A = "A"


class Surface(Enum):
    """Surface or kind of race: the first character of 距離."""

    TURF = "芝"
    DIRT = "ダ"
    JUMP = "障"


class Going(Enum):
    """Going (馬場) in romanised Japanese. No single English word fits: 良 is Firm on turf and Standard on dirt."""

    RYO = "良"
    YAYA_OMO = "稍重"
    OMO = "重"
    FURYO = "不良"


class FinishStatus(Enum):
    """How the ride ended (着順)."""

    FINISHED = "着"
    DEMOTED = "降"
    REMOUNTED = "再"
    FAILED_TO_FINISH = "中"
    DISQUALIFIED = "失"
    SCRATCHED = "取"
    EXCLUDED = "除"
    ABANDONED = "取止"
    UNKNOWN = "不明"


class DistanceBand(Enum):
    """Distance band, SMILE: sprint, mile, intermediate, long, extended."""

    SPRINT = "S"
    MILE = "M"
    INTERMEDIATE = "I"
    LONG = "L"
    EXTENDED = "E"


class RunningStyle(Enum):
    """Running style (脚質) by the definition of JRA-VAN NEXT, from the positions at the corners."""

    FRONT_RUNNER = "逃げ"
    STALKER = "先行"
    CLOSER = "差し"
    DEEP_CLOSER = "追込"


ENUMS: tuple[type[Enum], ...] = (
    Jurisdiction,
    Weather,
    Grade,
    RaceClass,
    Surface,
    Going,
    FinishStatus,
    DistanceBand,
    RunningStyle,
)

DESCRIPTIONS: Mapping[Enum, str] = MappingProxyType(
    {
        Jurisdiction.JRA: "Japan Racing Association (中央).",
        Jurisdiction.NAR: "National Association of Racing: a racecourse of a local government (地方).",
        Jurisdiction.OVERSEAS: "Outside Japan (海外).",
        Weather.FINE: "晴",
        Weather.CLOUDY: "曇",
        Weather.LIGHT_RAIN: "小雨",
        Weather.RAIN: "雨",
        Weather.LIGHT_SNOW: "小雪",
        Weather.SNOW: "雪",
        Grade.GI: "GI.",
        Grade.GII: "GII.",
        Grade.GIII: "GIII.",
        Grade.JGI: "J-GI, over jumps.",
        Grade.JGII: "J-GII, over jumps.",
        Grade.JGIII: "J-GIII, over jumps.",
        Grade.JPNI: "JpnI: graded in Japan only.",
        Grade.JPNII: "JpnII: graded in Japan only.",
        Grade.JPNIII: "JpnIII: graded in Japan only.",
        Grade.JUSHO: "重賞: a stakes race without an international or Jpn grade. Most are NAR races.",
        Grade.LISTED: "L: listed.",
        RaceClass.NEWCOMER: "新馬: horses that have never raced.",
        RaceClass.MAIDEN: "未勝利: horses without a win.",
        RaceClass.ONE_WIN: "1勝クラス, formerly 500万下.",
        RaceClass.TWO_WINS: "2勝クラス, formerly 1000万下 (900万下).",
        RaceClass.THREE_WINS: "3勝クラス, formerly 1600万下 (1500万下, 1400万下).",
        RaceClass.OPEN: "オープン (OP), including all listed and graded races.",
        RaceClass.NAR_A: "NAR class A. A race for several classes counts as the first class in its name.",
        RaceClass.NAR_B: "NAR class B.",
        RaceClass.NAR_C: "NAR class C.",
        Surface.TURF: "芝: turf.",
        Surface.DIRT: "ダ: dirt (ban'ei included).",
        Surface.JUMP: "障: jump race, on any surface.",
        Going.RYO: "良: turf firm, dirt standard.",
        Going.YAYA_OMO: "稍重 (稍): good.",
        Going.OMO: "重: turf yielding, dirt muddy.",
        Going.FURYO: "不良 (不): turf soft, dirt sloppy.",
        FinishStatus.FINISHED: "Finished. `finishPosition` is the official position.",
        FinishStatus.DEMOTED: "降 (降着): demoted. `finishPosition` is the official position after the demotion.",
        FinishStatus.REMOUNTED: "再 (再騎乗): remounted. Counts as a ride.",
        FinishStatus.FAILED_TO_FINISH: "中 (競走中止): pulled up, fell or lost its rider. Counts as a ride.",
        FinishStatus.DISQUALIFIED: "失 (失格): disqualified. Counts as a ride.",
        FinishStatus.SCRATCHED: "取 (出走取消): scratched before the race. No ride.",
        FinishStatus.EXCLUDED: "除 (競走除外): excluded at the start. No ride.",
        FinishStatus.ABANDONED: "The race was abandoned: the cell is blank and the field size is 0. No ride.",
        FinishStatus.UNKNOWN: "The cell is blank or cannot be read. A data warning reports it.",
        DistanceBand.SPRINT: "S: up to 1300 m.",
        DistanceBand.MILE: "M: 1301–1899 m.",
        DistanceBand.INTERMEDIATE: "I: 1900–2100 m.",
        DistanceBand.LONG: "L: 2101–2700 m.",
        DistanceBand.EXTENDED: "E: above 2700 m.",
        RunningStyle.FRONT_RUNNER: "逃げ: first at a corner other than the last.",
        RunningStyle.STALKER: "先行: not 逃げ, and fourth or better at the last corner.",
        RunningStyle.CLOSER: (
            "差し: not 逃げ or 先行, and in the first two thirds of the field at the last corner. Only with 8 "
            "or more starters."
        ),
        RunningStyle.DEEP_CLOSER: "追込: all others.",
    }
)

# The source's own words first, then those of other pages and scrapers.
WEATHERS: Mapping[str, Weather] = MappingProxyType(
    {
        **{member.value: member for member in Weather},
        "晴れ": Weather.FINE,
        "快晴": Weather.FINE,
        "曇り": Weather.CLOUDY,
        "くもり": Weather.CLOUDY,
    }
)
SURFACES: Mapping[str, Surface] = MappingProxyType({member.value: member for member in Surface})
GOINGS: Mapping[str, Going] = MappingProxyType(
    {
        **{member.value: member for member in Going},
        "稍": Going.YAYA_OMO,
        "不": Going.FURYO,
        **{f"{member.value}馬場": member for member in Going},
    }
)
NON_FINISHES: Mapping[str, FinishStatus] = MappingProxyType(
    {
        "取": FinishStatus.SCRATCHED,
        "除": FinishStatus.EXCLUDED,
        "中": FinishStatus.FAILED_TO_FINISH,
        "失": FinishStatus.DISQUALIFIED,
        "再": FinishStatus.REMOUNTED,
        "取消": FinishStatus.SCRATCHED,
        "取り消し": FinishStatus.SCRATCHED,
        "取消し": FinishStatus.SCRATCHED,
        "出走取消": FinishStatus.SCRATCHED,
        "出走取消し": FinishStatus.SCRATCHED,
        "出走取り消し": FinishStatus.SCRATCHED,
        "発走取消": FinishStatus.SCRATCHED,
        "除外": FinishStatus.EXCLUDED,
        "競走除外": FinishStatus.EXCLUDED,
        "競争除外": FinishStatus.EXCLUDED,
        "出走除外": FinishStatus.EXCLUDED,
        "発走除外": FinishStatus.EXCLUDED,
        "中止": FinishStatus.FAILED_TO_FINISH,
        "競走中止": FinishStatus.FAILED_TO_FINISH,
        "競争中止": FinishStatus.FAILED_TO_FINISH,
        "落馬中止": FinishStatus.FAILED_TO_FINISH,
        "落馬": FinishStatus.FAILED_TO_FINISH,
        "失格": FinishStatus.DISQUALIFIED,
        "再騎乗": FinishStatus.REMOUNTED,
        "落馬再騎乗": FinishStatus.REMOUNTED,
        "降": FinishStatus.DEMOTED,
        "降着": FinishStatus.DEMOTED,
        "取止": FinishStatus.ABANDONED,
        "取止め": FinishStatus.ABANDONED,
        "取りやめ": FinishStatus.ABANDONED,
        "競走取止": FinishStatus.ABANDONED,
        "不成立": FinishStatus.ABANDONED,
        "競走不成立": FinishStatus.ABANDONED,
    }
)
"""Finishes without a position: the texts of the source, then the full ones."""

FINISH_NOTES: Mapping[str, FinishStatus] = MappingProxyType(
    {
        "降着": FinishStatus.DEMOTED,
        "降": FinishStatus.DEMOTED,
        "同着": FinishStatus.FINISHED,
        "同": FinishStatus.FINISHED,
        "再騎乗": FinishStatus.REMOUNTED,
        "再": FinishStatus.REMOUNTED,
    }
)
"""Texts that may follow a position, mostly in brackets."""

# Keyed in capitals, as a suffix is folded; older pages number in digits.
GRADES: Mapping[str, Grade] = MappingProxyType(
    {
        **{member.value.upper(): member for member in Grade},
        **{f"{series}{digit}": Grade[f"{series}{'I' * digit}"] for series in ("G", "JG", "JPN") for digit in (1, 2, 3)},
    }
)

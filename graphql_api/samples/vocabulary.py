"""The words of racing that the samples use, and the figures that go with them: weather, going, pace, classes."""

from typing import NamedTuple

from graphql_api.samples.places import DIRT, JRA, JUMP, TURF

WEATHERS = {"晴": 58, "曇": 28, "小雨": 6, "雨": 6, "小雪": 1, "雪": 1}
GOINGS = ("良", "稍", "重", "不")
GOING_WEIGHTS = {
    "晴": (84, 10, 5, 1),
    "曇": (74, 15, 8, 3),
    "小雨": (35, 35, 22, 8),
    "雨": (8, 22, 40, 30),
    "小雪": (45, 35, 15, 5),
    "雪": (20, 30, 35, 15),
}
# What a going does to the time, as a factor by surface: rain slows turf and, up to a point, quickens dirt.
GOING_FACTORS = {
    TURF: {"良": 1.0, "稍": 1.007, "重": 1.017, "不": 1.03},
    DIRT: {"良": 1.0, "稍": 0.997, "重": 0.992, "不": 0.99},
    JUMP: {"良": 1.0, "稍": 1.006, "重": 1.015, "不": 1.025},
}

# Seconds a kilometre take, as `high - slope / km`: stamina slows a long race.
PACES = {(JRA, TURF): (64.5, 8.4), (JRA, DIRT): (67.6, 9.6), (JRA, JUMP): (70.0, 8.3)}
NAR_PACES = {TURF: (66.5, 6.0), DIRT: (69.5, 6.0)}


class RaceClass(NamedTuple):
    """A class of races: how its name ends, the winner's prize in 10,000 yen, and the share by which it is faster."""

    suffix: str
    prize: float
    speed: float


MAIDEN, DEBUT = RaceClass("未勝利", 550, 0.0), RaceClass("新馬", 720, -0.008)
WIN1, WIN2, WIN3 = (
    RaceClass("1勝クラス", 800, 0.006),
    RaceClass("2勝クラス", 1140, 0.011),
    RaceClass("3勝クラス", 1840, 0.015),
)
OPEN, LISTED, G3, G2, G1 = (
    RaceClass("OP", 2300, 0.018),
    RaceClass("L", 2700, 0.019),
    RaceClass("GIII", 4100, 0.022),
    RaceClass("GII", 6200, 0.024),
    RaceClass("GI", 18000, 0.028),
)
JUMP_MAIDEN, JUMP_OPEN = RaceClass("未勝利", 790, 0.0), RaceClass("OP", 1350, 0.008)
JG3, JG2, JG1 = RaceClass("JGIII", 2900, 0.012), RaceClass("JGII", 4100, 0.014), RaceClass("JGI", 6600, 0.016)
JUMP_STAKES = (JG3, JG2, JG3, JG1, JG3)
JUVENILES, CLASSIC_AGE = RaceClass("2歳", 50, -0.01), RaceClass("3歳", 50, 0.0)
LOCAL_CLASSES = (
    RaceClass("C3", 40, -0.01),
    RaceClass("C2", 42, 0.0),
    RaceClass("C1", 45, 0.004),
    RaceClass("B2", 55, 0.008),
    RaceClass("B1", 60, 0.01),
    RaceClass("A", 85, 0.015),
)
LOCAL_STAKES = RaceClass("重賞", 700, 0.02)
LOCAL_GRADES = (RaceClass("JpnIII", 3000, 0.03), RaceClass("JpnII", 4000, 0.035), RaceClass("JpnI", 8000, 0.04))
BANEI_OPEN = OPEN._replace(prize=120)
OVERSEAS_GRADES = (RaceClass("GIII", 6000, 0.0), RaceClass("GII", 12000, 0.0), RaceClass("GI", 60000, 0.0))
GRADED = {"GIII", "GII", "GI", "JGIII", "JGII", "JGI", "重賞", "JpnIII", "JpnII", "JpnI"}
NAMED = {"OP", "L", *GRADED}
# Until the summer of 2019 the classes were named by the money won, and old pages write grades in other ways.
OLD_SUFFIXES = {"1勝クラス": "500万下", "2勝クラス": "1000万下", "3勝クラス": "1600万下"}
OLD_GRADES = {"GI": ("G1", "GⅠ"), "GII": ("G2", "GⅡ"), "GIII": ("G3", "GⅢ")}
# What the places after the winner get of the winner's prize.
PRIZE_SHARES = (1.0, 0.4, 0.25, 0.15, 0.1)

RACE_NAMES = ("サンプル", "見本", "例題", "架空", "試作", "雛形", "仮設", "模擬", "例示", "凡例")
RACE_KINDS = {
    "GI": ("杯", "記念"),
    "JGI": ("大障害",),
    "JGII": ("ハイジャンプ",),
    "JGIII": ("ジャンプS",),
    "JUMP": ("ジャンプS",),
    "": ("特別", "S", "賞", "C", "記念", "H"),
}

"""The words of the sample frames: real racecourses and terms, invented riders, horses and races."""

from typing import NamedTuple

JRA, NAR, BANEI, OVERSEAS = "JRA", "NAR", "BANEI", "OVERSEAS"
TURF, DIRT, JUMP = "芝", "ダ", "障"

# Which weekdays each circuit races on (Monday is 0), and how many runners it sends out.
RACING_DAYS = {JRA: {5, 6}, NAR: {0, 1, 2, 3, 4}, BANEI: {0, 5, 6}, OVERSEAS: {5, 6}}
FIELD_SIZES = {JRA: (5, 18), NAR: (4, 12), BANEI: (7, 10), OVERSEAS: (5, 20)}

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
# Race number → the classes it can be of, on JRA flat cards.
JRA_CARD = {
    1: (MAIDEN,), 2: (MAIDEN,), 3: (MAIDEN,), 4: (MAIDEN, DEBUT), 5: (DEBUT, MAIDEN), 6: (WIN1, DEBUT), 7: (WIN1,),
    8: (WIN1, WIN2), 9: (WIN1, WIN2), 10: (WIN2, WIN3), 11: (WIN3, OPEN, OPEN, LISTED, G3, G3, G2, G1),
    12: (WIN1, WIN2),
}  # fmt: skip
JUMP_CARD = (
    *[RaceClass("未勝利", 790, 0.0)] * 8,
    *[RaceClass("OP", 1350, 0.008)] * 3,
    RaceClass("JGIII", 2900, 0.012),
    RaceClass("JGII", 4100, 0.014),
    RaceClass("JGI", 6600, 0.016),
)
_EVERYDAY = (
    *[RaceClass("C3", 40, -0.01)] * 6,
    *[RaceClass("C2", 42, 0.0)] * 5,
    *[RaceClass("C1", 45, 0.004)] * 4,
    *[RaceClass("B2", 55, 0.008)] * 3,
    *[RaceClass("B1", 60, 0.01)] * 3,
    *[RaceClass("A", 85, 0.015)] * 2,
    *[RaceClass("3歳", 50, 0.0)] * 4,
    *[RaceClass("2歳", 50, -0.01)] * 3,
)
_STAKES = RaceClass("重賞", 700, 0.02)
CARDS = {
    NAR: (
        *_EVERYDAY * 4,
        _STAKES,
        RaceClass("JpnIII", 3000, 0.03),
        RaceClass("JpnII", 4000, 0.035),
        RaceClass("JpnI", 8000, 0.04),
    ),
    BANEI: (*_EVERYDAY, OPEN._replace(prize=120), _STAKES),
    OVERSEAS: (RaceClass("GI", 60000, 0.0), RaceClass("GII", 12000, 0.0), RaceClass("GIII", 6000, 0.0)),
}
NAMED = {"OP", "L", "GIII", "GII", "GI", "JGIII", "JGII", "JGI", "重賞", "JpnIII", "JpnII", "JpnI"}
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

# Every part is at most four, two and three letters: a horse's name has nine at most.
HORSE_FIRST = (
    "サンプル", "ダミー", "テスト", "カクウ", "レイダイ", "ヒナガタ", "シサク", "モック", "デモ", "カセツ", "モギ",
    "ハンレイ",
)  # fmt: skip
HORSE_MIDDLE = (
    "", "アカ", "アオ", "シロ", "クロ", "キン", "ギン", "ハル", "ナツ", "アキ", "フユ", "ヒガ", "ニシ", "ミナ",
    "キタ", "ソラ", "ウミ", "ヤマ", "カワ", "ハナ", "ツキ", "ホシ", "カゼ", "ユキ", "アメ", "モリ", "イシ", "トリ",
    "サト", "マチ",
)  # fmt: skip
HORSE_LAST = (
    "イチ", "ニゴウ", "サン", "ヨン", "ゴロー", "ロック", "ナナ", "ハチ", "キュー", "トオ", "スター", "キング",
    "ルビー", "ボーイ", "ガール", "ランド", "リング", "ベル", "ソード", "テーラ", "パール", "ジェム", "ロード",
    "ビート", "ノート", "ポール", "マーチ", "ワルツ", "タンゴ", "ソング", "リーフ", "ローズ", "メロン", "ピーチ",
    "レモン", "バナナ", "ココア", "ミルク", "チョコ", "マロン",
)  # fmt: skip

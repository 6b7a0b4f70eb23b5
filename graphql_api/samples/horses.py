"""Fictional horses: their names, and what they are like."""

from itertools import product
from random import Random

_FIRST = (
    "サンプル", "ダミー", "テスト", "カクウ", "レイダイ", "ヒナガタ", "シサク", "モック", "デモ", "カセツ", "モギ",
    "ハンレイ", "ミホン", "レイジ", "カリ", "コウセイ",
)  # fmt: skip
# Two letters of their own, and words of at most three: with the longest first part a name has nine letters.
_MIDDLE = ("", *map("".join, product("アカサタナハヤワイキチニヒミウクツフムユ", "キトノルカミラネクリ")))[:200]
_LAST = (
    "イチ", "ニゴウ", "サン", "ヨン", "ゴロー", "ロック", "ナナ", "ハチ", "キュー", "トオ", "スター", "キング",
    "ルビー", "ボーイ", "ガール", "ランド", "リング", "ベル", "ソード", "テーラ", "パール", "ジェム", "ロード",
    "ビート", "ノート", "ポール", "マーチ", "ワルツ", "タンゴ", "ソング", "リーフ", "ローズ", "メロン", "ピーチ",
    "レモン", "バナナ", "ココア", "ミルク", "チョコ", "マロン", "オーロ", "シード", "ミント", "ハーブ", "バジル",
    "セージ", "ゴマ", "ミソ", "ワサビ", "ダシ", "モチ", "アンコ", "ダンゴ", "プリン", "ゼリー", "パイ",
    "タルト", "ワッフ", "ドーナ", "ラムネ", "ソーダ", "コーラ", "サイダ", "ココ", "カカオ", "モカ", "ラテ",
    "チャイ", "ピザ", "パスタ", "ナポリ", "カレー", "ライス", "スープ", "サラダ", "トマト", "ナス", "ポテト", "コーン",
    "マメ",
)  # fmt: skip
_CROPS = 16  # after so many years names come back, as they do in life
_NAMES = len(_FIRST) * len(_MIDDLE) * len(_LAST)
_STEP = 104_729  # a prime that shares no factor with the number of names: neighbours do not look alike


class Horse:
    """A horse in training. What it is stays; ``level`` and what follows change from race to race.

    ``ability`` and ``growth`` a year are in units of strength (see ``crops``), ``best`` is the logarithm of its best
    distance in metres, ``style`` runs from 0, in front, to 1. ``weight`` in kg. ``rested`` is the ordinal of the last
    race day, ``rider`` who rode it then.
    """

    __slots__ = (
        "ability", "best", "foaled", "growth", "level", "name", "rested", "rider", "starts", "style", "surface",
        "unweighed", "weight", "won",
    )  # fmt: skip

    def __init__(self, name: str, foaled: int, surface: str, level: int, rng: Random, *, draught: bool) -> None:
        """Draw a horse; ``draught`` ones are twice as heavy."""
        self.name, self.foaled, self.surface, self.level = name, foaled, surface, level
        self.ability, self.growth = rng.gauss(0.0, 1.7), rng.gauss(0.0, 0.3)
        self.best, self.style = rng.gauss(7.37, 0.2), rng.random()
        self.weight = round(rng.gauss(1020, 40)) if draught else 2 * round(rng.gauss(236, 14))
        self.rested = self.starts = 0
        self.won = 0.0  # prize money in 10,000 yen
        self.rider: int | None = None
        self.unweighed = False


def horse_name(crop: int, number: int, seed: int) -> str:
    """Name the horse of this number among all that were foaled in one year: no two within 16 years have one name."""
    serial = (crop % _CROPS) * (_NAMES // _CROPS) + number % (_NAMES // _CROPS)
    place = (serial * _STEP + seed * 7) % _NAMES
    place, last = divmod(place, len(_LAST))
    first, middle = divmod(place, len(_MIDDLE))
    return _FIRST[first] + _MIDDLE[middle] + _LAST[last]

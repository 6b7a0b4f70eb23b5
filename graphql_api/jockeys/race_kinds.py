"""Kinds of races: flat or jump, and stakes, special or ordinary."""

import re
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from graphql_api.jockeys.texts import fold
from graphql_api.jockeys.vocabulary import Grade, Jurisdiction, Surface


class RaceType(Enum):
    """Flat or jump race."""

    FLAT = "平地"
    JUMP = "障害"


class RaceCategory(Enum):
    """Stakes, special or ordinary race, by its name."""

    STAKES = "重賞"
    SPECIAL = "特別"
    ORDINARY = "平場"


KIND_DESCRIPTIONS: Mapping[Enum, str] = MappingProxyType(
    {
        RaceType.FLAT: "平地: turf or dirt.",
        RaceType.JUMP: "障害: over jumps.",
        RaceCategory.STAKES: "重賞: a race with a G, JG or Jpn grade or the grade 重賞, at any racecourse.",
        RaceCategory.SPECIAL: "特別: a JRA race with its own name, listed races included.",
        RaceCategory.ORDINARY: "平場 (一般競走): a JRA race whose name consists only of conditions, such as 3歳未勝利.",
    }
)

_MAX_CONDITIONS_LENGTH = 40
_CONDITIONS = re.compile(
    r"メイクデビュー.*|"
    r"(?:障害)?(?:(?:サラ|アラ)系?)?(?:\d歳(?:以?上)?)?(?:牝馬?|牡馬?)?"
    r"(?:新馬|未勝利|未出走|\d勝クラス|\d+万円?以?下?|オープン|OP)"
    r"(?:\([^()]*\)\s*)*"
)


def race_type(surface: Surface) -> RaceType:
    """Return whether a race is flat or over jumps."""
    return RaceType.JUMP if surface is Surface.JUMP else RaceType.FLAT


def race_category(name: str, grade: Grade | None, jurisdiction: Jurisdiction | None) -> RaceCategory | None:
    """Return stakes, special or ordinary. None if the name does not determine it: outside JRA without a grade."""
    if grade not in {None, Grade.LISTED}:
        return RaceCategory.STAKES
    if jurisdiction is not Jurisdiction.JRA or not name:
        return None
    conditions = len(name) <= _MAX_CONDITIONS_LENGTH and _CONDITIONS.fullmatch(fold(name))
    return RaceCategory.ORDINARY if conditions else RaceCategory.SPECIAL

"""Types of bets (式別) with their rules, and methods of selecting (買い方)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from graphql_api.language import Label

Combination = tuple[int, ...]
"""Horse or bracket numbers of one bet: in ascending order if the order does not count, else in finishing order."""


class BetType(Enum):
    """Type of a bet (式別)."""

    WIN = "win"
    PLACE = "place"
    BRACKET_QUINELLA = "bracket_quinella"
    QUINELLA = "quinella"
    QUINELLA_PLACE = "quinella_place"
    EXACTA = "exacta"
    TRIO = "trio"
    TRIFECTA = "trifecta"


class BetMethod(Enum):
    """How a selection names its combinations (買い方)."""

    STRAIGHT = "straight"
    BOX = "box"
    WHEEL = "wheel"
    FORMATION = "formation"


@dataclass(frozen=True, slots=True)
class BetRule:
    """The rule of one type of bet. It is on sale if at least ``least_runners`` are declared."""

    places: int
    least_runners: int
    description: str
    is_ordered: bool = False
    is_by_bracket: bool = False

    @property
    def noun(self) -> str:
        """Return the word for the numbers of the bet: horses or brackets."""
        return "bracket" if self.is_by_bracket else "horse"


BET_RULES: Mapping[BetType, BetRule] = MappingProxyType(
    {
        BetType.WIN: BetRule(1, 2, "単勝: the winner."),
        BetType.PLACE: BetRule(1, 5, "複勝: a horse among the first three. With 5 to 7 starters: among the first two."),
        BetType.BRACKET_QUINELLA: BetRule(
            2,
            2,
            "枠連: the brackets of the first two horses in any order. Both horses may have the same bracket.",
            is_by_bracket=True,
        ),
        BetType.QUINELLA: BetRule(2, 3, "馬連: the first two in any order."),
        BetType.QUINELLA_PLACE: BetRule(2, 4, "ワイド: two of the first three in any order."),
        BetType.EXACTA: BetRule(2, 3, "馬単: the first two in this order.", is_ordered=True),
        BetType.TRIO: BetRule(3, 4, "3連複: the first three in any order."),
        BetType.TRIFECTA: BetRule(3, 4, "3連単: the first three in this order.", is_ordered=True),
    }
)

TYPE_LABELS: Mapping[Enum, Label] = MappingProxyType(
    {
        BetType.WIN: Label("単勝", "Win"),
        BetType.PLACE: Label("複勝", "Place"),
        BetType.BRACKET_QUINELLA: Label("枠連", "Bracket quinella"),
        BetType.QUINELLA: Label("馬連", "Quinella"),
        BetType.QUINELLA_PLACE: Label("ワイド", "Quinella place"),
        BetType.EXACTA: Label("馬単", "Exacta"),
        BetType.TRIO: Label("3連複", "Trio"),
        BetType.TRIFECTA: Label("3連単", "Trifecta"),
    }
)

METHOD_DESCRIPTIONS: Mapping[Enum, str] = MappingProxyType(
    {
        BetMethod.STRAIGHT: "通常: one combination, by `numbers`.",
        BetMethod.BOX: "ボックス: all combinations of `numbers`.",
        BetMethod.WHEEL: "流し: `axes` combined with each choice of `partners`.",
        BetMethod.FORMATION: "フォーメーション: separate numbers for each place, given by `legs`.",
    }
)

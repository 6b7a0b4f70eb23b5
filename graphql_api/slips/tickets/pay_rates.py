"""Pay rates (払戻率): the part of the stakes that each organiser pays out, in thousandths."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from graphql_api.slips.tickets.types import BetType


class Organiser(Enum):
    """The seller of the bets. Racecourses of NAR have their own rates: here are the usual ones, and Hokkaido's."""

    JRA = "jra"
    NAR = "nar"
    HOKKAIDO = "hokkaido"


_NAR: Mapping[BetType, int] = {
    BetType.WIN: 800,
    BetType.PLACE: 800,
    BetType.BRACKET_QUINELLA: 750,
    BetType.QUINELLA: 750,
    BetType.QUINELLA_PLACE: 750,
    BetType.EXACTA: 750,
    BetType.TRIO: 725,
    BetType.TRIFECTA: 725,
}

PAY_RATES: Mapping[Organiser, Mapping[BetType, int]] = MappingProxyType(
    {
        Organiser.JRA: {
            BetType.WIN: 800,
            BetType.PLACE: 800,
            BetType.BRACKET_QUINELLA: 775,
            BetType.QUINELLA: 775,
            BetType.QUINELLA_PLACE: 775,
            BetType.EXACTA: 750,
            BetType.TRIO: 750,
            BetType.TRIFECTA: 725,
        },
        Organiser.NAR: _NAR,
        Organiser.HOKKAIDO: {
            **_NAR,
            BetType.QUINELLA_PLACE: 800,
            BetType.TRIO: 700,
            BetType.TRIFECTA: 700,
        },
    }
)
"""Thousandths of the stakes by organiser and type."""

PLUS_10 = frozenset({Organiser.JRA})
"""Organisers that add 10 yen to a payout of 100 (JRA プラス10)."""

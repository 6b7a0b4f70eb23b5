"""The reasons why the template's text is used and not a model's."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class FallbackReason(Enum):
    """Why the template was used instead of a model."""

    THROTTLED = "throttled"
    SLOW = "slow"
    REFUSED = "refused"
    CUT_OFF = "cut_off"
    UNAVAILABLE = "unavailable"
    UNVERIFIED = "unverified"
    CAP_REACHED = "cap_reached"
    PAUSED = "paused"


FALLBACKS: Mapping[Enum, str] = MappingProxyType(
    {
        FallbackReason.THROTTLED: "The rate limit of the model is used up.",
        FallbackReason.SLOW: "The model did not answer in time.",
        FallbackReason.REFUSED: "The model or its content filter refused to answer.",
        FallbackReason.CUT_OFF: "The answer of the model is incomplete.",
        FallbackReason.UNAVAILABLE: "The model is not available or failed.",
        FallbackReason.UNVERIFIED: "The answer contained a number without a fact, advice to buy, or a promise.",
        FallbackReason.CAP_REACHED: "The token budget of the session, the key or the day is used up.",
        FallbackReason.PAUSED: "The model failed several times in a row and is not called for some seconds.",
    }
)

"""Feedback on a slip: on each bet from its facts, and on the amount against the person's limit."""

from collections.abc import Sequence

from graphql_api.consultations.model import AmountFeedback, BetFeedback, WarningLevel
from graphql_api.consultations.words import AMOUNTS, METHODS, TYPES, WORDS, joined
from graphql_api.errors import BadUserInput
from graphql_api.language import Language
from graphql_api.races.fact import Fact
from graphql_api.slips.model import SlipItem
from graphql_api.text import clean_name

CAUTION, WARNING = 80, 100
"""Percent of the limit."""

MAX_LIMIT = 2**31 - 1


def amount_feedback(total: int, limit: int | None, language: Language) -> AmountFeedback:
    """Compare the total with a limit. Raises ``BadUserInput``."""
    words = WORDS[language]
    if limit is None:
        comment = words["amount_none"].format(total=f"{total:,}")
        return AmountFeedback(total, None, WarningLevel.NONE, comment)
    if not 0 < limit <= MAX_LIMIT:
        raise BadUserInput(f"The limit must be from 1 to {MAX_LIMIT:,} yen.")
    level = warning_level(total, limit)
    told = words["amount_limit"].format(total=f"{total:,}", limit=f"{limit:,}", percent=100 * total // limit)
    more = AMOUNTS[level]
    return AmountFeedback(total, limit, level, joined(language, told, words[more] if more else ""))


def warning_level(total: int, limit: int) -> WarningLevel:
    """Return the level, exact to the yen."""
    if 100 * total >= WARNING * limit:
        return WarningLevel.WARNING
    return WarningLevel.CAUTION if 100 * total >= CAUTION * limit else WarningLevel.NONE


def bet_feedback(item: SlipItem, race_name: str | None, facts: Sequence[Fact], language: Language) -> BetFeedback:
    """Return the feedback on a bet. ``race_name`` is this service's own and never a client's text."""
    words = WORDS[language]
    told = words["bet"].format(
        race=f"{clean_name(race_name)} " if race_name else "",
        type=TYPES[language][item.ticket.bet_type],
        method=METHODS[language][item.method],
        combinations=f"{item.combinations:,}",
        stake=f"{item.unit_stake:,}",
        cost=f"{item.cost:,}",
    )
    more = words["bet_facts"].format(count=len(facts)) if facts else words["bet_nothing"]
    return BetFeedback(item.id, joined(language, told, more), tuple(facts))

"""The numbers that an answer may contain: those of the facts, the bets, the amount and the notice."""

from collections.abc import Iterator
from decimal import Decimal

from graphql_api.consultations.model import Consultation
from graphql_api.consultations.words import WORDS
from graphql_api.language_models.checks import numbers_in, numbers_of


def known_numbers(consultation: Consultation) -> Iterator[Decimal]:
    """Return the numbers of a consultation, with rates also as rounded percentages."""
    texts = [WORDS[consultation.language]["notice"], consultation.amount.comment]
    texts += [feedback.comment for feedback in consultation.feedback]
    for fact in consultation.facts:
        texts += fact.statement, fact.source
        for rate in () if fact.value is None else (fact.value, *(fact.interval or ())):
            yield from numbers_of(rate)
    yield from (Decimal(number) for item in consultation.items for number in item.ticket.numbers)
    yield from numbers_in(texts)

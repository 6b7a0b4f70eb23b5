"""Answers without a model: the facts about the horses whose numbers a message contains, or the first ones."""

import re

from graphql_api.consultations.question import Question
from graphql_api.consultations.words import WORDS
from graphql_api.races.fact import Fact
from graphql_api.text import compatible

MAX_FACTS = 12
"""Maximum number of facts in one answer."""

TEMPLATE = "template"
"""The name of the template as a provider."""

_NUMBERS = re.compile(r"\d{1,2}")


def template_answer(question: Question) -> str:
    """Return an answer that lists facts."""
    words = WORDS[question.language]
    facts = _chosen(question)
    begin = words["answer" if facts else "answer_nothing"]
    return "\n".join([begin, *(f"- {fact.statement}" for fact in facts), words["answer_end"]])


def _chosen(question: Question) -> list[Fact]:
    facts = question.consultation.facts
    named = {int(number) for number in _NUMBERS.findall(compatible(question.message))}
    on_named = [fact for fact in facts if fact.horse_number in named]
    return (on_named or list(facts))[:MAX_FACTS]

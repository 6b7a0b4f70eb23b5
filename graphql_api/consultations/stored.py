"""Consultations and messages as bodies of the store."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from graphql_api.consultations.model import (
    AmountFeedback,
    BetFeedback,
    Consultation,
    ConsultationStatus,
    Message,
    MessageType,
    Usage,
    WarningLevel,
)
from graphql_api.language import Language
from graphql_api.language_models.budgets import TOKENS
from graphql_api.language_models.reasons import FallbackReason
from graphql_api.races.fact import Fact
from graphql_api.slips.stored import read_item, write_item
from graphql_api.store.protocol import Item

Json = Mapping[str, Any]


def write_consultation(held: Consultation) -> Json:
    """Return the body of a consultation, without version, expiry and usage, which the store has."""
    amount = held.amount
    facts = held.facts
    places = {fact: place for place, fact in enumerate(facts)}
    return {
        "status": held.status.name,
        "language": held.language.name,
        "items": [write_item(item) for item in held.items],
        "facts": [_write_fact(fact) for fact in facts],
        "feedback": [[each.item_id, each.comment, [places[fact] for fact in each.facts]] for each in held.feedback],
        "amount": [amount.total, amount.limit, amount.level.name, amount.comment],
        "startedAt": held.started_at.isoformat(),
        "endedAt": None if held.ended_at is None else held.ended_at.isoformat(),
        "asked": held.asked,
    }


def read_consultation(stored: Item) -> Consultation:
    """Read a consultation."""
    body, numbers = stored.body, stored.numbers
    facts = [_read_fact(fact) for fact in body["facts"]]
    total, limit, level, comment = body["amount"]
    ended = body["endedAt"]
    return Consultation(
        status=ConsultationStatus[body["status"]],
        language=Language[body["language"]],
        items=tuple(read_item(item) for item in body["items"]),
        feedback=tuple(
            BetFeedback(item_id, comment, tuple(facts[place] for place in places))
            for item_id, comment, places in body["feedback"]
        ),
        amount=AmountFeedback(total, limit, WarningLevel[level], comment),
        started_at=datetime.fromisoformat(body["startedAt"]),
        expires_at=datetime.fromtimestamp(stored.expires or 0, UTC),
        ended_at=None if ended is None else datetime.fromisoformat(ended),
        asked=body.get("asked"),
        version=stored.version,
        usage=Usage(numbers.get("input", 0), numbers.get("output", 0), numbers.get(TOKENS, 0)),
    )


def _write_fact(fact: Fact) -> list[Any]:
    return [
        fact.race_id,
        fact.horse_number,
        fact.statement,
        fact.sample,
        fact.value,
        None if fact.interval is None else list(fact.interval),
        fact.source,
    ]


def _read_fact(body: list[Any]) -> Fact:
    race_id, horse_number, statement, sample, value, interval, source = body
    return Fact(race_id, statement, source, horse_number, sample, value, interval and tuple(interval))


def write_message(message: Message) -> Json:
    """Return the body of a message."""
    return {
        "type": message.type.name,
        "content": message.content,
        "at": message.at.isoformat(),
        "provider": message.provider,
        "model": message.model,
        "fallback": message.fallback and message.fallback.name,
    }


def read_message(message_id: str, body: Json) -> Message:
    """Read a message."""
    return Message(
        id=message_id,
        type=MessageType[body["type"]],
        content=body["content"],
        at=datetime.fromisoformat(body["at"]),
        provider=body["provider"],
        model=body["model"],
        fallback=body["fallback"] and FallbackReason[body["fallback"]],
    )

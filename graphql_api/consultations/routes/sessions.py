"""The endpoints of consultations."""

import time
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from graphql_api.access.payer import payer_of
from graphql_api.consultations.answering import AnswerRequest
from graphql_api.consultations.model import BetFeedback, Consultation, Message
from graphql_api.consultations.service import Consultations, Start
from graphql_api.consultations.words import WORDS
from graphql_api.errors import BadUserInput
from graphql_api.execution.context import Context
from graphql_api.language import Language
from graphql_api.races.fact import Fact
from graphql_api.services import Services
from graphql_api.slips.routes.shapes import shown_item
from graphql_api.web.deadline import deadline_of
from graphql_api.web.json_body import json_object, read_body
from graphql_api.web.json_responses import uncached
from graphql_api.web.middleware import request_headers, request_log

LANGUAGES = {language.value: language for language in Language}


class Sessions:
    """The endpoints over one application's consultations."""

    def __init__(self, services: Services) -> None:
        """Open the service with the first request."""
        self._services = services

    async def start(self, request: Request) -> Response:
        """Start a consultation on a cart."""
        body = await self._body(request)
        told = body.get("language", Language.JA.value)
        language = LANGUAGES.get(told) if isinstance(told, str) else None
        limit = body.get("limit")
        if language is None or not (limit is None or type(limit) is int):
            raise BadUserInput("'language' must be ja or en, and 'limit' a whole number of yen.")
        fields = request_log(request.scope)
        consultations = self._services.get(Consultations)
        with Context(self._services, fields["request_id"], fields.trace, self._services.settings) as context:
            session_id, held = await consultations.start(context, _text(body, "cart_id"), Start(language, limit))
        return uncached(_session(session_id, held), 201)

    async def send(self, request: Request) -> Response:
        """Send a message."""
        body, session_id = await self._body(request), request.path_params["session_id"]
        deadline = deadline_of(request.scope)
        seconds = deadline.begun + deadline.seconds - time.monotonic()
        asked = AnswerRequest(payer_of(request.client.host if request.client else ""), seconds)
        consultations = self._services.get(Consultations)
        exchange = await consultations.send(session_id, _text(body, "content"), asked)
        messages = await consultations.messages(session_id, exchange.consultation)
        return uncached(
            {
                "user_message": _message(exchange.sent),
                "ai_message": _message(exchange.answer),
                "messages": list(map(_message, messages)),
            }
        )

    async def one(self, request: Request) -> Response:
        """Read a consultation, or delete it."""
        session_id, consultations = request.path_params["session_id"], self._services.get(Consultations)
        if request.method == "DELETE":
            await consultations.delete(session_id)
            return uncached({"success": True})
        held = await consultations.get(session_id)
        messages = await consultations.messages(session_id, held)
        return uncached({**_session(session_id, held), "messages": list(map(_message, messages))})

    async def _body(self, request: Request) -> Mapping[str, Any]:
        limit = self._services.settings.max_body_bytes
        return json_object(await read_body(request.receive, request_headers(request.scope), limit))


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise BadUserInput(f"'{name}' must be a text.")
    return value


def _session(session_id: str, held: Consultation) -> dict[str, Any]:
    amount = held.amount
    return {
        "session_id": session_id,
        "status": held.status.value,
        "cart_items": [shown_item(item) for item in held.items],
        "total_amount": amount.total,
        "data_feedbacks": [_feedback(each) for each in held.feedback],
        "amount_feedback": {
            "total_amount": amount.total,
            "limit": amount.limit,
            "warning_level": amount.level.value,
            "comment": amount.comment,
        },
        "notice": WORDS[held.language]["notice"],
    }


def _feedback(feedback: BetFeedback) -> dict[str, Any]:
    return {
        "item_id": feedback.item_id,
        "comment": feedback.comment,
        "facts": [_fact(fact) for fact in feedback.facts],
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "horse_number": fact.horse_number,
        "statement": fact.statement,
        "sample": fact.sample,
        "value": fact.value,
        "interval": None if fact.interval is None else list(fact.interval),
        "source": fact.source,
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "message_id": message.id,
        "type": message.type.value,
        "content": message.content,
        "at": message.at.isoformat(),
        "provider": message.provider,
        "model": message.model,
        "fallback": message.fallback and message.fallback.value,
    }

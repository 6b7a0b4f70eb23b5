"""The routes of consultations as OpenAPI describes them."""

from graphql_api.consultations.model import MessageType, WarningLevel
from graphql_api.language_models.reasons import FallbackReason
from graphql_api.slips.routes.shapes import FAILURES, YEN
from graphql_api.web.openapi.objects import (
    COUNT,
    DATE_TIME,
    TEXT,
    Json,
    json_content,
    object_of,
    operation_object,
    reference,
)

TAGS = {"consultation": "Facts about a cart, and answers to messages. No advice to buy."}

_NUMBER: Json = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
_NULLABLE_TEXT: Json = {"type": ["string", "null"]}


def schemas() -> dict[str, Json]:
    """Return the schemas of requests and responses."""
    session = _session()
    message = reference("ConsultationMessage")
    messages = {"type": "array", "items": message}
    limit = {"type": ["integer", "null"], "minimum": 1, "description": "The user's own spending limit in yen."}
    language = {"type": "string", "enum": ["ja", "en"], "default": "ja"}
    return {
        "ConsultationStart": object_of(cart_id=TEXT, language=language, limit=limit, optional=("language", "limit")),
        "ConsultationStarted": object_of(**session),
        "ConsultationSession": object_of(**session, messages=messages),
        "ConsultationContent": object_of(content={**TEXT, "minLength": 1, "maxLength": 1_000}),
        "ConsultationExchange": object_of(user_message=message, ai_message=message, messages=messages),
        "ConsultationMessage": _message(),
        "ConsultationDeleted": object_of(success={"const": True}),
    }


def start() -> Json:
    """Describe how a consultation is started."""
    return {
        **operation_object("startConsultation", "Start a consultation on a cart", tag="consultation"),
        "requestBody": {"required": True, "content": json_content("ConsultationStart")},
        "responses": FAILURES.responses(201, "It was started.", "ConsultationStarted"),
    }


def send() -> Json:
    """Describe how a message is sent."""
    return {
        **_of_session("sendMessage", "Send a message and wait for the answer"),
        "requestBody": {"required": True, "content": json_content("ConsultationContent")},
        "responses": FAILURES.responses(200, "The answer.", "ConsultationExchange"),
    }


def read() -> Json:
    """Describe how a consultation is read."""
    responses = FAILURES.responses(200, "The consultation.", "ConsultationSession")
    return {**_of_session("getConsultation", "A consultation and its messages"), "responses": responses}


def delete() -> Json:
    """Describe how a consultation is deleted."""
    responses = FAILURES.responses(200, "It is gone.", "ConsultationDeleted")
    return {**_of_session("deleteConsultation", "Delete a consultation"), "responses": responses}


def _of_session(name: str, summary: str) -> Json:
    return operation_object(name, summary, "session_id", tag="consultation")


def _session() -> Json:
    fact = object_of(
        horse_number=COUNT,
        statement=TEXT,
        sample=COUNT,
        value=_NUMBER,
        interval={"type": ["array", "null"], "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        source=TEXT,
    )
    feedback = object_of(item_id=TEXT, comment=TEXT, facts={"type": "array", "items": fact})
    amount = object_of(
        total_amount=YEN,
        limit={"type": ["integer", "null"]},
        warning_level={**TEXT, "enum": [level.value for level in WarningLevel]},
        comment=TEXT,
    )
    return {
        "session_id": {**TEXT, "description": "Secret id. Anyone who knows it can read and send messages."},
        "status": {**TEXT, "enum": ["not_started", "in_progress", "completed"]},
        "cart_items": {"type": "array", "items": reference("CartShownItem")},
        "total_amount": YEN,
        "data_feedbacks": {"type": "array", "items": feedback},
        "amount_feedback": amount,
        "notice": {**TEXT, "description": "A notice about responsible gambling. Clients should display it."},
    }


def _message() -> Json:
    return object_of(
        message_id=TEXT,
        type={**TEXT, "enum": [kind.value for kind in MessageType]},
        content=TEXT,
        at=DATE_TIME,
        provider=_NULLABLE_TEXT,
        model=_NULLABLE_TEXT,
        fallback={"enum": [None, *(reason.value for reason in FallbackReason)]},
    )

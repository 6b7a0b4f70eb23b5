"""The routes of consultations in the words of OpenAPI."""

from graphql_api.consultations.model import MessageType, WarningLevel
from graphql_api.language_models.reasons import FallbackReason
from graphql_api.slips.routes.shapes import COUNT, TEXT, YEN, Json, content, failing, object_of, operation

TAGS = {"consultation": "Facts on a cart, and answers to messages. No advice to buy."}

_NUMBER: Json = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
_NULLABLE_TEXT: Json = {"type": ["string", "null"]}


def schemas() -> dict[str, Json]:
    """Make the schemas of requests and answers."""
    session = _session()
    message: Json = {"$ref": "#/components/schemas/ConsultationMessage"}
    messages = {"type": "array", "items": message}
    limit = {"type": ["integer", "null"], "minimum": 1, "description": "The user's own spending limit in yen."}
    language = {"type": "string", "enum": ["ja", "en"], "default": "ja"}
    begin = {"cart_id": TEXT, "language": language, "limit": limit}
    return {
        "ConsultationStart": object_of(begin, optional=("language", "limit")),
        "ConsultationStarted": object_of(session),
        "ConsultationSession": object_of({**session, "messages": messages}),
        "ConsultationContent": object_of({"content": {**TEXT, "minLength": 1, "maxLength": 1_000}}),
        "ConsultationExchange": object_of({"user_message": message, "ai_message": message, "messages": messages}),
        "ConsultationMessage": _message(),
        "ConsultationDeleted": object_of({"success": {"const": True}}),
    }


def start() -> Json:
    """Describe how a consultation is started."""
    body = {"required": True, "content": content("ConsultationStart")}
    done = {"201": {"description": "It was started.", "content": content("ConsultationStarted")}}
    shared = operation("startConsultation", "Start a consultation on a cart", tag="consultation")
    return {**shared, "requestBody": body, "responses": {**done, **failing()}}


def send() -> Json:
    """Describe how a message is sent."""
    body = {"required": True, "content": content("ConsultationContent")}
    done = {"200": {"description": "The answer.", "content": content("ConsultationExchange")}}
    shared = operation("sendMessage", "Send a message, and wait for its answer", "session_id", tag="consultation")
    return {**shared, "requestBody": body, "responses": {**done, **failing()}}


def read() -> Json:
    """Describe how a consultation is read."""
    done = {"200": {"description": "The consultation.", "content": content("ConsultationSession")}}
    shared = operation("getConsultation", "A consultation and its messages", "session_id", tag="consultation")
    return {**shared, "responses": {**done, **failing()}}


def delete() -> Json:
    """Describe how a consultation is deleted."""
    done = {"200": {"description": "It is gone.", "content": content("ConsultationDeleted")}}
    shared = operation("deleteConsultation", "Delete a consultation", "session_id", tag="consultation")
    return {**shared, "responses": {**done, **failing()}}


def _session() -> Json:
    fact = object_of(
        {
            "horse_number": COUNT,
            "statement": TEXT,
            "sample": COUNT,
            "value": _NUMBER,
            "interval": {"type": ["array", "null"], "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
            "source": TEXT,
        }
    )
    feedback = object_of({"item_id": TEXT, "comment": TEXT, "facts": {"type": "array", "items": fact}})
    amount = object_of(
        {
            "total_amount": YEN,
            "limit": {"type": ["integer", "null"]},
            "warning_level": {**TEXT, "enum": [level.value for level in WarningLevel]},
            "comment": TEXT,
        }
    )
    return {
        "session_id": {**TEXT, "description": "A capability: whoever knows it may read and ask."},
        "status": {**TEXT, "enum": ["not_started", "in_progress", "completed"]},
        "cart_items": {"type": "array", "items": {"$ref": "#/components/schemas/CartShownItem"}},
        "total_amount": YEN,
        "data_feedbacks": {"type": "array", "items": feedback},
        "amount_feedback": amount,
        "notice": {**TEXT, "description": "On responsible play; to be shown."},
    }


def _message() -> Json:
    return object_of(
        {
            "message_id": TEXT,
            "type": {**TEXT, "enum": [kind.value for kind in MessageType]},
            "content": TEXT,
            "at": {**TEXT, "format": "date-time"},
            "provider": _NULLABLE_TEXT,
            "model": _NULLABLE_TEXT,
            "fallback": {"enum": [None, *(reason.value for reason in FallbackReason)]},
        }
    )

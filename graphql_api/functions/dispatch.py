"""Dispatches events by their kind. What is of no kind raises, so that its sender does not take it for done."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from mangum.types import LambdaContext, LambdaEvent

from graphql_api.logs import EventLogger

Reply = dict[str, Any]
Function = Callable[[LambdaEvent, LambdaContext], Any]
"""It returns a ``Reply``, or what a runtime that streams makes one of."""

log = EventLogger(__name__)


class UnknownEvent(Exception):
    """An event that this function does not handle. Raised, since a queue takes what is returned for success."""


class Kind(NamedTuple):
    """One kind of events: how it is told, and what handles it."""

    matches: Callable[[Any], bool]
    handle: Function


def dispatch(kinds: Sequence[Kind]) -> Function:
    """Make a Lambda function of the first kind that an event is of. It raises ``UnknownEvent`` for any other event."""

    def handle(event: LambdaEvent, context: LambdaContext) -> Any:
        for kind in kinds:
            if kind.matches(event):
                return kind.handle(event, context)
        raise unknown(event, context)

    return handle


def unknown(event: Any, context: LambdaContext) -> UnknownEvent:
    """Report an event that nothing here handles, and make its error."""
    fields = event if isinstance(event, dict) else {}
    records = fields.get("Records")
    first = records[0] if isinstance(records, list) and records and isinstance(records[0], dict) else {}
    source = fields.get("source") or first.get("eventSource") or first.get("EventSource") or "unknown"
    log.error("event_unknown", request_id=context.aws_request_id, source=source, detail_type=fields.get("detail-type"))
    return UnknownEvent(
        f"This function answers HTTP events, events that name a job and the queue it was given, not one of {source}."
    )


def is_of_a_queue(event: Any) -> bool:
    """Return whether an event is a batch of messages of SQS."""
    records = event.get("Records") if isinstance(event, dict) else None
    return bool(
        isinstance(records, list)
        and records
        and all(isinstance(each, dict) and each.get("eventSource") == "aws:sqs" for each in records)
    )

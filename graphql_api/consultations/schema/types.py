"""Consultations as GraphQL shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from graphql_api.consultations import model
from graphql_api.consultations.model import (
    ConsultationStatus,
    MessageType,
    WarningLevel,
)
from graphql_api.consultations.settings import ConsultationsSettings
from graphql_api.errors import BadUserInput
from graphql_api.execution.context import Context
from graphql_api.execution.cost import LOAD, cost
from graphql_api.jockeys.schema.statistics import ConfidenceInterval
from graphql_api.language import Language
from graphql_api.races import fact
from graphql_api.schema.enums import declare
from graphql_api.schema.fallbacks import FallbackReason
from graphql_api.schema.pages import PageInfo
from graphql_api.slips.changes import MAX_ITEMS
from graphql_api.slips.schema.types import SlipItem, show_item

if TYPE_CHECKING:
    from graphql_api.consultations.service import Exchange

Info = strawberry.Info[Context, None]

FACTS = 54
"""Estimated number of facts of a bet: three for each horse of a full field."""

declare(ConsultationStatus, model.STATUSES)
declare(WarningLevel, model.LEVELS)
declare(MessageType, model.MESSAGE_TYPES)


@strawberry.type(description="A statistic known before the race. It is not a prediction.")
class Fact:
    """Public face of ``races.fact.Fact``: one on a rider."""

    race_id: strawberry.ID = strawberry.field(description="Id of the race, as on the slip.")
    horse_number: int = strawberry.field(description="Number of the horse.")
    statement: str = strawberry.field(description="The fact as text.")
    sample: int = strawberry.field(description="Number of rides in the statistic.")
    value: float | None = strawberry.field(
        description="The rate, from 0 to 1. Null if the sample has fewer than 30 rides."
    )
    interval: ConfidenceInterval | None = strawberry.field(
        description="95 % confidence interval of the rate. Null if the rate is null."
    )
    source: str = strawberry.field(description="The records used for the statistic.")


@strawberry.type(description="Facts about a bet, and a comment.")
class BetFeedback:
    """Public face of ``model.BetFeedback``."""

    item_id: strawberry.ID = strawberry.field(description="The item of the slip.")
    comment: str = strawberry.field(description="Description of the bet as text.")
    facts: list[Fact] = strawberry.field(
        description="Facts about its horses. Empty if nothing is known about them.", metadata=cost(size=FACTS)
    )


@strawberry.type(description="Comparison of the total of the slip with the user's own limit.")
class AmountFeedback:
    """Public face of ``model.AmountFeedback``."""

    total: int = strawberry.field(description="Total stake of all items in yen.")
    limit: int | None = strawberry.field(description="The limit in yen. Null if no limit was given.")
    level: WarningLevel = strawberry.field(name="warningLevel", description="Result of the comparison.")
    comment: str = strawberry.field(description="The result as text.")


@strawberry.type(description="A message of a consultation.")
class Message:
    """Public face of ``model.Message``."""

    id: strawberry.ID = strawberry.field(description="Id of the message in its consultation.")
    type: MessageType = strawberry.field(description="Author of the message.")
    content: str = strawberry.field(description="Plain text.")
    at: datetime = strawberry.field(description="Time of the message.")
    provider: str | None = strawberry.field(description="Source of the answer: `template`, `bedrock` or `http`.")
    model: str | None = strawberry.field(description="The model that answered. Null for the template.")
    fallback: FallbackReason | None = strawberry.field(
        description="Why the template was used instead of a model. Null if a model answered."
    )


@strawberry.type(description="A message and its cursor.")
class MessageEdge:
    """Relay's edge."""

    cursor: str = strawberry.field(description="An opaque cursor, for `after`.")
    node: Message = strawberry.field(description="The message.")


@strawberry.type(description="One page of messages, oldest first.")
class MessageConnection:
    """Relay's connection."""

    nodes: list[Message] = strawberry.field(description="The messages.")
    edges: list[MessageEdge] = strawberry.field(description="The messages with their cursors.")
    page_info: PageInfo = strawberry.field(description="Position of this page in the connection.")
    total_count: int = strawberry.field(description="Number of messages on all pages.")


@strawberry.type(description="Tokens that a model was charged for in this consultation.")
class TokenUsage:
    """Public face of ``model.Usage``."""

    input_tokens: int = strawberry.field(description="Tokens of prompts.")
    output_tokens: int = strawberry.field(description="Tokens of answers.")
    remaining: int = strawberry.field(description="Tokens that the consultation may take yet.")


@strawberry.type(description="A consultation about a slip. It uses the slip as it was at the start.")
class Consultation:
    """Public face of ``model.Consultation``."""

    held: strawberry.Private[model.Consultation]

    id: strawberry.ID = strawberry.field(
        description="Secret id. Anyone who knows it can read the consultation and send messages."
    )
    status: ConsultationStatus = strawberry.field(description="Status.")
    language: Language = strawberry.field(description="Its language.")
    slip: list[SlipItem] = strawberry.field(
        description="The items of the slip at the start.", metadata=cost(size=MAX_ITEMS)
    )
    total: int = strawberry.field(description="Total stake of these items in yen.")
    bet_feedback: list[BetFeedback] = strawberry.field(
        description="Feedback on each item.", metadata=cost(size=MAX_ITEMS)
    )
    amount_feedback: AmountFeedback = strawberry.field(description="Feedback on the total.")
    started_at: datetime = strawberry.field(description="Time of the start.")
    ended_at: datetime | None = strawberry.field(description="Time of the end. Null if it has not ended.")
    expires_at: datetime = strawberry.field(description="Time at which it expires.")
    usage: TokenUsage = strawberry.field(description="Number of tokens used by language models. 0 for the template.")
    notice: str = strawberry.field(description="A notice about responsible gambling. Clients should display it.")

    @strawberry.field(description="Messages, oldest first.", metadata=cost(weight=LOAD))
    async def messages(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="Maximum number of items.")] = 100,
        after: Annotated[str | None, strawberry.argument(description="Return only messages after this cursor.")] = None,
    ) -> MessageConnection:
        """Read a page."""
        from graphql_api.consultations.service import Consultations

        if not 0 <= first <= info.context.settings.max_page:
            raise BadUserInput(f"Argument 'first' must be from 0 to {info.context.settings.max_page}, but is {first}.")
        held = await info.context.use(Consultations).messages(self.id, self.held)
        return _page(held, first, after or "")


@strawberry.type(description="A consultation after a change.")
class ConsultationPayload:
    """What mutations of consultations return."""

    consultation: Consultation = strawberry.field(description="The consultation after the change.")
    user_message: Message | None = strawberry.field(
        description="The message that was sent. Null if no message was sent."
    )
    reply: Message | None = strawberry.field(description="The answer to the message. Null if no message was sent.")


def _page(held: Sequence[model.Message], first: int, after: str) -> MessageConnection:
    behind = [each for each in held if each.id > after]
    nodes = [show_message(each) for each in behind[:first]]
    info = PageInfo(
        cursor_at=lambda place: str(nodes[place].id) if nodes else None,
        has_next_page=len(behind) > first,
        has_previous_page=len(behind) < len(held),
    )
    edges = [MessageEdge(cursor=str(node.id), node=node) for node in nodes]
    return MessageConnection(nodes=nodes, edges=edges, page_info=info, total_count=len(held))


def show_message(message: model.Message) -> Message:
    """Return the public face of a message."""
    return Message(
        id=strawberry.ID(message.id),
        type=message.type,
        content=message.content,
        at=message.at,
        provider=message.provider,
        model=message.model,
        fallback=message.fallback,
    )


def _fact(told: fact.Fact) -> Fact:
    interval = told.interval and ConfidenceInterval(lower=told.interval[0], upper=told.interval[1])
    return Fact(
        race_id=strawberry.ID(told.race_id),
        horse_number=told.horse_number or 0,  # facts of slips are all on riders, and have both numbers
        statement=told.statement,
        sample=told.sample or 0,
        value=told.value,
        interval=interval,
        source=told.source,
    )


def _feedback(feedback: model.BetFeedback) -> BetFeedback:
    facts = [_fact(each) for each in feedback.facts]
    return BetFeedback(item_id=strawberry.ID(feedback.item_id), comment=feedback.comment, facts=facts)


def show_consultation(consultation_id: str, held: model.Consultation, context: Context) -> Consultation:
    """Return the public face of a consultation."""
    from graphql_api.consultations.words import WORDS
    from graphql_api.slips.lookup import SlipRaces

    races, amount, usage = SlipRaces(context), held.amount, held.usage
    most = context.settings.of(ConsultationsSettings).consultations_session_tokens
    return Consultation(
        held=held,
        id=strawberry.ID(consultation_id),
        status=held.status,
        language=held.language,
        slip=[show_item(item, races) for item in held.items],
        total=amount.total,
        bet_feedback=[_feedback(each) for each in held.feedback],
        amount_feedback=AmountFeedback(
            total=amount.total, limit=amount.limit, level=amount.level, comment=amount.comment
        ),
        started_at=held.started_at,
        ended_at=held.ended_at,
        expires_at=held.expires_at,
        usage=TokenUsage(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            remaining=max(0, most - usage.charged),
        ),
        notice=WORDS[held.language]["notice"],
    )


def show_exchange(consultation_id: str, exchange: "Exchange", context: Context) -> ConsultationPayload:
    """Return the public face of an exchange."""
    return ConsultationPayload(
        consultation=show_consultation(consultation_id, exchange.consultation, context),
        user_message=show_message(exchange.sent),
        reply=show_message(exchange.answer),
    )

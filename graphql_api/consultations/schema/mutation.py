"""Mutations of consultations. They cost so much that one request can contain one or two."""

from typing import Annotated

import strawberry

from graphql_api.access.payer import payer_of
from graphql_api.consultations.costs import END, SEND, START
from graphql_api.consultations.schema.types import ConsultationPayload, show_consultation, show_exchange
from graphql_api.execution.context import Context
from graphql_api.execution.cost import cost
from graphql_api.language import Language

Info = strawberry.Info[Context, None]

ConsultationId = Annotated[strawberry.ID, strawberry.argument(description="The id of the consultation.")]


@strawberry.type
class Mutation:
    """The root fields that change consultations."""

    @strawberry.mutation(
        description=(
            "Start a consultation about a slip: facts about each bet, and a comparison of the total with "
            "the user's own limit."
        ),
        metadata=cost(weight=START),
    )
    async def start_consultation(
        self,
        info: Info,
        slip_id: Annotated[strawberry.ID, strawberry.argument(description="The id of the slip.")],
        language: Annotated[Language, strawberry.argument(description="Its language.")] = Language.JA,
        limit: Annotated[int | None, strawberry.argument(description="The user's own spending limit in yen.")] = None,
        client_request_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description=(
                    "A random UUID (idempotency key). A repeated request with the same UUID does not start "
                    "another consultation."
                )
            ),
        ] = None,
    ) -> ConsultationPayload:
        """Start one."""
        from graphql_api.consultations.service import Consultations, Start

        consultations, begin = info.context.use(Consultations), Start(language, limit)
        started = await consultations.start(info.context, slip_id, begin, client_request_id)
        shown = show_consultation(*started, info.context)
        return ConsultationPayload(consultation=shown, user_message=None, reply=None)

    @strawberry.mutation(
        description=(
            "Send a message and wait for the answer: facts about the question, or the text of a language "
            "model about these facts."
        ),
        metadata=cost(weight=SEND),
    )
    async def send_message(
        self,
        info: Info,
        consultation_id: ConsultationId,
        content: Annotated[str, strawberry.argument(description="Plain text, at most 1,000 characters.")],
        client_request_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description=(
                    "A unique text for this message (idempotency key). A repeated message with the same text is "
                    "not answered again."
                )
            ),
        ] = None,
    ) -> ConsultationPayload:
        """Send one."""
        from graphql_api.consultations.answering import AnswerRequest
        from graphql_api.consultations.service import Consultations

        asked = AnswerRequest(payer_of(info.context.client), info.context.budget.seconds_left)
        exchange = await info.context.use(Consultations).send(consultation_id, content, asked, client_request_id)
        return show_exchange(consultation_id, exchange, info.context)

    @strawberry.mutation(description="End a consultation. No more messages can be sent.", metadata=cost(weight=END))
    async def end_consultation(self, info: Info, consultation_id: ConsultationId) -> ConsultationPayload:
        """End it."""
        from graphql_api.consultations.service import Consultations

        held = await info.context.use(Consultations).end(consultation_id)
        shown = show_consultation(consultation_id, held, info.context)
        return ConsultationPayload(consultation=shown, user_message=None, reply=None)

    @strawberry.mutation(
        description="Delete a consultation and all its messages immediately. Returns true.", metadata=cost(weight=END)
    )
    async def delete_consultation(self, info: Info, consultation_id: ConsultationId) -> bool:
        """Delete it."""
        from graphql_api.consultations.service import Consultations

        await info.context.use(Consultations).delete(consultation_id)
        return True

"""Answering a message: by the model of the settings within caps and time, or by the template, which is marked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from graphql_api.consultations.allowed_numbers import known_numbers
from graphql_api.consultations.model import Consultation, Message, MessageType
from graphql_api.consultations.prompt import prompt_of
from graphql_api.consultations.question import Question, Turn
from graphql_api.consultations.settings import ConsultationsSettings
from graphql_api.consultations.template import TEMPLATE, template_answer
from graphql_api.language_models.asking import Asking
from graphql_api.language_models.budgets import KEPT_DAYS, Cap
from graphql_api.language_models.checks import is_supported, plain_text
from graphql_api.language_models.choice import open_model
from graphql_api.language_models.protocol import Answer, LanguageModel, ModelFault
from graphql_api.language_models.reasons import FallbackReason
from graphql_api.logs import EventLogger
from graphql_api.services import Services
from graphql_api.store.protocol import Key
from graphql_api.store.service import Store

RESERVE = 1.5
"""Seconds of a request that are reserved for writing the answer to the store."""

log = EventLogger(__name__)


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """The caller (``access.payer``), and the seconds that the request has left.

    ``session`` is the item with the count of the session's tokens. It expires at ``expires``.
    """

    payer: str
    seconds: float
    session: Key = Key("", "")
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer and its provider. ``fallback`` is the reason why the template answered and not a model."""

    text: str
    provider: str
    model: str | None = None
    fallback: FallbackReason | None = None

    def message(self, at: datetime) -> Message:
        """Return it as a message."""
        return Message(
            type=MessageType.AI,
            content=self.text,
            at=at,
            provider=self.provider,
            model=self.model,
            fallback=self.fallback,
        )


class Answering:
    """The service that answers messages."""

    def __init__(
        self,
        model: LanguageModel | None,
        store: Store,
        settings: ConsultationsSettings,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Ask ``model``, if there is one, and count its tokens in ``store``."""
        self._store = store
        self._settings = settings
        self._now = now
        self._asking = None if model is None else Asking(model, store, settings.consultations_timeout)

    @classmethod
    def open(cls, services: Services) -> Self:
        """Choose the model by the settings. Nothing is connected yet."""
        settings = services.settings.of(ConsultationsSettings)
        return cls(open_model(settings.choice, services.settings.region), services.get(Store), settings)

    async def answer(self, held: Consultation, turns: tuple[Turn, ...], message: str, asked: AnswerRequest) -> Reply:
        """Answer a message."""
        question = Question(held, turns, message, self._settings.consultations_max_tokens)
        if self._asking is None:
            return Reply(template_answer(question), TEMPLATE)
        try:
            found = await self._ask(self._asking, question, asked)
        except ModelFault as fault:
            log.warning("consultation_fallback", reason=fault.reason.name, detail=fault.detail)
            return Reply(template_answer(question), TEMPLATE, fallback=fault.reason)
        return Reply(found.text, self._asking.model.name, found.model)

    async def _ask(self, asking: Asking, question: Question, asked: AnswerRequest) -> Answer:
        """Ask the model within the caps. Raises ``ModelFault``."""
        try:
            found = await asking.ask(prompt_of(question), self._caps(asked), asked.seconds - RESERVE)
        except ModelFault as fault:
            if fault.charged is not None:
                await self._tell_usage(asked, fault.charged)
            raise
        await self._tell_usage(asked, found)
        text = plain_text(found.text)
        if not is_supported(text, known_numbers(question.consultation)):
            raise ModelFault(FallbackReason.UNVERIFIED)
        return Answer(text, found.model)

    async def _tell_usage(self, asked: AnswerRequest, answer: Answer) -> None:
        """Add the tokens that the model reported to the session."""
        if answer.input_tokens + answer.output_tokens:
            told = {"input": answer.input_tokens, "output": answer.output_tokens}
            await self._store.add(asked.session, told, expires=asked.expires)

    def _caps(self, asked: AnswerRequest) -> tuple[Cap, ...]:
        """Return the caps of the session, of the caller, and of the day."""
        settings, now = self._settings, self._now()
        day, expires = f"CONSULTATION-TOKENS#{now:%Y-%m-%d}", int((now + timedelta(days=KEPT_DAYS)).timestamp())
        return (
            Cap(asked.session, settings.consultations_session_tokens, asked.expires),
            Cap(Key(day, asked.payer), settings.consultations_key_tokens, expires),
            Cap(Key(day, "ALL"), settings.consultations_day_tokens, expires),
        )

    def close(self) -> None:
        """Close the model."""
        if self._asking is not None:
            self._asking.close()

"""Finding an answer: by the provider of the settings within caps and time, else by the template, marked."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from graphql_api.consultations.caps import Cap, charge, correct, daily
from graphql_api.consultations.checks import is_supported, plain_text
from graphql_api.consultations.model import Consultation, FallbackReason, Message, MessageType
from graphql_api.consultations.prompt import most_tokens
from graphql_api.consultations.providers.choice import open_provider
from graphql_api.consultations.providers.protocol import Answer, Provider, ProviderFault
from graphql_api.consultations.providers.template import Template
from graphql_api.consultations.question import Question, Turn
from graphql_api.consultations.settings import ConsultationsSettings
from graphql_api.logs import EventLogger
from graphql_api.services import Services
from graphql_api.store.protocol import Key
from graphql_api.store.service import Store

THREADS = 8
"""Calls of models at once; more wait, and are slow."""

RESERVE = 1.5
"""Seconds of a request that are kept for writing the answer to the store."""

log = EventLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, and how many seconds the request has left.

    ``session`` is the item that counts the session's tokens, which expires at ``expires``.
    """

    key_id: str
    seconds: float
    session: Key = Key("", "")
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, and who gave it; ``fallback`` is why the template did in place of a model."""

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
    """The service that finds answers."""

    def __init__(
        self,
        provider: Provider,
        store: Store,
        settings: ConsultationsSettings,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Ask ``provider``, and count its tokens in ``store``."""
        self._provider = provider
        self._store = store
        self._settings = settings
        self._now = now
        self._template = Template()
        self._threads: ThreadPoolExecutor | None = None

    @classmethod
    def open(cls, services: Services) -> Self:
        """Choose the provider by the settings; nothing is connected to yet."""
        settings = services.settings.of(ConsultationsSettings)
        return cls(open_provider(settings, services.settings.region), services.get(Store), settings)

    async def answer(self, held: Consultation, turns: tuple[Turn, ...], message: str, asked: Asked) -> Told:
        """Answer a message."""
        question = Question(held, turns, message, self._settings.consultations_max_tokens)
        if self._provider.is_local:
            return Told(self._template.answer(question).text, self._template.name)
        try:
            found = await self._ask(question, asked)
        except ProviderFault as fault:
            log.warning("consultation_fallback", reason=fault.reason.name, detail=fault.detail)
            return Told(self._template.answer(question).text, self._template.name, fallback=fault.reason)
        return Told(found.text, self._provider.name, found.model)

    async def _ask(self, question: Question, asked: Asked) -> Answer:
        """Ask the model within the caps. Raises ``ProviderFault``."""
        seconds = min(self._settings.consultations_timeout, asked.seconds - RESERVE)
        if seconds <= 0:
            raise ProviderFault(FallbackReason.SLOW, "no time is left")
        caps, most = self._caps(asked), most_tokens(question)
        if not await charge(self._store, caps, most):
            raise ProviderFault(FallbackReason.CAP_REACHED)
        try:
            found = await self._call(question, seconds)
        except ProviderFault as fault:
            if fault.charged is not None:
                await self._correct(caps, asked, most, fault.charged)
            raise
        await self._correct(caps, asked, most, found)
        text = plain_text(found.text)
        if not is_supported(text, question.consultation):
            raise ProviderFault(FallbackReason.UNVERIFIED)
        return Answer(text, found.model)

    async def _call(self, question: Question, seconds: float) -> Answer:
        """Call the model in a thread. Raises ``ProviderFault``."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="consultation")
        call = asyncio.get_running_loop().run_in_executor(self._threads, self._provider.answer, question, seconds)
        try:
            return await asyncio.wait_for(call, seconds)
        except TimeoutError as error:
            raise ProviderFault(FallbackReason.SLOW) from error

    async def _correct(self, caps: tuple[Cap, ...], asked: Asked, charged: int, answer: Answer) -> None:
        """Charge what the call did take; a model that does not say so took what was charged."""
        taken = answer.input_tokens + answer.output_tokens
        if taken:
            await correct(self._store, caps, taken - charged)
            told = {"input": answer.input_tokens, "output": answer.output_tokens}
            await self._store.add(asked.session, told, expires=asked.expires)

    def _caps(self, asked: Asked) -> tuple[Cap, ...]:
        settings = self._settings
        days = daily(self._now(), asked.key_id, settings.consultations_key_tokens, settings.consultations_day_tokens)
        return Cap(asked.session, settings.consultations_session_tokens, asked.expires), *days

    def close(self) -> None:
        """End the threads without waiting for calls under way, and close the provider."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        self._provider.close()

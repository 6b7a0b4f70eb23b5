"""The service of consultations: sessions and their messages in the store."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

from graphql_api.capabilities import derived_capability, is_capability, new_capability, stored_name
from graphql_api.consultations.answering import Answering, AnswerRequest
from graphql_api.consultations.facts import facts_of, horses_of, mounts_of
from graphql_api.consultations.feedback import amount_feedback, bet_feedback
from graphql_api.consultations.messages import SESSION, Messages, checked_content
from graphql_api.consultations.model import (
    BetFeedback,
    Consultation,
    ConsultationStatus,
    Message,
    MessageType,
)
from graphql_api.consultations.settings import ConsultationsSettings
from graphql_api.consultations.stored import read_consultation, write_consultation
from graphql_api.errors import BadUserInput, Conflict, NotFound
from graphql_api.execution.context import Context
from graphql_api.language import Language
from graphql_api.services import Services
from graphql_api.slips.lookup import SlipRaces
from graphql_api.slips.model import Slip
from graphql_api.slips.requests import ClientRequest, client_request, random_part
from graphql_api.slips.service import Slips
from graphql_api.store.protocol import Key
from graphql_api.store.service import Store

MAX_TRIES = 5
NO_CONSULTATION = "There is no such consultation, or it has expired."


@dataclass(frozen=True, slots=True)
class Start:
    """The start of a session: its language, and the user's spending limit in yen. None if there is no limit."""

    language: Language = Language.JA
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A message and its answer, and the session after them."""

    consultation: Consultation
    sent: Message
    answer: Message


class Consultations:
    """Consultations of one application. ``now`` tells the time of day."""

    def __init__(
        self,
        store: Store,
        slips: Slips,
        answering: Answering,
        seconds: int,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Store sessions in ``store`` for ``seconds`` each. ``answering`` answers messages."""
        self._store = store
        self._slips = slips
        self._answering = answering
        self._kept = timedelta(seconds=seconds)
        self.now = now

    @classmethod
    def open(cls, services: Services) -> Self:
        """Read the settings."""
        settings = services.settings.of(ConsultationsSettings)
        store = services.get(Store)
        return cls(store, services.get(Slips), services.get(Answering), settings.consultations_ttl)

    async def find(self, consultation_id: str) -> Consultation | None:
        """Return a session. None if there is none, or it has expired."""
        if not is_capability(consultation_id):
            return None
        stored = await self._store.get(_key(consultation_id))
        # One that is counted for behind its deletion has numbers, and no body.
        return read_consultation(stored) if stored and stored.body else None

    async def get(self, consultation_id: str) -> Consultation:
        """Return a session. Raises ``NotFound``."""
        found = await self.find(consultation_id)
        if found is None:
            raise NotFound(NO_CONSULTATION)
        return found

    async def start(
        self, context: Context, slip_id: str, begin: Start, request_id: str | None = None
    ) -> tuple[str, Consultation]:
        """Start a session on a slip. Requests with the same random ``request_id`` start it once.

        Raises ``BadUserInput`` if another request had this id.
        """
        secret = None if request_id is None else random_part(request_id)
        consultation_id = new_capability() if secret is None else derived_capability(secret, "consultation")
        request = client_request(request_id, (slip_id, begin.language.name, begin.limit))
        begun = None if request is None else await self.find(consultation_id)
        if begun is not None:
            return consultation_id, _same(begun, request)
        slip = await self._slips.get(slip_id)
        if not slip.items:
            raise BadUserInput("The slip is empty. Add a ticket first.")
        made = replace(await self._made(context, slip, begin), asked=None if request is None else request.asked)
        expires = int(made.expires_at.timestamp())
        key = _key(consultation_id)
        try:
            await self._store.put(key, write_consultation(made), expected=0, expires=expires)
        except Conflict:  # the same request came twice at once
            return consultation_id, _same(await self.get(consultation_id), request)
        return consultation_id, replace(made, version=1)

    async def _made(self, context: Context, slip: Slip, begin: Start) -> Consultation:
        amount = amount_feedback(slip.total, begin.limit, begin.language)
        races, now = SlipRaces(context), self.now()
        return Consultation(
            status=ConsultationStatus.NOT_STARTED,
            language=begin.language,
            items=slip.items,
            feedback=await _feedback(context, slip, races, begin.language),
            amount=amount,
            started_at=now,
            expires_at=(now + self._kept).replace(microsecond=0),
        )

    async def send(
        self, consultation_id: str, content: str, asked: AnswerRequest, request_id: str | None = None
    ) -> Exchange:
        """Answer a message. Raises ``NotFound``, ``Conflict`` for a session that has ended, ``BadUserInput``."""
        held = await self.get(consultation_id)
        text = checked_content(content)
        request = client_request(request_id, (text,))
        messages = self._messages(consultation_id, held)
        if request is not None and (before := await messages.sent_before(request, self.now().timestamp())) is not None:
            return Exchange(held, *before)
        try:
            return await self._exchange(consultation_id, held, text, asked, request)
        except NotFound:  # it was deleted meanwhile, and so is what was written behind that
            await self._purge(consultation_id)
            raise
        except (BadUserInput, Conflict):
            if request is not None:
                await messages.release(request)
            raise

    async def _exchange(
        self, consultation_id: str, held: Consultation, text: str, asked: AnswerRequest, request: ClientRequest | None
    ) -> Exchange:
        """Write a message and its answer. Raises ``NotFound`` if the session has been deleted."""
        if held.status is ConsultationStatus.COMPLETED:
            raise Conflict("The consultation has ended. Start another consultation.")
        messages = self._messages(consultation_id, held)
        number = await messages.count_one()
        turns = await messages.turns()
        sent = await messages.write(number, Message(type=MessageType.USER, content=text, at=self.now()))
        held = await self._set_status(consultation_id, ConsultationStatus.IN_PROGRESS)
        counted = replace(asked, session=messages.session, expires=messages.expires)
        told = await self._answering.answer(held, turns, text, counted)
        answer = await messages.write(number, told.message(self.now()))
        if request is not None:
            await messages.remember(request, number)
        return Exchange(await self.get(consultation_id), sent, answer)

    async def messages(self, consultation_id: str, held: Consultation) -> list[Message]:
        """Return all messages, oldest first."""
        return await self._messages(consultation_id, held).all()

    def _messages(self, consultation_id: str, held: Consultation) -> Messages:
        return Messages(self._store, _partition(consultation_id), int(held.expires_at.timestamp()))

    async def end(self, consultation_id: str) -> Consultation:
        """End a session. A session that has ended does not change."""
        return await self._set_status(consultation_id, ConsultationStatus.COMPLETED)

    async def delete(self, consultation_id: str) -> None:
        """Delete a session and its messages. Raises ``NotFound``."""
        await self.get(consultation_id)
        await self._purge(consultation_id)
        await self._purge(consultation_id)  # what was written while the session, which goes last, was still there

    async def _purge(self, consultation_id: str) -> None:
        """Delete all items of a session, the session itself last."""
        pk = _partition(consultation_id)
        after = None
        while True:
            page = await self._store.query(pk, after=after)
            for item in page.items:
                await self._store.delete(item.key)
            after = page.after
            if after is None:
                return

    async def _set_status(self, consultation_id: str, status: ConsultationStatus) -> Consultation:
        """Change the status. A session that has ended does not change."""
        for _ in range(MAX_TRIES):
            held = await self.get(consultation_id)
            if held.status in {status, ConsultationStatus.COMPLETED}:
                return held
            ended = self.now() if status is ConsultationStatus.COMPLETED else None
            changed = replace(held, status=status, ended_at=ended)
            key, expires = _key(consultation_id), int(held.expires_at.timestamp())
            try:
                stored = await self._store.put(key, write_consultation(changed), expected=held.version, expires=expires)
            except Conflict:
                continue
            return replace(changed, version=stored.version)
        raise Conflict("Too many requests change the consultation at the same time. Try again.")


def _same(begun: Consultation, request: ClientRequest | None) -> Consultation:
    """Return a session that the same request started. Raises ``BadUserInput`` for another request."""
    if request is not None and begun.asked != request.asked:
        raise BadUserInput("'clientRequestId' was already used for another request. Use a new one for each request.")
    return begun


async def _feedback(context: Context, slip: Slip, races: SlipRaces, language: Language) -> tuple[BetFeedback, ...]:
    """Count the facts about all bets, each horse once."""
    facts = await facts_of(context, await mounts_of(slip.items, races), language)
    feedback = []
    for item in slip.items:
        race = await races.find(item.race_id)
        horses = set() if race is None else horses_of(item, race)
        own = [fact for fact in facts if fact.race_id == item.race_id and fact.horse_number in horses]
        feedback.append(bet_feedback(item, race.name if race else None, own, language))
    return tuple(feedback)


def _partition(consultation_id: str) -> str:
    return f"CONSULTATION#{stored_name(consultation_id)}"


def _key(consultation_id: str) -> Key:
    return Key(_partition(consultation_id), SESSION)

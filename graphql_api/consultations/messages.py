"""The messages of one session, each an item of the store."""

from dataclasses import dataclass, replace

from graphql_api.consultations.model import Message, MessageType
from graphql_api.consultations.question import MAX_TURNS, Turn
from graphql_api.consultations.stored import read_message, write_message
from graphql_api.errors import BadUserInput, Conflict
from graphql_api.slips.requests import ClientRequest
from graphql_api.store.protocol import Key
from graphql_api.store.service import Store
from graphql_api.text import clean_message

MAX_LENGTH = 1_000
"""Maximum length of a message in characters."""

MAX_MESSAGES = 50
"""Maximum number of a user's messages in one session."""

CLAIM_SECONDS = 60
"""Maximum time of an answer. After it, a request that failed may be answered again."""

BEING_ANSWERED = "This message is being answered; read the consultation in a moment."
SESSION = "SESSION"
_MESSAGE = "MESSAGE#"
_PLACES = {MessageType.USER: 1, MessageType.AI: 2}


def checked_content(content: str) -> str:
    """Read a message. Raises ``BadUserInput``."""
    if len(content) > MAX_LENGTH:
        raise BadUserInput(f"A message has at most {MAX_LENGTH:,} characters.")
    text = clean_message(content)
    if not text:
        raise BadUserInput("The message is empty.")
    return text


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages under the partition key ``pk``, all of which expire with the session."""

    store: Store
    pk: str
    expires: int

    @property
    def session(self) -> Key:
        """Return the key of the session itself."""
        return Key(self.pk, SESSION)

    async def all(self) -> list[Message]:
        """Return all messages, oldest first."""
        page = await self.store.query(self.pk, _MESSAGE, limit=2 * MAX_MESSAGES)
        return [read_message(item.key.sk.removeprefix(_MESSAGE), item.body) for item in page.items]

    async def turns(self) -> tuple[Turn, ...]:
        """Return the latest messages, as providers see them."""
        return tuple(Turn(each.type, each.content) for each in (await self.all())[-MAX_TURNS:])

    async def count_one(self) -> int:
        """Count a message, and return its number. Raises ``BadUserInput`` if there are too many."""
        counted = await self.store.add(self.session, {"messages": 1}, expires=self.expires)
        number = counted.numbers["messages"]
        if number > MAX_MESSAGES:
            raise BadUserInput(f"A consultation can have at most {MAX_MESSAGES} messages. Start another consultation.")
        return number

    async def write(self, number: int, message: Message) -> Message:
        """Write a message as one half of an exchange, and return it with its id."""
        written = replace(message, id=_id(number, message.type))
        await self.store.put(Key(self.pk, _MESSAGE + written.id), write_message(written), expires=self.expires)
        return written

    async def sent_before(self, request: ClientRequest, now: float) -> tuple[Message, Message] | None:
        """Return the message and the answer of an earlier request with the same id, or claim the request.

        A claim without a result expires. Raises ``BadUserInput`` if the earlier request had another message, and
        ``Conflict`` if it is being answered.
        """
        stored = await self.store.get(self._request_key(request))
        if stored is None or (stored.body["number"] is None and stored.body["until"] < now):
            await self._claim(request, now, stored.version if stored else 0)
            return None
        if stored.body["asked"] != request.asked:
            raise BadUserInput("'clientRequestId' was already used for another message. Use a new one for each.")
        number = stored.body["number"]
        if number is None:
            raise Conflict(BEING_ANSWERED)
        by_id = {message.id: message for message in await self.all()}
        return by_id[_id(number, MessageType.USER)], by_id[_id(number, MessageType.AI)]

    async def _claim(self, request: ClientRequest, now: float, version: int) -> None:
        body = {"asked": request.asked, "number": None, "until": now + CLAIM_SECONDS}
        try:
            await self.store.put(self._request_key(request), body, expected=version, expires=self.expires)
        except Conflict as error:  # the same request came twice at once
            raise Conflict(BEING_ANSWERED) from error

    async def remember(self, request: ClientRequest, number: int) -> None:
        """Store the exchange that a request led to."""
        body = {"asked": request.asked, "number": number}
        await self.store.put(self._request_key(request), body, expires=self.expires)

    async def release(self, request: ClientRequest) -> None:
        """Release the claim of a refused request, so that a retry is refused for the same reason."""
        await self.store.delete(self._request_key(request))

    def _request_key(self, request: ClientRequest) -> Key:
        return Key(self.pk, f"REQUEST#{request.name}")


def _id(number: int, kind: MessageType) -> str:
    return f"{number:04}-{_PLACES[kind]}"

"""The service of slips: it reads them from the store, and changes them without losing concurrent changes."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple, Self

from graphql_api.capabilities import derived_capability, is_capability, new_capability, stored_name
from graphql_api.errors import BadUserInput, Conflict, NotFound
from graphql_api.services import Services
from graphql_api.slips.changes import Change, Changed
from graphql_api.slips.model import Done, Slip
from graphql_api.slips.requests import ClientRequest, client_request, random_part
from graphql_api.slips.settings import SlipsSettings
from graphql_api.slips.stored import read_slip, write_slip
from graphql_api.store.protocol import Key
from graphql_api.store.service import Store

MAX_TRIES = 12
"""Maximum number of tries of a change after conflicts, if the client gave no version."""

PAUSE = 0.02
"""First pause between two tries, in seconds. Pauses grow and are random, so that conflicts do not repeat."""

MAX_DONE = 50
"""Maximum number of clients' requests that a slip stores."""

NO_SLIP = "There is no such slip, or it has expired."
_BUSY = "Others change the slip all the time; try again."


class ChangeResult(NamedTuple):
    """The result of a change: the id of the slip, and the slip after the change."""

    slip_id: str
    changed: Changed


@dataclass(frozen=True, slots=True)
class Order:
    """A change that a client requests. ``expected_version`` must be the slip's version. None allows any."""

    change: Change
    expected_version: int | None = None
    request: ClientRequest | None = None


class Slips:
    """Slips of one application. ``now`` tells the time of day."""

    def __init__(self, store: Store, seconds: int, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Store slips in ``store``, each for ``seconds`` after its last change."""
        self._store = store
        self._kept = timedelta(seconds=seconds)
        self.now = now

    @classmethod
    def open(cls, services: Services) -> Self:
        """Read the settings."""
        return cls(services.get(Store), services.settings.of(SlipsSettings).slips_ttl)

    async def find(self, slip_id: str) -> Slip | None:
        """Return a slip. None if there is none, or it has expired."""
        stored = await self._store.get(_key(slip_id)) if is_capability(slip_id) else None
        return None if stored is None else read_slip(stored)

    async def get(self, slip_id: str) -> Slip:
        """Return a slip. Raises ``NotFound``."""
        found = await self.find(slip_id)
        if found is None:
            raise NotFound(NO_SLIP)
        return found

    async def create(self, order: Order, request_id: str | None = None) -> ChangeResult:
        """Create a slip by its first change. Requests with the same random ``request_id`` create it once."""
        if order.expected_version:
            raise BadUserInput("'expectedVersion' requires 'slipId'.")
        slip_id = new_capability() if request_id is None else derived_capability(random_part(request_id), "slip")
        return ChangeResult(slip_id, await self._change(slip_id, order, may_create=True))

    async def change(self, slip_id: str, order: Order) -> ChangeResult:
        """Change a slip. Raises ``NotFound``, ``Conflict``, and the errors of the change."""
        return ChangeResult(slip_id, await self._change(slip_id, order, may_create=False))

    async def _change(self, slip_id: str, order: Order, *, may_create: bool) -> Changed:
        for tries in range(MAX_TRIES):
            slip = await self.find(slip_id)
            if slip is None:
                if not may_create:
                    raise NotFound(NO_SLIP)
                slip = self._new()
            if (before := _done_before(slip, order.request)) is not None:
                return before
            _check_version(slip, order.expected_version)
            try:
                return await self._write(slip_id, slip, order)
            except Conflict:
                await asyncio.sleep(PAUSE * random.uniform(0, 1 + tries))  # noqa: S311 - no secret
        raise Conflict(_BUSY)

    async def _write(self, slip_id: str, slip: Slip, order: Order) -> Changed:
        """Write the slip after the change. Raises ``Conflict`` if it has changed since it was read."""
        changed = order.change(slip)
        now = self.now()
        after = replace(
            changed.slip,
            version=slip.version + 1,
            updated_at=now,
            expires_at=(now + self._kept).replace(microsecond=0),
            done=_with_done(slip.done, order.request, changed),
        )
        expires = int(after.expires_at.timestamp())
        stored = await self._store.put(_key(slip_id), write_slip(after), expected=slip.version, expires=expires)
        return replace(changed, slip=replace(after, version=stored.version))

    def _new(self) -> Slip:
        now = self.now()
        return Slip(created_at=now, updated_at=now, expires_at=now + self._kept)


def order_of(
    change: Change, asked: tuple[object, ...], expected_version: int | None = None, request_id: str | None = None
) -> Order:
    """Return the order of a client. ``asked`` are the values that identify it. Raises ``BadUserInput``."""
    return Order(change, expected_version, client_request(request_id, asked))


def _key(slip_id: str) -> Key:
    return Key(f"SLIP#{stored_name(slip_id)}", "METADATA")


def _done_before(slip: Slip, request: ClientRequest | None) -> Changed | None:
    """Return the effect of an earlier request with the same id. Raises ``BadUserInput`` if that was another request."""
    done = None if request is None else slip.done.get(request.name)
    if request is None or done is None:
        return None
    if done.asked != request.asked:
        raise BadUserInput("'clientRequestId' was already used for another request. Use a new one for each request.")
    return Changed(slip, done.item_id, done.is_merged)


def _check_version(slip: Slip, expected: int | None) -> None:
    if expected is not None and expected != slip.version:
        raise Conflict(f"The slip has version {slip.version}, not {expected}. Read the slip again before changing it.")


def _with_done(done: Mapping[str, Done], request: ClientRequest | None, changed: Changed) -> Mapping[str, Done]:
    if request is None:
        return done
    latest = {**done, request.name: Done(request.asked, changed.item_id, changed.is_merged)}
    return dict(islice(latest.items(), max(0, len(latest) - MAX_DONE), None))

"""Limits of keys, shared by all processes through the store: taken in parts, by one request of a key at a time."""

from collections.abc import Mapping
from dataclasses import replace

from graphql_api.access.account import Account
from graphql_api.access.clock import SYSTEM, Clock
from graphql_api.access.errors import RateLimited, bad_key
from graphql_api.access.outage import Outage
from graphql_api.access.rate_headers import policy, refusal
from graphql_api.access.records import key_of
from graphql_api.access.slice import OnFailure
from graphql_api.access.tokens import Token
from graphql_api.errors import ServiceError, StoreUnavailable
from graphql_api.store.messages import UNAVAILABLE
from graphql_api.store.protocol import Drawn
from graphql_api.store.rate_limits import Draw, settle
from graphql_api.store.service import Store

WORTH_A_CALL = 4
"""A used-up limit is left alone until it has earned the part of this many of what a process uses in a second."""

CLOSED = "Limits cannot be counted at the moment. Try again later."


class Limiter:
    """Draws parts of limits from the store.

    What a process holds was taken before, under the limit, and is void after ``LEASE_SECONDS``. So in any interval of
    ``t`` seconds no more is admitted than the burst and what the rate earns in ``t`` and a lease.
    """

    def __init__(
        self,
        store: Store,
        outage: Outage,
        on_failure: OnFailure,
        clock: Clock = SYSTEM,
    ) -> None:
        """Draw from ``store``; while that fails, go on as ``on_failure`` says."""
        self.store = store
        self.outage = outage
        self._on_failure = on_failure
        self.clock = clock

    async def draw_first(self, token: Token, draws: Mapping[str, Draw]) -> Drawn | None:
        """Draw from the limits of a key that is not in memory, which finds it by the same call.

        Returns None where there is no such key; of another's key, nothing is taken. Raises ``StoreUnavailable``.
        """
        if self.outage.is_on:
            raise StoreUnavailable(UNAVAILABLE)
        try:
            return await self.store.draw(key_of(token.id), self.clock.wall(), draws, holding=token.digest)
        except ServiceError as error:
            self.outage.report(error)
            raise StoreUnavailable(UNAVAILABLE) from error

    async def fill(self, account: Account, needs: Mapping[str, int]) -> None:
        """Make an account hold what is needed, and its record fresh.

        Requests of one key wait for each other, so that each finds what the one before has taken. Raises
        ``RateLimited``; ``Unauthenticated`` where the key was deleted; ``StoreUnavailable``.
        """
        async with account.lock:
            now = self.clock.monotonic()
            if not (account.is_fresh() and account.covers(needs)):
                await self._draw(account, needs, now)

    def would_ask(self, account: Account) -> bool:
        """Return whether the next request, for which too little is held, takes a call to the store."""
        draws = account.draws(account.least, self.clock.monotonic())
        return not self.outage.is_on and not _is_refused(account, draws, account.least, self.clock.wall())

    async def _draw(self, account: Account, needs: Mapping[str, int], now: float) -> None:
        wall = self.clock.wall()
        draws = account.draws(needs, now)
        owes = _owes(draws)
        if _is_refused(account, draws, needs, wall):
            raise self._refusal(account, draws, wall)
        drawn = await self._ask(account, draws, wall)
        if drawn is not None:
            account.learn(drawn, draws, wall)
            account.update(drawn.item)
            if drawn.granted or owes:
                account.credit(drawn.taken, draws, now)
        elif not account.covers(needs):
            self._count_here(account, draws, wall, now)
        if not account.covers(needs):
            raise self._refusal(account, draws, wall)

    async def _ask(self, account: Account, draws: Mapping[str, Draw], wall: int) -> Drawn | None:
        """Draw from the store; None where it fails."""
        if self.outage.is_on:
            return None
        guessed = account.guessed_marks(wall)
        try:
            drawn = await self.store.draw(key_of(account.record.id), wall, draws, guessed)
        except ServiceError as error:
            self.outage.report(error)
            return None
        if drawn is None:
            raise bad_key()
        return drawn

    def _count_here(self, account: Account, draws: Mapping[str, Draw], wall: int, now: float) -> None:
        """Draw from the limits as this process alone knows them. Raises ``StoreUnavailable`` if it is not to."""
        if self._on_failure == "closed":
            raise StoreUnavailable(CLOSED)
        settled = settle(draws, account.marks, wall)
        account.marks = settled.marks
        account.credit(settled.taken, draws, now)

    def _refusal(self, account: Account, draws: Mapping[str, Draw], wall: int) -> RateLimited:
        unspent = {name: Draw(draw.least, 0, draw.burst, account.purses[name].owed) for name, draw in draws.items()}
        return refusal(unspent, account.marks, wall, {"ratelimit-policy": policy(account.rates)})


def _owes(draws: Mapping[str, Draw]) -> bool:
    return any(draw.owed for draw in draws.values())


def _is_refused(account: Account, draws: Mapping[str, Draw], needs: Mapping[str, int], wall: int) -> bool:
    """Return whether memory can refuse draws: marks never go back, so the store would refuse, too."""
    return account.is_fresh() and not _owes(draws) and not settle(_patient(draws, needs), account.marks, wall).granted


def _patient(draws: Mapping[str, Draw], needs: Mapping[str, int]) -> dict[str, Draw]:
    """Return draws that are not granted before there is room for a part worth a call, if that is several requests."""
    worth = {name: draws[name].most // WORTH_A_CALL for name in needs}
    patient = {
        name: replace(draws[name], least=max(draws[name].least, worth[name] if worth[name] > 2 * need else 0))
        for name, need in needs.items()
    }
    return {**draws, **patient}

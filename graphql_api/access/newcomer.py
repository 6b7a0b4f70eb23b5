"""A key that is not in memory: the call to the store that admits its first request finds it, too."""

from graphql_api.access.callers import KEPT_COST, Headers
from graphql_api.access.credential import Credential
from graphql_api.access.errors import bad_key
from graphql_api.access.keyring import Keyring
from graphql_api.access.tokens import Token
from graphql_api.access.visitors import Visitor


class Newcomer:
    """Implements ``Caller`` for one request. Until that is admitted, nothing is known but that the key has its form."""

    __slots__ = ("_keyring", "_scope", "_token", "_visitor", "credential")

    def __init__(self, token: Token, visitor: Visitor, scope: str, keyring: Keyring) -> None:
        """Be the key that ``token`` says, which ``visitor`` sends for what takes ``scope``."""
        self._token = token
        self._visitor = visitor
        self._scope = scope
        self._keyring = keyring
        self.credential: Credential | None = None

    @property
    def key_id(self) -> str:
        """Return the id of the key once it is found."""
        return self.credential.key_id if self.credential else ""

    def try_take(self) -> bool:
        """Return False: memory cannot tell."""
        return False

    def give_back(self) -> None:
        """Do nothing: nothing was taken."""

    def may_wait(self) -> bool:
        """Return whether few enough others wait; if so, count as one of them until ``finish``."""
        return self._keyring.may_wait(self)

    async def admit(self, cost: int = KEPT_COST) -> None:
        """Find the key, and charge it. Raises ``Forbidden`` besides."""
        found = await self._keyring.look_up(self._token, self._visitor, cost)
        found.check(self._scope)
        self.credential = found
        await found.admit(cost)

    async def reserve(self, cost: int) -> None:
        """Charge the key for more."""
        await self._found().reserve(cost)

    def spend_cost(self, cost: int) -> None:
        """Spend, or owe."""
        self._found().spend_cost(cost)

    def count(self, size: int, errors: int) -> None:
        """Count for the key."""
        self._found().count(size, errors)

    async def finish(self) -> None:
        """Wait no longer, and do what is due of a key that was found."""
        self._keyring.waiting.discard(self)
        if self.credential is not None:
            await self.credential.finish()

    def headers(self) -> Headers:
        """Return the headers that tell the key's limits."""
        return self._found().headers()

    def _found(self) -> Credential:
        if self.credential is None:
            raise bad_key()
        return self.credential

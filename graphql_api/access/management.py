"""What an operator does with keys: make, list, disable and replace them."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from graphql_api.access.rates import first_parts
from graphql_api.access.records import LIST, SCOPES, USAGE, KeyRecord, Secret, entry_of, key_of
from graphql_api.access.tokens import digest, new_id, new_token
from graphql_api.access.usage import Day, days_before, read_days
from graphql_api.errors import BadUserInput, NotFound
from graphql_api.store.protocol import Item, ItemStore

MAX_NAME_LENGTH = 100
PAGE = 100


class Keys:
    """The keys in one store. All methods block."""

    def __init__(self, store: ItemStore, clock: Callable[[], float] = time.time) -> None:
        """Work on ``store``."""
        self._store = store
        self._clock = clock

    def create(
        self,
        name: str,
        scopes: Sequence[str] = SCOPES,
        *,
        requests: int | None = None,
        cost: int | None = None,
        expires: float | None = None,
    ) -> tuple[KeyRecord, str]:
        """Make a key, and return it with its text, which is stored nowhere. Raises ``BadUserInput``."""
        if not 0 < len(name) <= MAX_NAME_LENGTH or not name.isprintable():
            raise BadUserInput(f"A name has 1 to {MAX_NAME_LENGTH} printable characters.")
        key_id = new_id()
        text = new_token(key_id)
        record = KeyRecord(
            id=key_id,
            name=name,
            scopes=tuple(dict.fromkeys(scopes)),
            requests=requests,
            cost=cost,
            created=self._clock(),
            expires=expires,
            secrets=(Secret(digest(text)),),
        )
        self._store.put(entry_of(key_id), {}, expected=0)  # first: what is not listed could not be found again
        self._store.put(key_of(key_id), record.body(), expected=0)
        if own := first_parts(requests, cost):
            self._store.add(key_of(key_id), own)
        return record, text

    def all(self) -> Iterator[KeyRecord]:
        """Return all keys, in no order that means anything."""
        after: str | None = None
        while True:
            page = self._store.query(LIST, after=after, limit=PAGE)
            for entry in page.items:
                if item := self._store.get(key_of(entry.key.sk)):
                    yield KeyRecord.read(item.body)
            after = page.after
            if after is None:
                return

    def get(self, key_id: str) -> KeyRecord:
        """Return a key. Raises ``NotFound``."""
        return KeyRecord.read(self._item(key_id).body)

    def disable(self, key_id: str) -> KeyRecord:
        """Make a key invalid for good. Raises ``NotFound``, ``Conflict``."""
        return self._change(key_id, lambda record: replace(record, enabled=False))

    def rotate(self, key_id: str, old_valid: float) -> tuple[KeyRecord, str]:
        """Replace a key's text, and return the new one; the one before is valid for ``old_valid`` seconds more.

        Raises ``NotFound``, ``Conflict``, and ``BadUserInput`` for a key that is disabled.
        """
        text, now = new_token(key_id), self._clock()

        def rotated(record: KeyRecord) -> KeyRecord:
            if not record.enabled:
                raise BadUserInput("This key is disabled. Create a new key.")
            ends = [Secret(each.digest, min(now + old_valid, each.until or float("inf"))) for each in record.secrets]
            still = [each for each in ends if each.until is not None and each.until > now]
            return replace(record, secrets=(*still, Secret(digest(text))))

        return self._change(key_id, rotated), text

    def usage(self, key_id: str, days: int) -> list[Day]:
        """Return the usage of the last days, the newest first. Raises ``NotFound``."""
        self._item(key_id)
        found: list[Item] = []
        after: str | None = days_before(days, self._clock())
        while after is not None:
            page = self._store.query(key_of(key_id).pk, USAGE, after, limit=PAGE)
            found += page.items
            after = page.after
        return read_days(found)

    def _change(self, key_id: str, change: Callable[[KeyRecord], KeyRecord]) -> KeyRecord:
        item = self._item(key_id)
        record = change(KeyRecord.read(item.body))
        self._store.put(item.key, record.body(), expected=item.version)
        return record

    def _item(self, key_id: str) -> Item:
        item = self._store.get(key_of(key_id))
        if item is None:
            raise NotFound(f"There is no key with the id {key_id!r}.")
        return item

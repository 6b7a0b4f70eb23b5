"""An application with API keys, over a store of its own."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

from starlette.testclient import TestClient

from graphql_api.access import clock as access_clock
from graphql_api.access.management import Keys
from graphql_api.access.service import Access
from graphql_api.access.slice import AccessSettings
from graphql_api.app import Core, create_core, serve_core
from graphql_api.config import Settings
from graphql_api.installed import read_settings
from graphql_api.services import Services
from graphql_api.storage.protocol import Storage
from graphql_api.store.protocol import Drawn, Item, ItemStore, Key, Page
from graphql_api.store.rate_limits import Draw
from graphql_api.store.service import Store
from graphql_api.store.sqlite import SqliteStore

NAME = {"query": '{ jockey(id: "00001") { name } }'}
VIEWER = {"query": "{ viewer { key { id name usage { date requests cost errors bytes } } } }"}


class Counting:
    """A store that counts calls, fails with ``error``, and hangs until it ``answers``."""

    def __init__(self, within: ItemStore) -> None:
        """Pass calls on."""
        self.within = within
        self.calls: list[str] = []
        self.error: Exception | None = None
        self.answers = Event()
        self.answers.set()

    def _call(self, name: str) -> ItemStore:
        self.calls.append(name)
        self.answers.wait()
        if self.error is not None:
            raise self.error
        return self.within

    def get(self, key: Key) -> Item | None:
        """Count."""
        return self._call("get").get(key)

    def put(
        self, key: Key, body: Mapping[str, Any], *, expected: int | None = None, expires: int | None = None
    ) -> Item:
        """Count."""
        return self._call("put").put(key, body, expected=expected, expires=expires)

    def query(self, pk: str, prefix: str = "", after: str | None = None, limit: int = 100) -> Page:
        """Count."""
        return self._call("query").query(pk, prefix, after, limit)

    def add(self, key: Key, amounts: Mapping[str, int], *, expires: int | None = None) -> Item:
        """Count."""
        return self._call("add").add(key, amounts, expires=expires)

    def draw(
        self,
        key: Key,
        now: int,
        draws: Mapping[str, Draw],
        seen: Mapping[str, int] | None = None,
        holding: str = "",
    ) -> Drawn | None:
        """Count."""
        return self._call("draw").draw(key, now, draws, seen, holding)

    def delete(self, key: Key, *, expected: int | None = None) -> None:
        """Count."""
        self._call("delete").delete(key, expected=expected)

    def check(self) -> None:
        """Count nothing: this opens the store when the application begins."""

    def close(self) -> None:
        """Close."""
        self.within.close()


class Clock:
    """A clock that a test moves on; it stands still by itself."""

    def __init__(self) -> None:
        """Begin now."""
        self.seconds = 0.0
        self._begun = time.time_ns()

    def monotonic(self) -> float:
        """Return the seconds since it began."""
        return self.seconds

    def wall(self) -> int:
        """Return nanoseconds since 1970."""
        return self._begun + int(self.seconds * 10**9)


class Served:
    """An application, a client of it, its store and the operator's keys."""

    def __init__(self, core: Core, store: Counting, client: TestClient, keys: Keys, clock: Clock) -> None:
        """Hold all of it."""
        self.clock = clock
        self.core = core
        self.store = store
        self.client = client
        self.keys = keys

    def key(self, **options: Any) -> dict[str, str]:
        """Make a key; give the header that sends it."""
        return {"X-API-Key": self.keys.create("test", **options)[1]}

    def ask(self, headers: Mapping[str, str] | None = None, **options: Any) -> Any:
        """Send a small operation."""
        return self.client.post("/graphql", json=NAME, headers=headers, **options)


def keyed_settings(data: Path, store: Path | str, **environ: str) -> Settings:
    """Read settings under which keys are required; no worker asks the store for jobs."""
    given = {"JOCKEY_ACCESS": "required", "JOCKEY_STORE": str(store), "JOCKEY_JOBS_WORKERS": "0", **environ}
    return read_settings({name.upper(): value for name, value in given.items()}, data=str(data))


@contextmanager
def served(
    data: Path,
    folder: Path,
    patience: float = 5.0,
    make: Callable[[], ItemStore] | None = None,
    storage: Storage | None = None,
    **environ: str,
) -> Iterator[Served]:
    """Serve a folder with keys in a store of its own, each call of which has ``patience`` seconds.

    ``make`` opens that store, each time it is called; without it, it is a file in ``folder``. ``storage`` replaces
    the folder of jockeys.
    """
    path = folder / "store.sqlite3"
    make = make or (lambda: SqliteStore(path))
    settings = keyed_settings(data, path, **environ)
    core, store, clock = create_core(settings, storage), Counting(make()), Clock()
    service = Store(store, seconds=patience)
    access = Access(settings.of(AccessSettings), service, access_clock.Clock(clock.monotonic, clock.wall))
    services = Services(settings, core.services.storage, {Store: service, Access: access})
    core = replace(core, services=services)
    operator = make()
    with TestClient(serve_core(core, settings), raise_server_exceptions=False) as client:
        yield Served(core, store, client, Keys(operator, lambda: clock.wall() / 10**9), clock)
    operator.close()

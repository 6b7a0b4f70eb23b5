"""Stand-ins at the seams: a storage in memory whose faults and delays a test scripts, and a clock that it turns."""

import asyncio
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Lock

from starlette.types import ASGIApp, Message

from graphql_api.errors import ServiceError
from graphql_api.storage.protocol import (
    MAX_OBJECT_BYTES,
    ListedObject,
    Listing,
    StoredObject,
    changed_meanwhile,
    no_such_object,
)

USUAL = ".pickle"
CHANGED = datetime(2024, 9, 29, tzinfo=UTC)

PATIENCE = 60.0
"""Seconds after which a test that waits for another thread has failed."""

SECRET = "hidden-bucket"
"""Stands in the log fields and the cause of every scripted fault, and must reach no client."""


class FakeClock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        """Start at an odd time, as monotonic clocks do."""
        self.now = 1_000.5

    def __call__(self) -> float:
        """Give the time in seconds."""
        return self.now

    def turn(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


@dataclass
class Gate:
    """Where the reads of one jockey wait: ``entered`` says that one has come, ``opened`` lets them all through."""

    entered: Event = field(default_factory=Event)
    opened: Event = field(default_factory=Event)

    def wait_for_read(self) -> None:
        """Block until a read has come to the gate."""
        assert self.entered.wait(PATIENCE), "no read came to the gate"

    def pass_through(self) -> None:
        """Block the read until the gate is opened."""
        self.entered.set()
        assert self.opened.wait(PATIENCE), "nobody opened the gate"


class FakeStorage:
    """A ``Storage`` in memory. ``reads`` and ``unchanged`` count by jockey what was asked, ``calls`` by method.

    ``etags`` lists those by which objects beside the files were asked for; listings tell ETags if ``lists_etags``.
    """

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        """Hold ``files``, the bytes by jockey id."""
        self.reads = Counter[str]()
        self.unchanged = Counter[str]()
        self.calls = Counter[str]()
        self.etags: list[str | None] = []
        self.lists_etags = False
        self.objects: dict[str, StoredObject] = {}
        self._files: dict[str, StoredObject] = {}
        self._faults: dict[str | None, type[Exception]] = {}
        self._gates: dict[str, Gate] = {}
        self._lock = Lock()
        self._changes = 0
        for jockey_id, data in (files or {}).items():
            self.put(jockey_id, data)

    def put(self, jockey_id: str, data: bytes) -> StoredObject:
        """Upload a file; the ETag depends on the bytes alone, the time on how many uploads there were."""
        stored = self._files[jockey_id] = self._stored(f"{jockey_id}{USUAL}", data)
        return stored

    def _stored(self, key: str, data: bytes) -> StoredObject:
        self._changes += 1
        changed = CHANGED + timedelta(hours=self._changes)
        return StoredObject(key, data, f"{zlib.crc32(data):08x}", changed)

    def change(self, jockey_id: str, change: Callable[[StoredObject], StoredObject]) -> None:
        """Change what is stored of a file."""
        self._files[jockey_id] = change(self._files[jockey_id])

    def remove(self, jockey_id: str) -> None:
        """Delete a file."""
        del self._files[jockey_id]

    def fail(self, error: type[Exception], jockey_id: str | None = None) -> None:
        """Raise ``error`` for every call, or for the reads of one jockey, until mended."""
        self._faults[jockey_id] = error

    def mend(self) -> None:
        """Work again."""
        self._faults.clear()

    @contextmanager
    def gate(self, jockey_id: str) -> Iterator[Gate]:
        """Hold the reads of one jockey, or the calls of the method of that name, until the gate is opened.

        That is at the end of the block at the latest.
        """
        gate = self._gates[jockey_id] = Gate()
        try:
            yield gate
        finally:
            del self._gates[jockey_id]
            gate.opened.set()

    def read(self, key: str, etag: str | None = None, *, max_bytes: int = MAX_OBJECT_BYTES) -> StoredObject | None:
        """Read a jockey's file or another object as a ``Storage`` does."""
        if key in self.objects or not key.endswith(USUAL):
            return self._read_object(key, etag)
        jockey_id = key.removesuffix(USUAL)
        with self._lock:
            self.reads[jockey_id] += 1
        if gate := self._gates.get(jockey_id):
            gate.pass_through()
        self._raise_faults(jockey_id)
        stored = self._files.get(jockey_id)
        if stored is None:
            raise no_such_object(key)
        if stored.etag != etag:
            return stored
        with self._lock:
            self.unchanged[jockey_id] += 1
        return None

    def list_objects(self, prefix: str = "", cursor: str | None = None, limit: int = 1000) -> Listing:
        """List the jockeys' files; a look for the other names of one is no call that counts."""
        if not prefix:
            self._call("list_ids")
        named = {f"{jockey_id}{USUAL}": stored for jockey_id, stored in self._files.items()}
        named |= {key: stored for key, stored in self.objects.items() if "/" in prefix}
        left = sorted(key for key in named if key.startswith(prefix) and (cursor is None or key > cursor))
        found = (self._listed(named[key]) for key in left[:limit])
        return Listing(tuple(found), left[limit - 1] if len(left) > limit else None)

    def _listed(self, stored: StoredObject) -> ListedObject:
        etag = stored.etag if self.lists_etags else None
        return ListedObject(stored.key, len(stored.data), stored.last_modified or CHANGED, etag)

    def _read_object(self, name: str, etag: str | None) -> StoredObject | None:
        self.etags.append(etag)
        self._call("read_object")
        stored = self.objects.get(name)
        if stored is None:
            raise no_such_object(name)
        return None if stored.etag == etag else stored

    def write(self, key: str, data: bytes) -> None:
        """Replace an object beside the files."""
        self._call("write_object")
        self.objects[key] = self._stored(key, data)

    def swap(self, key: str, data: bytes, etag: str | None) -> None:
        """Replace an object beside the files, if it is the one that the writer has seen."""
        with self._lock:
            stored = self.objects.get(key)
            if (stored.etag if stored else None) != etag:
                raise changed_meanwhile(key)
            self.objects[key] = self._stored(key, data)

    def delete(self, key: str) -> None:
        """Delete an object beside the files."""
        self.objects.pop(key, None)

    def check(self) -> Mapping[str, str]:
        """Say that all is well."""
        self._call("check")
        return {"storage": "ok"}

    def _call(self, method: str) -> None:
        with self._lock:
            self.calls[method] += 1
        if gate := self._gates.get(method):
            gate.pass_through()
        self._raise_faults(None)

    def _raise_faults(self, jockey_id: str | None) -> None:
        error = self._faults.get(jockey_id) or self._faults.get(None)
        if error is None:
            return
        cause = OSError(f"{SECRET} is broken")
        if issubclass(error, ServiceError):
            raise error("The storage fails by order of the test.", bucket=SECRET) from cause
        raise error("unexpected") from cause


async def without_body(app: ASGIApp, *headers: tuple[bytes, bytes]) -> list[Message]:
    """Post to ``/graphql`` a request whose body never comes; what the application sends."""
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "scheme": "http", "method": "POST", "path": "/graphql", "query_string": b""}
    await app({**scope, "headers": [(b"content-type", b"application/json"), *headers]}, receive, send)
    return sent

"""Snapshots of a kind of the tests' own, beside jockeys: what mechanism does with them, it does with any kind."""

import asyncio
import math
from collections.abc import Iterator
from typing import Self

import pytest

from fakes import FakeStorage
from graphql_api.config import Settings
from graphql_api.errors import BadUserInput, DataCorrupt, NotFound
from graphql_api.execution.context import Context
from graphql_api.jockeys.repository import Jockeys
from graphql_api.jockeys.slice import SLICE as JOCKEYS
from graphql_api.services import Services
from graphql_api.snapshots.kinds import Kinds
from graphql_api.snapshots.policy import Policy
from graphql_api.snapshots.snapshot import Snapshot
from graphql_api.snapshots.snapshots import Snapshots
from graphql_api.snapshots.threads import LoadThreads
from graphql_api.snapshots.trace import Trace
from graphql_api.storage.protocol import Storage, StoredObject
from graphql_api.web.validators import Validators, cacheable, tag
from repository_bench import records_of

DIGEST = "0" * 32


class NumberSource:
    """Numbers, each written in an object."""

    name = "numbers"
    key_field = "number"

    def __init__(self, storage: Storage) -> None:
        """Read from ``storage``."""
        self.storage = storage

    def checked(self, key: str) -> str:
        """Take words only."""
        if not key.isalpha():
            raise BadUserInput("A number has a name.")
        return key.lower()

    def read(self, key: str, etag: str | None) -> StoredObject | None:
        """Read the object."""
        return self.storage.read(f"_{key}.txt", etag)

    def decode(self, stored: StoredObject, key: str, trace: Trace) -> int:
        """Read the number."""
        try:
            return int(stored.data)
        except ValueError as error:
            raise DataCorrupt("This is no number.", key=key) from error

    def size(self, value: int) -> int:
        """Count one byte."""
        return 1


class Numbers(Snapshots[int]):
    """The service."""

    @classmethod
    def open(cls, services: Services) -> Self:
        """Hold two numbers for a minute."""
        threads = services.get(LoadThreads)
        policy = Policy(ttl=60, stale_limit=60, missing_ttl=10, max_entries=2, max_bytes=math.inf, max_missing=2)
        return cls(NumberSource(services.storage), policy, threads.loads, threads.shared)


@pytest.fixture
def storage() -> FakeStorage:
    """Store two numbers and a jockey."""
    storage = FakeStorage({"00001": b"file"})
    storage.write("_one.txt", b"1")
    storage.write("_two.txt", b"2")
    return storage


@pytest.fixture
def services(storage: FakeStorage) -> Iterator[Services]:
    """Serve them; a jockey's file is as good as any."""
    settings = Settings()
    jockeys = Jockeys(storage, settings, load=lambda data, *_: records_of(len(data)))
    services = Services(settings, storage, {Jockeys: jockeys})
    yield services
    services.close()


def loaded(services: Services) -> tuple[Snapshot[int], Snapshot[object]]:
    """Load a number and a jockey, each by its service."""

    async def load() -> tuple[Snapshot[int], Snapshot[object]]:
        return await services.get(Numbers).get("one"), await services.get(Jockeys).get("00001")

    return asyncio.run(load())


def test_any_kind_is_decoded_held_and_checked(services: Services, storage: FakeStorage) -> None:
    """A value comes from memory while it is fresh; what is no key, absent, or cannot be read is told as ever."""
    numbers = services.get(Numbers)
    found = asyncio.run(numbers.get("One"))
    assert (found.key, found.value, found.owner) == ("one", 1, numbers)
    assert numbers.current("one") is found
    assert found.max_age in {59, 60}
    storage.write("_three.txt", b"many")
    for key, error in (("1", BadUserInput), ("four", NotFound), ("three", DataCorrupt)):
        with pytest.raises(error):
            asyncio.run(numbers.get(key))


def test_the_context_records_what_it_loads(services: Services) -> None:
    """Keys of two kinds are two dependencies; reading any other service makes the answer private."""
    loaded(services)

    async def from_memory() -> Context:
        context = Context(services)
        found = context.load(Numbers, "one"), context.load(Numbers, "one"), context.load(Jockeys, "00001")
        assert all(isinstance(each, Snapshot) for each in found)
        return context

    context = asyncio.run(from_memory())
    assert [(each.owner.name, each.key) for each in context.versions or ()] == [
        ("numbers", "one"),
        ("jockeys", "00001"),
    ]
    context.use(LoadThreads)
    assert context.versions is None


def kinds(services: Services, *names: str) -> Kinds:
    """Know some kinds by the names that tags give them."""
    classes = {"numbers": f"{__name__}:Numbers", **JOCKEYS.snapshots}
    return Kinds(services, {name: classes[name] for name in names})


def test_a_tag_names_kinds_keys_and_versions(services: Services, storage: FakeStorage) -> None:
    """It is judged by the services that hold them, also where nothing is in memory, and ends with any of them."""
    found = tag(DIGEST, loaded(services))
    assert found
    assert "/jockeys:00001=" in found
    assert "/numbers:one=" in found
    cold = Services(services.settings, storage, {Jockeys: services.get(Jockeys)})
    for known in (services, cold):
        validators = Validators(kinds(known, "numbers", "jockeys"))
        assert asyncio.run(validators.still_valid({"if-none-match": found}, DIGEST)) == found
        assert validators.held(found)["cache-control"].startswith("public, max-age=")
    storage.write("_one.txt", b"11")
    colder = Services(services.settings, storage, {Jockeys: services.get(Jockeys)})
    validators = Validators(kinds(colder, "numbers", "jockeys"))
    assert asyncio.run(validators.still_valid({"if-none-match": found}, DIGEST)) is None
    cold.close()
    colder.close()


def test_a_tag_of_an_unknown_kind_holds_nothing(services: Services) -> None:
    """A server that lacks the slice runs the operation."""
    found = tag(DIGEST, loaded(services))
    validators = Validators(kinds(services, "jockeys"))
    assert asyncio.run(validators.still_valid({"if-none-match": str(found)}, DIGEST)) is None


def test_an_answer_lives_as_long_as_its_shortest_version(services: Services) -> None:
    """A number is checked after a minute, a jockey after an hour."""
    number, jockey = loaded(services)
    assert number.max_age < jockey.max_age
    assert cacheable(DIGEST, (number, jockey))["cache-control"] == f"public, max-age={number.max_age}"

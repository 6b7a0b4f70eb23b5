"""The tree of errors is drawn as it is, and an error is the same after it was shared."""

import asyncio
import re
from collections.abc import Iterator
from copy import copy

import pytest

from fakes import FakeStorage
from graphql_api import errors
from graphql_api.config import Settings
from graphql_api.errors import MethodNotAllowed, ServiceError, UpstreamUnavailable
from graphql_api.jockeys.repository import Jockeys
from graphql_api.storage.protocol import MAX_OBJECT_BYTES, StoredObject


class Throttled(UpstreamUnavailable):
    """An error with a field of its own, which its constructor requires."""

    def __init__(self, message: str, *, seconds: float) -> None:
        """Keep the seconds."""
        super().__init__(message, seconds=seconds)
        self.seconds = seconds


class Throttling(FakeStorage):
    """A storage that says how long to wait."""

    def read(self, key: str, etag: str | None = None, *, max_bytes: int = MAX_OBJECT_BYTES) -> StoredObject | None:
        """Refuse."""
        raise Throttled("Wait.", seconds=1.5)


def family(kind: type[ServiceError]) -> Iterator[type[ServiceError]]:
    """Give a class of our package and all classes below it."""
    yield kind
    for below in kind.__subclasses__():
        if below.__module__.startswith("graphql_api."):
            yield from family(below)


def test_the_tree_is_drawn_as_it_is() -> None:
    """With each class, its status and its code."""
    drawn = re.findall(r"[├└]── (\w+) +(\d{3})  (\w+) ", errors.__doc__ or "")
    own = [kind for kind in family(ServiceError) if kind.__module__ == "graphql_api.errors"][1:]
    assert sorted(drawn) == sorted((kind.__name__, str(kind.status), kind.code) for kind in own)


def test_an_error_with_fields_of_its_own_survives_single_flight() -> None:
    """Each of those who waited for one load has its own instance, with the fields, and the log's."""

    async def run() -> list[BaseException]:
        repository = Jockeys(Throttling({}), Settings())
        got = await asyncio.gather(*(repository.get("00001") for _ in range(3)), return_exceptions=True)
        repository.close()
        return [error for error in got if isinstance(error, BaseException)]

    raised = asyncio.run(run())
    assert len({id(error) for error in raised}) == 3
    for error in raised:
        assert isinstance(error, Throttled)
        assert (error.message, str(error), error.seconds, error.log_fields) == ("Wait.", "Wait.", 1.5, {"seconds": 1.5})


def test_a_copy_shares_no_traceback() -> None:
    """It has one of its own once it is raised, and log fields of its own."""
    with pytest.raises(MethodNotAllowed) as raised:
        raise MethodNotAllowed("No.", "GET")
    twin = copy(raised.value)
    twin.log_fields["more"] = 1
    assert (twin.__traceback__, twin.headers, raised.value.log_fields) == (None, {"allow": "GET"}, {})

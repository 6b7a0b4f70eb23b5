"""Ids that are capabilities: unguessable, of one form, and in no log line."""

import json

import pytest

from graphql_api import logs
from graphql_api.capabilities import derived_capability, is_capability, new_capability, stored_name
from graphql_api.logs import EventLogger


def test_each_is_another_of_the_same_form() -> None:
    """Two are never the same; what differs from the form in any way is none."""
    made = {new_capability() for _ in range(100)}
    assert len(made) == 100
    assert all(map(is_capability, made))
    one = made.pop()
    assert not any(map(is_capability, ("", one[:-1], one + "0", one.upper(), one + "\n", "x" + one)))


def test_one_that_is_derived_follows_from_its_secret() -> None:
    """The same secret gives the same id, for one purpose."""
    first, again = (derived_capability(b"secret", "slip") for _ in range(2))
    assert first == again
    assert is_capability(first)
    assert len({first, derived_capability(b"secret", "other"), derived_capability(b"Secret", "slip")}) == 3


def test_a_store_cannot_tell_it() -> None:
    """The name in the store is another text, the same for the same capability."""
    one = new_capability()
    assert stored_name(one) == stored_name(one) != stored_name(new_capability())
    assert one.removeprefix("cap_") not in stored_name(one)


def test_no_log_line_has_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither in a path, nor in an error, nor cut."""
    logs.configure("INFO")
    one = new_capability()
    EventLogger("graphql_api.tests").warning(
        "seen", path=f"/cart/{one}/items/1", error=f"no {one[:20]}", nested={"id": one}
    )
    line = json.loads(capsys.readouterr().out)
    assert line["path"] == "/cart/***/items/1"
    assert line["error"] == "no ***"
    assert line["nested"] == {"id": "***"}

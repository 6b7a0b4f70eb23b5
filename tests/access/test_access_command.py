"""``graphql-api keys``: what an operator does, on the embedded store and on a stage's table."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from graphql_api.access.records import usage_of
from graphql_api.access.tokens import LENGTH, read_token
from graphql_api.access.usage import Amount, flush_now
from graphql_api.cli.commands import commands
from graphql_api.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from store_servers import Make

pytest_plugins = ("store_servers",)


def keys(*arguments: str, environ: dict[str, str]) -> Result:
    """Run ``graphql-api keys``."""
    return CliRunner().invoke(commands, ["keys", *arguments], env=environ)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Name a store."""
    return {"JOCKEY_STORE": str(tmp_path / "store.sqlite3")}


def test_a_key_is_shown_once(environ: dict[str, str]) -> None:
    """On standard output alone; afterwards its facts are told, never its secret."""
    made = keys("create", "dashboard", "--scope", "rest", "--requests", "60", "--expires", "90d", environ=environ)
    text = made.stdout.strip()
    token = read_token(text)
    assert token is not None
    assert len(text) == LENGTH
    shown = json.loads(keys("show", token.id, environ=environ).stdout)
    assert (shown["name"], shown["state"], shown["scopes"], shown["requests"]) == ("dashboard", "valid", ["rest"], 60)
    assert shown["expires"] > shown["created"]
    listed = keys("list", "--json", environ=environ).stdout
    assert json.loads(listed) == [shown]
    table = keys("list", environ=environ).stdout
    assert all(each in table for each in (token.id, "dashboard", "valid", "rest", "60 requests"))
    assert not any(text[11:20] in each or token.digest[:10] in each for each in (listed, table, json.dumps(shown)))


def test_a_key_is_rotated_and_disabled(environ: dict[str, str]) -> None:
    """The id stays; a disabled key is not rotated."""
    old = keys("create", "a", environ=environ).stdout.strip()
    made = keys("rotate", old[3:11], "--old-valid", "1h", environ=environ)
    new = made.stdout.strip()
    assert new != old
    assert new[3:11] == old[3:11]
    assert "the old one is valid until" in made.stderr
    assert json.loads(keys("show", old[3:11], environ=environ).stdout)["oldValidUntil"] is not None
    assert keys("disable", old[3:11], environ=environ).exit_code == 0
    assert json.loads(keys("show", old[3:11], environ=environ).stdout)["state"] == "disabled"
    refused = keys("rotate", old[3:11], environ=environ)
    assert (refused.exit_code, "disabled" in refused.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["show", "nothing0"], 1, "There is no key"),
        (["usage", "nothing0"], 1, "There is no key"),
        (["create", ""], 1, "A name has"),
        (["create", "a", "--expires", "soon"], 2, "no time such as"),
        (["create", "a", "--scope", "all"], 2, "--scope"),
        (["create", "a", "--requests", "0"], 2, "--requests"),
        (["create", "a", "--cost", "10"], 2, "--cost"),
    ],
)
def test_mistakes_are_told(environ: dict[str, str], arguments: list[str], code: int, told: str) -> None:
    """In a line, with the usual exit codes."""
    result = keys(*arguments, environ=environ)
    assert (result.exit_code, told in result.stderr) == (code, True)


def test_usage_is_told_by_day(environ: dict[str, str]) -> None:
    """The newest day first, as a table or as JSON."""
    key_id = keys("create", "a", environ=environ).stdout.strip()[3:11]
    store = SqliteStore(Path(environ["JOCKEY_STORE"]))
    today = json.loads(keys("show", key_id, environ=environ).stdout)["created"][:10]
    counts = {"requests": 1_234, "cost": 5, "bytes": 6}
    flush_now(store, [Amount(usage_of(key_id, day), counts, 2**33) for day in (today, "2000-01-01")])
    store.close()
    table = keys("usage", key_id, environ=environ).stdout
    assert re.search(rf"{today}.*1,234.*5.*0.*6", table)
    assert "2000" not in table
    (day,) = json.loads(keys("usage", key_id, "--days", "2", "--json", environ=environ).stdout)
    assert day == {"date": today, **counts, "errors": 0}


def test_many_keys_are_listed(environ: dict[str, str]) -> None:
    """Beyond a page of the store."""
    from graphql_api.access.management import PAGE, Keys

    store = SqliteStore(Path(environ["JOCKEY_STORE"]))
    made = [Keys(store).create(str(number))[0].id for number in range(PAGE + 5)]
    store.close()
    assert sorted(each["id"] for each in json.loads(keys("list", "--json", environ=environ).stdout)) == sorted(made)


def test_keys_live_in_every_store(make_store: "Make") -> None:
    """SQLite, moto, dynalite: made, listed, rotated, disabled, counted."""
    from graphql_api.access.management import Keys

    keys = Keys(make_store())
    record, text = keys.create("a", ("rest",), requests=5, cost=5_000)
    assert [each.id for each in keys.all()] == [record.id]
    _, new = keys.rotate(record.id, 100)
    token, other = read_token(text), read_token(new)
    assert token is not None
    assert other is not None
    now = record.created + 1
    found = keys.get(record.id)
    assert found.holds_until(token.digest, now) is not None
    assert found.holds_until(other.digest, now + 1_000) == float("inf")
    assert found.holds_until(token.digest, now + 1_000) is None
    keys.disable(record.id)
    assert keys.get(record.id).holds_until(other.digest, now) is None
    assert keys.usage(record.id, 3) == []

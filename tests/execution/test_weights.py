"""What documents, and what is compiled from them, are reckoned to take, held against what they take in memory."""

import asyncio
import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, TypeVar

import pytest
from graphql import is_leaf_type

from graphql_api.app import Core, api_schema, create_core
from graphql_api.config import Settings
from graphql_api.execution.document import Document
from graphql_api.execution.documents import Documents
from graphql_api.execution.limits import Limits
from graphql_api.execution.weighed_cache import WeighedCache, as_key

T = TypeVar("T")

RECORD: Any = api_schema()._schema.type_map["RaceRecord"]
COLUMNS = [name for name, field in RECORD.fields.items() if not field.args and is_leaf_type(field.type)]
FIGURES = "rides wins seconds thirds winRate prizeMoney unplaced"
NODES = '{ jockey(id: "00001") { records(first: 3) { nodes { %s } } } }'

VALID: dict[str, Callable[[int], str]] = {
    "names": lambda n: "{ " + "__typename " * 29 + "}",
    "small": lambda n: '{ jockey(id: "00001") { id } }',
    "aliases": lambda n: NODES % " ".join(f"a{i}: {COLUMNS[i % len(COLUMNS)]}" for i in range(95)),
    "long aliases": lambda n: NODES % " ".join(f"a{i}{'x' * 120}: date" for i in range(95)),
    "columns": lambda n: NODES % " ".join(COLUMNS),
    "figures": lambda n: (
        "{ "
        + " ".join(f'j{i}: jockey(id: "00001") {{ ...J }}' for i in range(9))
        + f" }} fragment J on Jockey {{ records {{ statistics {{ {FIGURES} }} }} }}"
    ),
    "fragments": lambda n: (
        NODES % " ".join(f"...F{i}" for i in range(49))
        + "".join(f" fragment F{i} on RaceRecord {{ {COLUMNS[i % len(COLUMNS)]} }}" for i in range(49))
    ),
    "inline": lambda n: "{ " + "... { __typename } " * 25 + "}",
    "list": lambda n: '{ jockeysByIds(ids: ["00001"' + ' ""' * 1_000 + "]) { id } }",
    "filter": lambda n: (
        '{ jockey(id: "00001") { records(filter: {and: [' + '{raceName: {eq: "x"}} ' * 50 + "]}) { totalCount } } }"
    ),
    "empty filters": lambda n: (
        '{ jockey(id: "00001") { records(filter: {and: [' + "{} " * 200 + "]}) { totalCount } } }"
    ),
    "operations": lambda n: "".join(f"query Q{i} {{ __typename }} " for i in range(49)) + "query Z { __typename }",
    "variables": lambda n: (
        "query ("
        + " ".join(f"$v{i}: Boolean = true" for i in range(45))
        + ") { jockey(id: \"00001\") { "
        + " ".join(f"a{i}: id @include(if: $v{i})" for i in range(45))
        + " } }"
    ),
    "comment": lambda n: "{ __typename }#" + "x" * 3_000,
    "kanji": lambda n: '{ jockeysByIds(ids: ["' + "馬" * 3_000 + '"]) { id } }',
}  # fmt: skip
REFUSED: dict[str, Callable[[int], str]] = {
    "syntax": lambda n: "{ " + "jockey " * 100 + "(",
    "too complex": lambda n: "{ " + "__typename " * 100 + "}",
    "overlap": lambda n: '{ jockey(id: "1") { ' + "id " * 300 + "} }",
    "unknown": lambda n: '{ jockey(id: "1") { ' + " ".join(f"{'x' * 200}{i}" for i in range(40)) + " } }",
    "wrong value": lambda n: '{ jockey(id: "1") { records(filter: {' + "a: {b: 1} " * 50 + "}) { totalCount } } }",
}


@pytest.fixture(scope="module")
def core(sample_data: Path) -> Iterator[Core]:
    """Wire data access and execution, without caches of answers."""
    core = create_core(Settings(data=str(sample_data), encoded_bytes=0, log_level="ERROR"))
    yield core
    core.services.close()


def documents(max_bytes: int = 2**26) -> Documents:
    """Make an empty cache of documents of the real schema."""
    return Documents(
        api_schema()._schema,
        max_characters=15_000,
        max_tokens=3_000,
        limits=Limits(),
        introspection=True,
        max_bytes=max_bytes,
    )


EARLIER = set[int]()
"""Ids of objects that were there before the first test of this module, and are kept until after the last one."""


@pytest.fixture(scope="module", autouse=True)
def _earlier(core: Core) -> Iterator[None]:
    """Set aside what other tests have left, lest each test look at a million objects again."""
    gc.collect()
    kept = gc.get_objects()
    EARLIER.update(map(id, kept))
    gc.freeze()
    yield
    gc.unfreeze()
    EARLIER.clear()
    del kept


def held(make: Callable[[], T]) -> tuple[T, int]:
    """Make something, and give it with the bytes of all objects that are reached from it and were not there before."""
    gc.collect()
    before = set(map(id, gc.get_objects()))
    made = make()
    pending: list[Any] = [made]
    seen: set[int] = set()
    size = 0
    while pending:
        item = pending.pop()
        if id(item) in seen or id(item) in before or id(item) in EARLIER or isinstance(item, CodeType):
            continue
        seen.add(id(item))
        size += sys.getsizeof(item)
        if isinstance(item, FunctionType):
            pending += item.__closure__, item.__defaults__
        else:
            pending += gc.get_referents(item)
    return made, size


def use(core: Core, document: Document) -> Document:
    """Do with a document all that a request does."""
    name = next(iter(document.operations), None)
    core.documents.cost(document.request(core.engine.schema, name, {}))
    if document.tree is not None:
        asyncio.run(_execute(core, document, name))
    return document


async def _execute(core: Core, document: Document, name: str | None) -> None:
    from graphql_api.execution.context import Context

    await core.engine.execute(document, name, {}, Context(core.services, settings=core.settings))


@pytest.mark.parametrize("kind", [*VALID, *REFUSED])
def test_no_document_takes_more_than_is_reckoned(core: Core, kind: str) -> None:
    """Trees, plans, costs and refusals stay within their weight, which is not many times too large."""
    made = {**VALID, **REFUSED}[kind]
    cache = documents()
    use(core, cache.judge(made(0)))
    document, taken = held(lambda: use(core, cache.judge(made(1))))
    assert bool(document.errors) == (kind in REFUSED)
    assert taken < document.weight < 5 * taken + 8_000


@pytest.mark.parametrize("kind", ["names", "columns", "syntax", "too complex"])
def test_memory_of_documents_does_not_grow_for_ever(core: Core, kind: str) -> None:
    """Twice as many different documents take no more, once the cache is full."""
    made, size = {**VALID, **REFUSED}[kind], 200_000

    def fill(count: int) -> Documents:
        cache = documents(size)
        for i in range(count):
            use(core, cache.get(f"{made(i)} #{i}"))
        return cache

    count = size // fill(1).get(f"{made(0)} #0").weight + 5
    (_, taken), (_, twice) = held(lambda: fill(count)), held(lambda: fill(2 * count))
    assert twice < 1.1 * taken
    assert twice < size


def test_plans_and_costs_count_with_their_document() -> None:
    """A document grows by what is compiled from it, and others make room; what is dropped keeps nothing compiled."""
    cache = documents(100_000)
    first = cache.get("{ __typename }")
    before = first.weight
    first.keep("plan", object(), 40_000)
    assert first.weight > before + 40_000
    second = cache.get("{ a: __typename }")
    second.keep("plan", object(), 70_000)
    assert first.compiled.size == 0
    assert cache.get("{ __typename }") is not first
    assert cache.get("{ a: __typename }") is second


def test_refusals_hold_no_tree_and_no_traceback() -> None:
    """What is remembered of a refusal is its messages, places and codes."""
    for made in REFUSED.values():
        refused = documents().get(made(0))
        assert refused.tree is None
        for error in refused.errors:
            assert (error.nodes, error.source, error.__traceback__, error.__cause__, error.__context__) == (None,) * 5
            assert error.extensions


def test_keys_weigh_what_clients_put_into_them() -> None:
    """An entry with a long key and a short value makes others leave as a long value does."""
    cache = WeighedCache[bytes](100_000)
    for i in range(100):
        cache.keep((f"{i}" * 20_000, ("a", i)), b"", 0)
    assert cache.size <= 100_000
    assert cache.get(("99" * 20_000, ("a", 99))) == b""
    assert cache.get(("0" * 20_000, ("a", 0))) is None
    cache.keep("large", b"", 200_000)
    assert cache.get("large") is None


def test_values_of_variables_in_keys_are_short() -> None:
    """A long value is known by its digest, and no value is taken for one of another type."""
    assert len(repr(as_key("x" * 100_000))) < 200
    assert as_key("['a']") != as_key(["a"])
    assert as_key({"a": 1}) == as_key({"a": 1})
    assert as_key(3) == 3


def test_what_was_asked_for_last_leaves_as_all_else_does() -> None:
    """A value that was just given is given no longer once it was replaced, pushed out, or all was let go."""
    cache = WeighedCache[str](2_000)
    cache.keep("a", "first", 10)
    assert cache.get("a") == cache.get("a") == "first"
    cache.keep("a", "second", 10)
    assert cache.get("a") == cache.get("a") == "second"
    for key in "bcdef":
        cache.keep(key, key, 10)
    assert cache.get("a") is None
    assert cache.get("f") == "f"
    cache.clear()
    assert cache.get("f") is None

"""Asking a model: budgets, time, and the circuit breaker."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes import PATIENCE, FakeClock
from graphql_api.errors import StoreUnavailable
from graphql_api.language_models.asking import Asking
from graphql_api.language_models.breaker import FAILURES, OPEN_SECONDS, Breaker
from graphql_api.language_models.budgets import TOKENS, Cap
from graphql_api.language_models.prompt import Prompt, Turn
from graphql_api.language_models.protocol import Answer, ModelFault
from graphql_api.language_models.reasons import FallbackReason
from graphql_api.store.protocol import Key
from graphql_api.store.service import Store
from graphql_api.store.sqlite import SqliteStore

PROMPT = Prompt("system", [Turn("user", "asked")], 100)
KEY = Key("TOKENS", "ALL")


class Model:
    """A model that answers, or fails as the test says."""

    name = "scripted"

    def __init__(self) -> None:
        """Answer until told otherwise."""
        self.fault: ModelFault | None = None
        self.calls = 0

    def answer(self, _prompt: Prompt, _seconds: float) -> Answer:
        """Answer, or fail."""
        self.calls += 1
        if self.fault is not None:
            raise self.fault
        return Answer("text", "m", 7, 3)

    def close(self) -> None:
        """Hold nothing."""


class World:
    """A model that is asked within a budget."""

    def __init__(self, store: Store, most: int = 10_000) -> None:
        """Begin with nothing spent."""
        self.model, self.clock, self.store = Model(), FakeClock(), store
        self.asking = Asking(self.model, store, PATIENCE, Breaker(self.clock))
        self.cap = Cap(KEY, most)

    def ask(self, seconds: float = PATIENCE) -> str:
        """Ask, and return the text or the reason why there is none."""
        try:
            return asyncio.run(self.asking.ask(PROMPT, [self.cap], seconds)).text
        except ModelFault as fault:
            return fault.reason.name

    @property
    def spent(self) -> int:
        """Return what the budget was charged."""
        item = self.store.sync.get(KEY)
        return 0 if item is None else item.numbers[TOKENS]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Give a store."""
    made = Store(SqliteStore(tmp_path / "store.sqlite3"), PATIENCE)
    yield made
    made.close()


def test_a_call_is_charged_what_it_took(store: Store) -> None:
    """The most that it may take stands there before; a fault that tells no tokens stays charged with that."""
    world = World(store)
    assert world.ask() == "text"
    assert world.spent == 10
    world.model.fault = ModelFault(FallbackReason.CUT_OFF, charged=Answer("", "m", 5, 100))
    assert world.ask() == "CUT_OFF"
    assert world.spent == 115
    world.model.fault = ModelFault(FallbackReason.SLOW)
    assert world.ask() == "SLOW"
    assert world.spent == 115 + PROMPT.most_tokens
    world.model.fault = ModelFault(FallbackReason.THROTTLED)  # which took none
    assert world.ask() == "THROTTLED"
    assert world.spent == 115 + PROMPT.most_tokens
    world.asking.close()


def test_a_spent_budget_asks_nobody(store: Store) -> None:
    """And is charged nothing more."""
    world = World(store, PROMPT.most_tokens - 1)
    assert world.ask() == "CAP_REACHED"
    assert (world.spent, world.model.calls) == (0, 0)
    assert world.ask(seconds=0) == "SLOW"
    world.asking.close()


def test_callers_at_once_never_pass_the_budget(store: Store) -> None:
    """Twenty ask at once with room for three of them."""
    world = World(store, 3 * PROMPT.most_tokens)

    async def all_at_once() -> list[object]:
        return await asyncio.gather(
            *(world.asking.ask(PROMPT, [world.cap], PATIENCE) for _ in range(20)), return_exceptions=True
        )

    asyncio.run(all_at_once())
    assert world.model.calls >= 1
    assert world.spent == 10 * world.model.calls
    world.asking.close()


def test_a_model_that_fails_again_and_again_is_left_alone_for_a_while(store: Store) -> None:
    """Then one call probes: its failure begins the time anew, its success lets all through."""
    world = World(store)
    world.model.fault = ModelFault(FallbackReason.THROTTLED)
    assert [world.ask() for _ in range(FAILURES)] == ["THROTTLED"] * FAILURES
    spent = world.spent
    assert [world.ask() for _ in range(3)] == ["PAUSED"] * 3
    assert (world.model.calls, world.spent) == (FAILURES, spent)
    world.clock.now += OPEN_SECONDS
    assert [world.ask(), world.ask()] == ["THROTTLED", "PAUSED"]
    world.clock.now += OPEN_SECONDS
    world.model.fault = None
    assert [world.ask(), world.ask()] == ["text", "text"]
    world.model.fault = ModelFault(FallbackReason.SLOW)
    assert world.ask() == "SLOW"
    world.asking.close()


def test_one_probe_at_a_time() -> None:
    """Whoever comes while it is under way is turned away."""
    clock = FakeClock()
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        breaker.failed()
    clock.now += OPEN_SECONDS
    assert [breaker.admits() for _ in range(3)] == [True, False, False]


def test_refusals_do_not_open_the_breaker(store: Store) -> None:
    """They tell of the prompt, not of the model."""
    world = World(store)
    world.model.fault = ModelFault(FallbackReason.REFUSED)
    assert {world.ask() for _ in range(2 * FAILURES)} == {"REFUSED"}
    world.asking.close()


def test_a_store_that_fails_behind_the_call_leaves_it_charged(tmp_path: Path) -> None:
    """The answer is worth more than the correction; before the call, its failure is raised."""

    class Failing(SqliteStore):
        calls = 0

        def add(self, *args: object, **more: object) -> object:  # type: ignore[override]
            self.calls += 1
            if self.calls == 2:
                raise StoreUnavailable("Away.")
            return super().add(*args, **more)  # type: ignore[arg-type]

    store = Store(Failing(tmp_path / "store.sqlite3"), PATIENCE)
    world = World(store)
    assert world.ask() == "text"
    assert world.spent == PROMPT.most_tokens
    world.asking.close()
    store.close()

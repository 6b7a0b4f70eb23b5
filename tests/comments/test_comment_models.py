"""Comments that a model writes: what it is sent, what becomes of each fault, budgets, and who is told."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from comment_app import BRIDGE_ID, comment, write_files
from starlette.testclient import TestClient

from consultations.model_server import Model, model_server
from fakes import PATIENCE
from graphql_api.comments.generation import Generation
from graphql_api.comments.jobs import comment_job
from graphql_api.comments.service import Comments
from graphql_api.comments.settings import CommentsSettings
from graphql_api.installed import read_settings
from graphql_api.jobs.runner import JobResult, JobRun
from graphql_api.jobs.service import JobQueue
from graphql_api.language_models.choice import open_model
from graphql_api.services import Services
from graphql_api.storage.sources import open_storage
from graphql_api.store.service import Store, open_store
from races.files import served
from webhook_server import receiving

PLAIN = "1番ホース1の騎手はレース前1年間に40騎乗し、勝率は10.0%です。"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the riders of a race."""
    return write_files(tmp_path_factory.mktemp("models") / "data")


@pytest.fixture
def model() -> Iterator[Model]:
    """Serve a model that writes what the facts hold."""
    with model_server("openai") as made:
        made.text = PLAIN
        yield made


def environ(model: Model, tmp_path: Path, **more: str) -> dict[str, str]:
    """Give the settings by which comments ask a model."""
    told = {
        "STORE": str(tmp_path / "store.sqlite3"),
        "COMMENTS_PROVIDER": "http",
        "COMMENTS_MODEL": "test-model",
        "COMMENTS_URL": f"{model.url}/v1/chat/completions",
        "COMMENTS_API_KEY": "sk-secret",
        **more,
    }
    return {f"JOCKEY_{name}": value for name, value in told.items()}


@contextmanager
def services_for(folder: Path, given: dict[str, str]) -> Iterator[Services]:
    """Give the services that jobs have."""
    settings = read_settings(given, data=str(folder))
    made = Services(settings, open_storage(settings), {Store: Store(open_store(settings), 2 * PATIENCE)})
    yield made
    made.close()


def write(services: Services, kind: str = "preview", style: str = "full", seconds: float = 60) -> JobResult:
    """Do the job of a comment."""
    given = {"race": BRIDGE_ID, "kind": kind, "style": style, "language": "ja"}
    return asyncio.run(comment_job(services, JobRun(seconds, given)))


def shown(services: Services, result: JobResult) -> Any:
    """Return the comment of a job."""
    found = asyncio.run(services.get(Comments).find(BRIDGE_ID, result.told["digest"]))
    assert found is not None
    return found


def test_a_model_writes(folder: Path, model: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Behind the line that tells the race; the advice stays the service's own, and the log holds no key or text."""
    given = {name.removeprefix("JOCKEY_"): value for name, value in environ(model, tmp_path).items()}
    with served(folder, **given) as client:
        written = comment(client, kind="PREVIEW")
        told = client.get("/comments?date=2024-09-29").json()["races"]
    assert written["text"].split("\n")[1:] == [PLAIN]
    assert (written["provider"], written["model"], written["fallback"]) == ("http", "test-model", None)
    assert (written["inputTokens"], written["outputTokens"]) == (900, 40)
    assert "購入を勧めるものでもありません" in written["advice"]
    assert [race["race_id"] for race in told] == [BRIDGE_ID]
    logged = capsys.readouterr().out
    assert "sk-secret" not in logged
    assert "騎乗し" not in logged


def test_a_preview_is_told_nothing_of_the_result(folder: Path, model: Model, tmp_path: Path) -> None:
    """The model sees facts from before the race alone, as JSON data; a review sees the result."""
    with services_for(folder, environ(model, tmp_path)) as services:
        write(services)
        write(services, "review")
    preview, review = (json.loads(asked["messages"][-1]["content"]) for asked in model.asked)
    assert (preview["kind"], preview["sentences"]) == ("preview", 10)
    assert [fact["rides"] for fact in preview["facts"]] == [40, 3, 0]
    assert "1:07.0" not in json.dumps(preview)
    assert "勝ち馬" not in json.dumps(preview, ensure_ascii=False)
    assert "勝ち馬はホース1、勝ち時計は1:07.0" in [fact["statement"] for fact in review["facts"]]
    assert "tools" not in model.asked[0]
    assert model.asked[0]["max_tokens"] == 800


FAULTS: dict[str, tuple[Any, str]] = {
    "429": (429, "THROTTLED"),
    "500": (500, "UNAVAILABLE"),
    "401": (401, "UNAVAILABLE"),
    "redirect": (302, "UNAVAILABLE"),
    "slow": ("slow", "SLOW"),
    "byte by byte": ("drip", "SLOW"),
    "no JSON": ("html", "UNAVAILABLE"),
    "other JSON": ({}, "UNAVAILABLE"),
    "cut off": ({"choices": [{"message": {"content": "1"}, "finish_reason": "length"}]}, "CUT_OFF"),
    "refused": ({"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}]}, "REFUSED"),
}
TEXTS = {
    "a number that is no fact": "1番の勝率は55.5%です。",
    "the result": "勝ち時計は1:07.0でした。",
    "advice to buy": "1番を買うべきです。",
    "a promise": "1番が必ず勝ちます。",
    "a link": "1番は40騎乗です。https://evil.example/",
    "markup": "**1番**は40騎乗です。",
    "a list": "- 1番は40騎乗です。",
    "nothing": "",
}


@pytest.mark.parametrize(("fault", "reason"), FAULTS.values(), ids=FAULTS)
def test_faults_become_the_templates_comment(
    folder: Path, model: Model, tmp_path: Path, fault: Any, reason: str
) -> None:
    """Marked with the reason; the model is asked once, and again the next time that the comment is written."""
    model.faults.append(fault)
    timeout = "1" if reason == "SLOW" else "20"
    with services_for(folder, environ(model, tmp_path, COMMENTS_TIMEOUT=timeout, COMMENTS_FRESH="1")) as services:
        result = write(services)
        found = shown(services, result)
        assert len(model.asked) == 1
        assert (found.provider, found.fallback.name) == ("template", reason)
        assert result.metrics["CommentFallbacks"] == 1
        assert "勝率は10.0%" in found.written.text
        model.released.set()
        deadline = time.monotonic() + PATIENCE
        while (again := write(services)).told["digest"] == result.told["digest"]:
            assert time.monotonic() < deadline
            time.sleep(0.05)  # it is fresh for a second
        assert shown(services, again).provider == "http"


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_the_facts_do_not_hold_is_not_told(folder: Path, model: Model, tmp_path: Path, text: str) -> None:
    """The template's comment takes its place; the tokens that it took are told."""
    model.text = text
    with services_for(folder, environ(model, tmp_path)) as services:
        found = shown(services, write(services))
    assert (found.provider, found.fallback.name) == ("template", "UNVERIFIED")
    assert (found.written.input_tokens, found.written.output_tokens) == (900, 40)


def test_a_days_budget(folder: Path, model: Model, tmp_path: Path) -> None:
    """It has room for one of two comments: the second one is the template's, and the metric tells how much is spent."""
    with services_for(folder, environ(model, tmp_path, COMMENTS_DAY_TOKENS="2400")) as opened:
        settings = opened.settings.of(CommentsSettings)
        noon = datetime.now(UTC).replace(hour=12)
        generation = Generation(open_model(settings.choice, ""), opened.get(Store), settings, lambda: noon)
        services = Services(opened.settings, opened.storage, {Store: opened.get(Store), Generation: generation})
        first, second = write(services), write(services, style="short")
        assert shown(services, first).fallback is None
        assert shown(services, second).fallback.name == "CAP_REACHED"
        generation.close()
    assert len(model.asked) == 1
    assert first.metrics["CommentBudgetPercent"] == second.metrics["CommentBudgetPercent"] == 39.17
    assert first.metrics["CommentTokens"] == 940


def test_a_model_that_fails_is_left_alone(folder: Path, model: Model, tmp_path: Path) -> None:
    """After five failures in a row the process asks it no more for a while."""
    model.faults.extend([500] * 9)
    with services_for(folder, environ(model, tmp_path)) as services:
        sorts = [(kind, style) for kind in ("preview", "review") for style in ("full", "short")]
        for kind, style in sorts:
            write(services, kind, style)
        given = {"race": BRIDGE_ID, "kind": "preview", "language": "en"}
        for style in ("full", "short"):
            last = asyncio.run(comment_job(services, JobRun(60, {**given, "style": style})))
        assert shown(services, last).fallback.name == "PAUSED"
    assert len(model.asked) == 5


def test_the_operator_is_told_of_a_comment(folder: Path, model: Model, tmp_path: Path) -> None:
    """Once, by a job of its own; a comment that is given again is not told again."""
    with receiving() as receiver:
        notify = {
            "NOTIFICATIONS_TARGET": receiver.url,
            "NOTIFICATIONS_SECRET": "a-secret-of-the-operator",
            "NOTIFICATIONS_LOOPBACK": "true",
        }
        with services_for(folder, environ(model, tmp_path, **notify)) as services:
            result = write(services)
            write(services)
            (record,) = services.get(JobQueue).ledger.list()
    event = record.order.input["event"]
    assert (event["id"], event["type"]) == (f"comment-{result.told['digest']}", "comment.written")
    assert event["data"] == {
        "race": BRIDGE_ID,
        "kind": "preview",
        "style": "full",
        "language": "ja",
        "provider": "http",
        "fallback": None,
        "digest": result.told["digest"],
    }


def test_a_store_that_is_away_is_told_before_a_model_is_asked(folder: Path, model: Model, tmp_path: Path) -> None:
    """No tokens are spent for an attempt that cannot be counted."""
    from graphql_api.errors import StoreUnavailable
    from graphql_api.store.sqlite import SqliteStore

    class Throttled(SqliteStore):
        def add(self, *_args: object, **_more: object) -> Any:
            raise StoreUnavailable("Throttled.")

    settings = read_settings(environ(model, tmp_path), data=str(folder))
    held = Store(Throttled(tmp_path / "store.sqlite3"), PATIENCE)
    services = Services(settings, open_storage(settings), {Store: held})
    with pytest.raises(StoreUnavailable):
        write(services)
    assert model.asked == []
    services.close()


def test_a_store_that_goes_away_later_asks_no_model_again(folder: Path, model: Model, tmp_path: Path) -> None:
    """The share of the budget is a figure only: an attempt that has a text does not fail for it."""
    from graphql_api.errors import StoreUnavailable
    from graphql_api.store.protocol import Item, Key
    from graphql_api.store.sqlite import SqliteStore

    class Forgetful(SqliteStore):
        def get(self, key: Key) -> Item | None:
            if key.pk.startswith("COMMENT-TOKENS#"):
                raise StoreUnavailable("Throttled.")
            return super().get(key)

    settings = read_settings(environ(model, tmp_path), data=str(folder))
    held = Store(Forgetful(tmp_path / "store.sqlite3"), PATIENCE)
    services = Services(settings, open_storage(settings), {Store: held})
    found = shown(services, write(services))
    assert (found.provider, found.fallback, len(model.asked)) == ("http", None, 1)
    services.close()


def test_the_routes_tell_the_mark(folder: Path, model: Model, tmp_path: Path) -> None:
    """``fallback`` is true, with its reason."""
    model.faults.append(429)
    given = {name.removeprefix("JOCKEY_"): value for name, value in environ(model, tmp_path).items()}
    with served(folder, **given) as client:
        job_id = client.post("/generate", json={"race_id": BRIDGE_ID, "kind": "preview"}).json()["job_id"]
        told = read_comment(client, job_id)
    assert (told["llm_provider"], told["fallback"], told["fallback_reason"]) == ("template", True, "THROTTLED")


def read_comment(client: TestClient, job_id: str) -> Any:
    """Wait for a comment by plain HTTP."""
    from comment_app import wait

    wait(client, job_id)
    return client.get(f"/comments/{job_id}").json()["comment"]

"""Comments as clients see them: what a comment tells, what it does not, and when it is written anew."""

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from comment_app import BRIDGE_ID, RACE, RACE_COMMENTS, REQUEST, ask, comment, wait, write_files
from starlette.testclient import TestClient

from fakes import PATIENCE
from graphql_api.cli.commands import commands
from graphql_api.comments.cleaning import clean_job
from graphql_api.comments.jobs import comment_job
from graphql_api.comments.model import CommentKind, CommentLanguage, CommentRequest, CommentStyle
from graphql_api.comments.previews import queue_job
from graphql_api.comments.service import Comments
from graphql_api.comments.settings import CommentsSettings
from graphql_api.installed import read_settings
from graphql_api.japan_time import JST
from graphql_api.jobs.model import JobState
from graphql_api.jobs.runner import JobRun
from graphql_api.jobs.service import JobQueue
from graphql_api.services import Services
from graphql_api.storage.sources import open_storage
from graphql_api.store.service import Store, open_store
from graphql_client import codes, data, run
from races.files import index, mount, served, write


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the riders of a race."""
    return write_files(tmp_path_factory.mktemp("comments") / "data")


@pytest.fixture
def store(tmp_path: Path) -> str:
    """Name a store."""
    return str(tmp_path / "store.sqlite3")


@pytest.fixture
def client(folder: Path, store: str) -> Iterator[TestClient]:
    """Serve the riders, with workers."""
    with served(folder, STORE=store) as client:
        yield client


@pytest.fixture
def services(folder: Path, store: str) -> Iterator[Services]:
    """Give the services that jobs have."""
    settings = read_settings({"JOCKEY_STORE": store}, data=str(folder))
    made = Services(settings, open_storage(settings), {Store: Store(open_store(settings), 2 * PATIENCE)})
    yield made
    made.close()


def test_a_preview_tells_facts_from_before_the_race(client: TestClient) -> None:
    """Neither the race itself nor what came later counts, and the year before ends where it ends."""
    written = comment(client, kind="PREVIEW")
    assert (written["kind"], written["style"], written["language"]) == ("PREVIEW", "FULL", "JA")
    assert (written["provider"], written["model"], written["promptVersion"]) == ("template", "template", "1")
    assert (written["inputTokens"], written["outputTokens"]) == (0, 0)
    first, second, third = written["facts"]
    assert (first["horseNumber"], first["sample"], first["value"]) == (1, 40, 0.1)
    assert first["interval"][0] < 0.1 < first["interval"][1]
    assert first["source"] == "騎手00001の2024-09-29より前の騎乗記録"
    assert (second["sample"], second["value"], second["interval"]) == (3, None, None)
    assert (third["sample"], third["value"]) == (0, None)
    lines = written["text"].split("\n")
    assert lines[0] == "中山11R 架空ステークス(GI)(芝1200m)、3頭立ての展望です。"
    assert lines[1] == "1番ホース1の騎手乗手1: レース前1年間の勝率は10.0%(95%区間 4.0%〜23.1%、40騎乗)。"
    assert lines[2] == "2番ホース2の騎手乗手2: レース前1年間は3騎乗(30未満のため率は示しません)。"
    assert "購入を勧めるものでもありません" in written["advice"]


def test_a_preview_does_not_know_the_result(folder: Path, tmp_path: Path, client: TestClient) -> None:
    """Had another horse won, it would be the same."""
    other = write_files(tmp_path / "other", winner=3)
    with served(other, STORE=str(tmp_path / "other.sqlite3")) as changed:
        texts = [comment(each, kind="PREVIEW", language=language) for each in (client, changed) for language in ("JA",)]
        reviews = [comment(each)["text"] for each in (client, changed)]
    assert texts[0]["text"] == texts[1]["text"]
    assert texts[0]["facts"] == texts[1]["facts"]
    assert reviews[0] != reviews[1]


def test_a_race_that_was_run_is_reviewed(client: TestClient) -> None:
    """By its result, as far as files tell it; in English, too."""
    written = comment(client)
    assert written["kind"] == "REVIEW"
    assert written["text"].startswith(
        "中山11R 架空ステークス(GI)(芝1200m)、3頭立ての回顧です。\n勝ち馬はホース1、勝ち時計は1:07.0。"
    )
    english = comment(client, language="EN")
    assert "The winner was ホース1, in 1:07.0." in english["text"]
    assert "of 20 and over" in english["advice"]
    assert {fact["source"] for fact in english["facts"]} == {"Result of 2024-09-29"}


def test_a_short_preview_tells_the_largest_samples(client: TestClient) -> None:
    """In English; all facts stand beside it."""
    written = comment(client, kind="PREVIEW", style="SHORT", language="EN")
    assert written["text"].split("\n")[0] == "Preview of 中山11R 架空ステークス(GI) (turf 1200 m), 3 runners."
    assert "no advice to buy" in written["advice"]
    assert len(written["facts"]) == 3


def test_who_asks_the_same_gets_the_same_job(client: TestClient) -> None:
    """By either id of the race; another style, language or kind is another job."""
    ids = {ask(client, race=race, kind="PREVIEW")["job"]["id"] for race in (RACE, BRIDGE_ID) for _ in range(3)}
    assert len(ids) == 1
    others = [{"style": "SHORT"}, {"language": "EN"}, {"kind": "REVIEW"}]
    assert len({*ids, *(ask(client, **{"kind": "PREVIEW", **each})["job"]["id"] for each in others)}) == 4
    again = ask(client, kind="PREVIEW")
    wait(client, again["job"]["id"])
    assert ask(client, kind="PREVIEW")["pollAfter"] is None


def test_comments_stand_on_their_races(client: TestClient) -> None:
    """The newest of each sort, the newest first."""
    assert data(client, RACE_COMMENTS, id=RACE)["race"]["comments"] == []
    comment(client, kind="PREVIEW")
    comment(client)
    shown = data(client, RACE_COMMENTS, id=RACE)["race"]["comments"]
    assert [each["kind"] for each in shown] == ["REVIEW", "PREVIEW"]


def wanted_input(language: str = "ja") -> dict[str, str]:
    """Give the input of a job."""
    return {"race": BRIDGE_ID, "kind": "preview", "style": "full", "language": language}


def test_the_same_facts_are_not_written_about_twice(services: Services) -> None:
    """A job that is run again, by whichever worker, gives the comment that is there."""

    async def runs() -> list[Any]:
        run = JobRun(60, wanted_input())
        return [
            await comment_job(services, run),
            *await asyncio.gather(*(comment_job(services, run) for _ in range(4))),
        ]

    told = [each.told for each in asyncio.run(runs())]
    assert [each["new"] for each in told] == [True, False, False, False, False]
    assert len({each["digest"] for each in told}) == 1


def test_workers_that_write_at_once_keep_one(services: Services) -> None:
    """All have looked before any has written: the first to write wins, and the others give what it wrote."""

    async def runs() -> list[Any]:
        run = JobRun(60, wanted_input("en"))
        return list(await asyncio.gather(*(comment_job(services, run) for _ in range(8))))

    told = [each.told for each in asyncio.run(runs())]
    assert sum(each["new"] for each in told) == 1
    found = asyncio.run(services.get(Comments).of_race(BRIDGE_ID))
    assert len(found) == 1


class Later:
    """The time of day, so many seconds later."""

    def __init__(self) -> None:
        """Begin with now."""
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return the time in seconds since 1970."""
        return time.time() + self.seconds


def test_other_facts_are_written_about_anew(tmp_path: Path, store: str) -> None:
    """A rider's file has changed: once the comment is not fresh, a newer one is written, which the race shows alone.

    What was replaced is deleted by a job, when no job's result can name it any more.
    """
    folder = write_files(tmp_path / "data")
    settings = read_settings({"JOCKEY_STORE": store, "JOCKEY_CACHE_TTL": "0"}, data=str(folder))
    held, later = Store(open_store(settings), 2 * PATIENCE), Later()
    services = Services(settings, open_storage(settings), {Store: held})
    comments = Comments(held, services.get(JobQueue), settings.of(CommentsSettings), later)
    services = Services(settings, services.storage, {Store: held, Comments: comments})

    async def told() -> Any:
        return (await comment_job(services, JobRun(60, wanted_input()))).told

    async def clean() -> Any:
        return (await clean_job(services, JobRun(60))).told["deleted"]

    first = asyncio.run(told())
    write(folder, {"00003": [mount(3, "3"), mount(3, "2", 日付="2024/09/01", R="2")]})
    assert asyncio.run(told())["digest"] == first["digest"]
    later.seconds = settings.of(CommentsSettings).comments_fresh
    second = asyncio.run(told())
    assert (first["new"], second["new"]) == (True, True)
    assert first["digest"] != second["digest"]
    (shown,) = asyncio.run(comments.of_race(BRIDGE_ID))
    assert shown.digest == second["digest"]
    assert asyncio.run(clean()) == 0
    later.seconds += settings.jobs_kept
    assert [asyncio.run(clean()), asyncio.run(clean())] == [1, 0]
    assert asyncio.run(comments.find(BRIDGE_ID, first["digest"])) is None
    assert asyncio.run(comments.find(BRIDGE_ID, second["digest"])) is not None
    services.close()


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"race": "202406040912"}, "NOT_FOUND"),
        ({"race": "20240929_06_12"}, "NOT_FOUND"),
        ({"race": "nonsense"}, "BAD_USER_INPUT"),
        ({"race": "2024_06_11"}, "BAD_USER_INPUT"),
    ],
)
def test_a_race_that_is_not_known_is_refused(client: TestClient, variables: dict[str, str], code: str) -> None:
    """At once, and no job is made."""
    assert codes(run(client, REQUEST, **variables)) == [code]


def test_a_race_that_was_called_off_is_refused(tmp_path: Path, store: str) -> None:
    """There is nothing to tell of it."""
    folder = tmp_path / "data"
    folder.mkdir()
    write(folder, {f"0000{number}": [mount(number, "取", タイム="", 頭数="0")] for number in (1, 2, 3)})
    index(folder)
    with served(folder, STORE=store) as client:
        assert codes(run(client, REQUEST, race=RACE)) == ["BAD_USER_INPUT"]


def test_without_an_archive_no_race_is_known(tmp_path: Path, store: str) -> None:
    """It is said what is missing."""
    with served(tmp_path, STORE=store) as client:
        assert codes(run(client, REQUEST, race=RACE)) == ["INDEX_REQUIRED"]


def test_plain_http(client: TestClient) -> None:
    """202 with the job's id and where to look; then the comment, and the day's races that have some."""
    accepted = client.post("/generate", json={"race_id": BRIDGE_ID, "kind": "preview", "style": "short"})
    assert accepted.status_code == 202
    job_id = accepted.json()["job_id"]
    assert (accepted.headers["location"], accepted.headers["retry-after"]) == (f"/comments/{job_id}", "1")
    wait(client, job_id)
    shown = client.get(f"/comments/{job_id}").json()
    assert (shown["status"], shown["attempts"], shown["error_code"]) == ("SUCCEEDED", 1, None)
    found = shown["comment"]
    assert (found["race_id"], found["kind"], found["llm_provider"]) == (BRIDGE_ID, "preview", "template")
    assert found["generated_comment"].startswith("中山11R")
    listed = client.get("/comments?date=2024-09-29").json()
    assert listed == {
        "races": [{"race_id": BRIDGE_ID, "race_name": "架空ステークス(GI)", "venue": "中山", "kinds": ["preview"]}],
        "target_date": "2024-09-29",
    }
    assert client.get("/comments?date=2024-09-30").json()["races"] == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "BAD_REQUEST"),
        ({"race_id": BRIDGE_ID, "style": "long"}, 400, "BAD_REQUEST"),
        ({"race_id": BRIDGE_ID, "language": 1}, 400, "BAD_REQUEST"),
        ({"race_id": "20240929_06_12"}, 404, "NOT_FOUND"),
    ],
)
def test_plain_http_refuses(client: TestClient, body: dict[str, Any], status: int, code: str) -> None:
    """With a code."""
    answer = client.post("/generate", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize("path", ["/comments?date=2024-W39-7", "/comments?date=20240929"])
def test_a_day_has_one_form(client: TestClient, path: str) -> None:
    """Nothing else is taken for a day."""
    assert client.get(path).status_code == 400


def test_a_job_of_another_kind_is_no_comment(client: TestClient) -> None:
    """Nor is an id that was never given."""
    assert client.get("/comments/cap_0000000000000000000000").status_code == 404
    assert client.get("/comments/nonsense").status_code == 404


def test_previews_of_the_next_day_are_asked_for_ahead(tmp_path: Path, store: str) -> None:
    """The most asked first, and no more than the settings allow; a second run asks for nothing new."""
    folder = tmp_path / "data"
    folder.mkdir()
    rides = [mount(1, "1", R=str(number), レース名=f"第{number}競走") for number in (1, 2, 3)]
    write(folder, {"00001": rides})
    index(folder)
    settings = read_settings({"JOCKEY_STORE": store, "JOCKEY_COMMENTS_AHEAD": "2"}, data=str(folder))
    services = Services(settings, open_storage(settings))
    wanted = CommentRequest("20240929_06_03", CommentKind.PREVIEW, CommentStyle.SHORT, CommentLanguage.EN)

    async def ahead() -> Any:
        now = datetime(2024, 9, 28, 20, 0, tzinfo=JST)
        await services.get(Comments).request(wanted, now.date() + timedelta(days=1))
        return [(await queue_job(services, JobRun(60), lambda: now)).told for _ in range(2)]

    told = asyncio.run(ahead())
    assert told == [{"day": "2024-09-29", "queued": 2, "left": 1}] * 2
    inputs = [each.order.input for each in services.get(JobQueue).ledger.list(JobState.QUEUED)]
    asked = sorted((each["race"], each["style"]) for each in inputs)
    assert asked == [("20240929_06_01", "full"), ("20240929_06_03", "full"), ("20240929_06_03", "short")]
    services.close()


def test_operators_read_what_was_written(
    services: Services, store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a table, and as a page with a plot."""
    for _ in range(3):
        asyncio.run(comment_job(services, JobRun(60, wanted_input())))
    monkeypatch.setenv("JOCKEY_STORE", store)
    page = tmp_path / "report.html"
    ran = CliRunner().invoke(commands, ["comments", "report", "--html", str(page)])
    assert ran.exit_code == 0
    heads, line = ran.stdout.splitlines()
    assert heads.split() == [
        "day",
        "provider",
        "comment",
        "written",
        "reused",
        "fallbacks",
        "tokens",
        "p50",
        "ms",
        "p95",
        "ms",
    ]
    assert line.split()[1:9] == ["template", "preview", "full", "ja", "1", "2", "0", "0"]
    assert "1 written, 2 reused" in page.read_text(encoding="utf-8")


def test_the_job_can_be_run_by_its_name(folder: Path, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No races are known of tomorrow."""
    monkeypatch.setenv("JOCKEY_STORE", store)
    ran = CliRunner().invoke(commands, ["jobs", "run", "queue-comments", "--data", str(folder)])
    assert json.loads(ran.stdout)["queued"] == 0

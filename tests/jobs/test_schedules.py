"""Schedules on the plain server: what their expressions mean, and that each due time is run once."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from schedule_slices import UNDECIDED, WANTED, Runs, serve

from fakes import PATIENCE, FakeStorage
from graphql_api.config import Settings
from graphql_api.errors import StoreUnavailable
from graphql_api.installed import SLICES, read_settings
from graphql_api.japan_time import JST
from graphql_api.jobs.beside import working
from graphql_api.jobs.expressions import parse
from graphql_api.jobs.runner import Jobs
from graphql_api.jobs.schedules import EmbeddedSchedules, Schedule
from graphql_api.services import Services
from graphql_api.slices import Slice, load
from graphql_api.store.protocol import Key
from graphql_api.store.service import Store
from graphql_api.store.sqlite import SqliteStore

NOON = datetime(2026, 4, 5, 12, 0, tzinfo=JST)
"""A Sunday."""


@pytest.mark.parametrize(
    ("expression", "due", "not_due"),
    [
        ("rate(1 minute)", ["12:00", "12:01"], []),
        ("rate(5 minutes)", ["12:00", "12:05"], ["12:01", "12:59"]),
        ("rate(2 hours)", ["12:00", "14:00"], ["13:00", "12:02"]),
        ("rate(1 day)", ["00:00"], ["12:00", "09:00"]),
        ("cron(0 18 * * ? *)", ["18:00"], ["18:01", "17:00", "09:00"]),
        ("cron(*/15 9-17 ? * SUN,MON *)", ["09:00", "17:45"], ["18:00", "09:10"]),
        ("cron(0/20 12 ? APR 1 2026)", ["12:00", "12:40"], ["12:10"]),
        ("cron(5,7 12 5 4 ? *)", ["12:05", "12:07"], ["12:06"]),
        ("cron(0 12 6 4 ? *)", [], ["12:00"]),
        ("cron(0 12 ? * MON-SAT *)", [], ["12:00"]),
    ],
)
def test_expressions_are_those_of_eventbridge_in_japanese_time(
    expression: str, due: list[str], not_due: list[str]
) -> None:
    """Whatever zone the moment is given in."""
    is_due = parse(expression)

    def at(text: str) -> datetime:
        hour, minute = map(int, text.split(":"))
        return NOON.replace(hour=hour, minute=minute).astimezone(UTC)

    assert [text for text in [*due, *not_due] if is_due(at(text))] == due


@pytest.mark.parametrize(
    "expression",
    [
        "rate(0 minutes)", "rate(5 weeks)", "rate(1.5 hours)", "at(2026-04-05T12:00:00)", "cron(0 18 * * *)",
        "cron(0 18 * * * *)", "cron(0 18 ? * ? *)", "cron(60 18 * * ? *)", "cron(0 18 L * ? *)", "cron(0 18 ? * 2#1 *)",
        "cron(0 18 ? * XYZ *)", "cron(x 18 * * ? *)", "cron(0 18 15W * ? *)", "",
        "cron(0 18 ? * FRI-MON *)", "cron(0 18 ? * 6-2 *)", "cron(0 22-5 * * ? *)", "cron(50-10 * * * ? *)",
        "cron(0 18 * NOV-FEB ? *)", "cron(0 18 31-1 * ? *)", "cron(0 18 * * ? 2030-2026)", "cron(5-1/2 18 * * ? *)",
        "cron(0/60 18 * * ? *)", "cron(*/99 18 * * ? *)", "cron(0 0/24 * * ? *)", "cron(0 18 1/31 * ? *)",
        "cron(0 18 ? * MON/2 *)", "cron(0 18 ? * */2 *)", "cron(0/0 18 * * ? *)", "cron(*/0 18 * * ? *)",
        "cron(? 18 * * ? *)", "cron(0 18 ? ? MON *)", "cron(0 18 * * ? ?)", "cron(0 18 ?,1 * MON *)",
        "cron(0 18 * * MON *)", "cron(0 18 1 * MON *)", "cron(0 18 ? * ?/2 *)", "cron(0 18 ? * 0 *)",
        "cron(0 18 ? * 8 *)", "cron(0 24 * * ? *)", "cron(0 18 0 * ? *)", "cron(0 18 32 * ? *)", "cron(0 18 * 13 ? *)",
        "cron(0 18 * * ? 2200)", "cron(0 18 * * ? 1969)", "cron(, 18 * * ? *)", "cron(1, 18 * * ? *)",
        "cron(,1 18 * * ? *)", "cron(1,,2 18 * * ? *)", "cron(*-5 18 * * ? *)", "cron(*,5 18 * * ? *)",
        "cron(1-2-3 18 * * ? *)", "cron(1/2/3 18 * * ? *)", "cron(- 18 * * ? *)", "cron(-1 18 * * ? *)",
        "cron(\u0663 18 * * ? *)", "cron(0 18 ? * MON)", "cron(0  18 * * ? *)", "cron(0 18 ? * 6L *)",
        "cron(0 18 LW * ? *)", "cron(0 18 ? * L *)", "cron(0 18 ? * MON#1 *)",
        "cron(0 18 31 2 ? *)", "cron(0 18 31 FEB,APR,JUN ? *)", "cron(0 18 29 2 ? 2026,2027)",
    ],
)  # fmt: skip
def test_what_is_no_expression_is_refused(expression: str) -> None:
    """Rather than never run."""
    with pytest.raises(ValueError, match=r"rate|cron"):
        parse(expression)


def test_a_wrong_schedule_ends_the_start_of_the_server_and_names_its_job(tmp_path: Path) -> None:
    """Also where its slice would begin only once there is a store."""
    wrong = Slice(name="wrong", jobs={"tidy": "none:none"}, schedules={"tidy": "cron(0 18 ? * FRI-MON *)"})
    services = Services(Settings(store=str(tmp_path / "store.sqlite3")), FakeStorage())

    async def start() -> None:
        async with working([wrong], services):
            pass

    with pytest.raises(ValueError, match=r"tidy: 'FRI-MON'.*two ranges"):
        asyncio.run(start())


PARTS = (
    (0, 59, ()),
    (0, 23, ()),
    (1, 31, ()),
    (1, 12, ("", "jan", "FEB", "Mar", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")),
    (1, 7, ("", "SUN", "mon", "TUE", "WED", "THU", "Fri", "SAT")),
    (1970, 2199, ()),
)
"""First and last value and names of each field."""


@st.composite
def parts(draw: st.DrawFn, place: int) -> tuple[str, tuple[int, int, int]]:
    """Draw a part of a field, and its first and last value and its interval."""
    first, last, names = PARTS[place]

    def text(value: int) -> str:
        return names[value] if names and draw(st.booleans()) else str(value)

    begin = draw(st.integers(first, last))
    end = draw(st.none() | st.integers(begin, last))
    step = draw(st.none() | st.integers(1, last - first)) if place != 4 else None
    written = text(begin) + ("" if end is None else f"-{text(end)}") + ("" if step is None else f"/{step}")
    if end is None:
        end = begin if step is None else last
    return written, (begin, end, step or 1)


def fields(place: int) -> st.SearchStrategy[tuple[str, list[tuple[int, int, int]]]]:
    """Draw a field of cron, and its parts."""
    first, last, _ = PARTS[place]
    lists = st.lists(parts(place), min_size=1, max_size=4)
    listed = lists.map(lambda drawn: (",".join(text for text, _ in drawn), [part for _, part in drawn]))
    return st.just(("*", [(first, last, 1)])) | listed


@given(
    st.tuples(*map(fields, range(6))),
    st.booleans(),
    st.datetimes(NOON.replace(year=2020, tzinfo=None), NOON.replace(year=2040, tzinfo=None), timezones=st.just(JST)),
)
def test_any_expression_is_due_when_a_plain_reading_says_so(
    drawn: tuple[Any, ...], by_week: bool, local: datetime
) -> None:
    """Each field is a list of parts, and a moment fits if one part of each field does; what is refused never fits."""
    given = list(drawn)
    given[2 if by_week else 4] = "?", [(0, 31, 1)]
    week = (local.date() - date(2023, 1, 1)).days % 7 + 1  # that was a Sunday
    values = (local.minute, local.hour, local.day, local.month, week, local.year)
    fits = all(
        any(begin <= value <= end and (value - begin) % step == 0 for begin, end, step in found)
        for value, (_, found) in zip(values, given, strict=True)
    )
    try:
        is_due = parse(f"cron({' '.join(text for text, _ in given)})")(local.astimezone(UTC))
    except ValueError:
        is_due = False
        event("refused")
    assert is_due == fits


@given(st.text("0123456789*?/,-LW#AFMNORISUE ()cronate", max_size=40), st.booleans())
def test_any_text_is_read_or_refused(text: str, whole: bool) -> None:
    """And nothing else is raised."""
    with suppress(ValueError):
        parse(text if whole else f"cron({text})")(NOON)


def test_every_slice_has_expressions_that_can_be_read_and_jobs_for_them() -> None:
    """Else the server would tell of it a day later."""
    jobs = Jobs(SLICES)
    for each in SLICES:
        for job, expression in each.schedules.items():
            assert job in jobs.names
            parse(expression)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """Give an empty store."""
    made = SqliteStore(tmp_path / "store.sqlite3")
    yield made
    made.close()


def test_each_due_time_is_claimed_once(store: SqliteStore) -> None:
    """By two processes that take turns for an hour, one of them two minutes ahead."""
    right, ahead = (Schedule("note", parse("rate(5 minutes)"), store) for _ in range(2))
    claimed = []
    for second in range(0, 3600, 20):
        now = NOON + timedelta(seconds=second)
        claimed += [right.claim(now), ahead.claim(now + timedelta(minutes=2))]
    times = [each for each in claimed if each is not None]
    assert times == [NOON + timedelta(minutes=minute) for minute in range(0, 65, 5)]


def test_what_was_due_a_while_ago_is_not_run(store: SqliteStore) -> None:
    """A process that begins minutes later still does; one that begins after lunch waits for the next day."""
    daily = Schedule("note", parse("cron(0 12 * * ? *)"), store)
    assert daily.claim(NOON - timedelta(seconds=1)) is None
    assert daily.claim(NOON + timedelta(minutes=5)) is None
    assert daily.claim(NOON + timedelta(minutes=4, seconds=59)) == NOON
    assert daily.claim(NOON + timedelta(minutes=4, seconds=59)) is None
    assert daily.claim(NOON + timedelta(days=1)) == NOON + timedelta(days=1)


def test_many_threads_claim_a_due_time_once(store: SqliteStore) -> None:
    """The store decides; who finds it locked claims nothing."""
    store.check()
    start, claimed = threading.Barrier(8), []

    def claim() -> None:
        start.wait(PATIENCE)
        try:
            claimed.append(Schedule("note", parse("rate(1 minute)"), store).claim(NOON))
        except StoreUnavailable:
            claimed.append(None)

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(PATIENCE)
    assert len(claimed) == 8
    assert [each for each in claimed if each is not None] == [NOON]


def wait_for(runs: Runs, count: int) -> None:
    """Wait until there were so many runs."""
    deadline = time.monotonic() + PATIENCE
    while len(runs.names) < count:
        assert time.monotonic() < deadline, runs.names
        time.sleep(0.01)


def test_jobs_are_run_whatever_becomes_of_others(store: SqliteStore) -> None:
    """One that fails does not end its thread, and is run when it is due again."""
    jobs = {"note": "schedule_slices:note", "break": "schedule_slices:break_down"}
    slices = [Slice(name="noting", jobs=jobs)]
    services = Services(Settings(log_level="ERROR"), FakeStorage(), {Store: Store(store)})
    minutes = iter(range(10_000))

    def clock() -> float:
        """Be a moment before the end of a minute, so that no thread waits for long, and never in the same minute."""
        return NOON.timestamp() + 60 * next(minutes) + 59.99

    schedules = EmbeddedSchedules(Jobs(slices), services, dict.fromkeys(jobs, "rate(1 minute)"), clock)
    schedules.start()
    runs = services.get(Runs)
    wait_for(runs, 20)
    schedules.stop()
    assert min(runs.names.count(name) for name in jobs) >= 2


def test_the_plain_server_runs_schedules_that_are_wanted(tmp_path: Path) -> None:
    """At its start, if they are due; the claim makes the store."""
    client, services = serve(tmp_path, (WANTED,))
    with client:
        assert services.get(Runs).ran.wait(PATIENCE)
        assert (tmp_path / "store").exists()


def test_a_slice_that_does_not_tell_waits_for_the_store(tmp_path: Path) -> None:
    """Nothing is made for it; who makes the store wakes it."""
    client, services = serve(tmp_path, (UNDECIDED,))
    with client:
        assert not services.get(Runs).ran.wait(0.1)
        assert not (tmp_path / "store").exists()
        services.get(Store).sync.put(Key("A", "B"), {})
        assert services.get(Runs).ran.wait(PATIENCE)


CODE = """
import json, sys, time
sys.path[:0] = sys.argv[2:]
from starlette.testclient import TestClient
from schedule_slices import UNDECIDED, UNWANTED, serve
from pathlib import Path
from typing import Any

client, services = serve(Path(sys.argv[1]), (UNWANTED, UNDECIDED))
with client:
    assert client.get("/health").status_code == 200
print(json.dumps([name for name in sys.modules if name.startswith("graphql_api.jobs.sch")]))
"""


def test_without_a_schedule_that_is_wanted_nothing_is_imported_or_made(tmp_path: Path) -> None:
    """No thread, no store, no module of schedules."""
    tests = Path(__file__).parents[1]
    command = [sys.executable, "-c", CODE, str(tmp_path), str(tests), str(tests / "support"), str(tests / "jobs")]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert json.loads(output.splitlines()[-1]) == []
    assert not (tmp_path / "store").exists()


def test_the_process_of_workers_runs_schedules(tmp_path: Path) -> None:
    """``graphql-api jobs work`` runs what is due when it starts, and ends when it is interrupted."""
    environ = {"RACES_PROVIDER": "mock", "ODDS_UPDATES": "true", "STORE": str(tmp_path / "store.sqlite3")}
    command = [sys.executable, "-m", "graphql_api", "jobs", "work", "--data", str(tmp_path)]
    process = subprocess.Popen(
        command,
        env={**os.environ, **{f"JOCKEY_{name}": value for name, value in environ.items()}},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # a shell's background ignores it
    )
    limit = threading.Timer(PATIENCE, process.kill)  # the lines end then, and so does the test
    limit.start()
    assert process.stderr is not None
    ran = [line for line in iter(process.stderr.readline, "") if _is_run(line, process)]
    limit.cancel()
    process.stderr.close()
    assert process.wait(PATIENCE) == 0
    assert ran  # once more where a minute turns before it has ended


def _is_run(line: str, process: "subprocess.Popen[str]") -> bool:
    """Interrupt the process once a scheduled job has succeeded."""
    if "scheduled_job_succeeded" not in line or "update-odds" not in line:
        return False
    process.send_signal(signal.SIGINT)
    return True


@pytest.mark.parametrize("installed", [each for each in SLICES if each.schedules], ids=lambda each: each.name)
def test_a_plain_server_runs_only_schedules_that_were_asked_for(installed: Slice) -> None:
    """Whoever keeps a slip or a key has a store, and no jobs of other slices by that."""
    assert not load(installed.scheduled)(read_settings({}))

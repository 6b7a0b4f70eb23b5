"""Comments over riders' files: asked for and waited for, as a client does."""

import time
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from fakes import PATIENCE
from graphql_client import data
from races.files import index, mount, write

RACE = "202406040911"
BRIDGE_ID = "20240929_06_11"

REQUEST = """mutation Ask($race: ID!, $style: CommentStyle, $language: CommentLanguage, $kind: CommentKind) {
  requestComment(raceId: $race, style: $style, language: $language, kind: $kind) {
    pollAfter job { id state }
  }
}"""

JOB = """query Job($id: ID!) { job(id: $id) { state attempts errorCode pollAfter comment {
  kind style language text advice provider model promptVersion inputTokens outputTokens latencyMs createdAt
  fallback facts { statement source horseNumber sample value interval }
} } }"""

RACE_COMMENTS = "query Of($id: ID!) { race(id: $id) { comments { kind style language text } } }"


def ask(client: TestClient, **variables: Any) -> dict[str, Any]:
    """Ask for a comment on the race, with the style's and the language's defaults."""
    given = {"race": RACE, "style": "FULL", "language": "JA", **variables}
    payload: dict[str, Any] = data(client, REQUEST, **given)["requestComment"]
    return payload


def wait(client: TestClient, job_id: str) -> dict[str, Any]:
    """Poll a job until it is finished."""
    deadline = time.monotonic() + 6 * PATIENCE
    while True:
        job: dict[str, Any] = data(client, JOB, id=job_id)["job"]
        if job["pollAfter"] is None:
            return job
        assert time.monotonic() < deadline, job
        time.sleep(0.02)


def comment(client: TestClient, **variables: Any) -> dict[str, Any]:
    """Ask for a comment, and wait for it."""
    job = wait(client, ask(client, **variables)["job"]["id"])
    assert job["state"] == "SUCCEEDED", job
    written: dict[str, Any] = job["comment"]
    return written


def rides_before(days: int, **changes: str) -> dict[str, str]:
    """Give a ride of another race, so many days before that one."""
    from datetime import date, timedelta

    day = date(2024, 9, 29) - timedelta(days=days)
    return dict(mount(1, "1", 日付=f"{day:%Y/%m/%d}", R="1", レース名="平場", 開催="東京", **changes))


def write_files(folder: Path, winner: int = 1) -> Path:
    """Write three riders of the race.

    The first one has 40 rides in the year before it, a tenth of them won, one that is older, and two later wins; the
    second one three rides, and the third one none.
    """
    folder.mkdir(exist_ok=True)
    order = [winner, *(number for number in (1, 2, 3) if number != winner)]
    main = {number: mount(number, str(order.index(number) + 1)) for number in (1, 2, 3)}
    later = [rides_before(-days) for days in (7, 14)]
    before = [rides_before(days, 着順="1" if days % 10 == 0 else "5") for days in range(1, 41)]
    write(
        folder,
        {
            "00001": [*reversed(later), main[1], *before, rides_before(400)],
            "00002": [main[2], *(rides_before(days) for days in (1, 2, 3))],
            "00003": [main[3]],
        },
    )
    index(folder)
    return folder

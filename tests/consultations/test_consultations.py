"""Consultations with the template, by GraphQL: one suite over SQLite and DynamoDB."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from consultations.consultation_app import (
    READ,
    RIDDEN,
    SEND,
    START,
    WON,
    Scripted,
    app_over,
    fill,
    start,
    write_riders,
)
from graphql_api.capabilities import is_capability, stored_name
from graphql_api.jockeys.formulas import Z_95
from graphql_api.language_models.prompt import Prompt
from graphql_api.language_models.protocol import Answer
from graphql_api.store.protocol import ItemStore
from graphql_client import codes, data, run
from slips.slip_app import DAY, Clock, win

if TYPE_CHECKING:
    from store_servers import Make

pytest_plugins = ("store_servers",)

END = "mutation End($id: ID!) { endConsultation(consultationId: $id) { consultation { status endedAt } } }"
DELETE = "mutation Delete($id: ID!) { deleteConsultation(consultationId: $id) }"


@pytest.fixture(scope="module")
def riders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write riders' files once."""
    folder = tmp_path_factory.mktemp("riders")
    write_riders(folder)
    return folder


@pytest.fixture
def clock() -> Clock:
    """Give a clock."""
    return Clock()


@pytest.fixture
def store(make_store: "Make", clock: Clock) -> ItemStore:
    """Give an empty store."""
    return make_store(clock)


@pytest.fixture
def client(store: ItemStore, riders: Path, clock: Clock) -> Iterator[TestClient]:
    """Give a client."""
    with TestClient(app_over(store, riders, clock)) as opened:
        yield opened


def test_a_consultation_begins_with_facts(client: TestClient) -> None:
    """Counted before the race only, with sample, interval and source; below 30 rides there is no rate."""
    begun = start(client, fill(client, win(1), {"type": "QUINELLA", "numbers": [2, 3], "unitStake": 200}))
    assert is_capability(begun["id"])
    assert (begun["status"], begun["total"], len(begun["slip"])) == ("NOT_STARTED", 300, 2)
    first, second = begun["betFeedback"]
    year, course, pair = first["facts"]
    assert (year["sample"], course["sample"], pair["sample"]) == (RIDDEN, RIDDEN, 0)
    share = WON / RIDDEN
    spread = Z_95**2 / RIDDEN
    margin = (spread * share * (1 - share) + spread**2 / 4) ** 0.5
    for fact in (year, course):
        assert fact["value"] == share
        assert fact["interval"]["lower"] == pytest.approx((share + spread / 2 - margin) / (1 + spread))
        assert fact["interval"]["upper"] == pytest.approx((share + spread / 2 + margin) / (1 + spread))
        assert fact["source"] == "騎手00001の2024-09-29より前の騎乗記録"
        assert "30.0%" in fact["statement"]
        assert "40騎乗" in fact["statement"]
    few = [fact for fact in second["facts"] if fact["horseNumber"] == 2]
    assert [fact["sample"] for fact in few] == [5, 5, 0]
    assert all(fact["value"] is None and fact["interval"] is None for fact in second["facts"])
    assert {fact["horseNumber"] for fact in second["facts"]} == {2, 3}
    assert "20歳以上" in begun["notice"]
    assert "0120-321-153" in begun["notice"]


def test_in_english(client: TestClient) -> None:
    """All words follow the language of the session."""
    begun = start(client, language="EN", limit=5_000)
    reply = data(client, SEND, id=begun["id"], content="What about horse 1?")["sendMessage"]["reply"]
    texts = [
        begun["notice"],
        begun["amountFeedback"]["comment"],
        begun["betFeedback"][0]["comment"],
        begun["betFeedback"][0]["facts"][0]["statement"].replace("ホース1", "").replace("乗手1", ""),
        begun["betFeedback"][0]["facts"][0]["source"],
        reply["content"].replace("ホース1", "").replace("乗手1", "").replace("中山", ""),
    ]
    assert [text for text in texts if not text.replace("架空ステークス", "").isascii()] == []


@pytest.mark.parametrize(
    ("limit", "level"),
    [(None, "NONE"), (1_251, "NONE"), (1_250, "CAUTION"), (1_001, "CAUTION"), (1_000, "WARNING"), (1, "WARNING")],
)
def test_the_amount_against_a_limit(client: TestClient, limit: int | None, level: str) -> None:
    """Caution from 80 %, a warning from 100 %, exact to the yen: the slip costs 1,000."""
    told = start(client, limit=limit)["amountFeedback"]
    assert (told["total"], told["limit"], told["warningLevel"]) == (1_000, limit, level)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_is_positive(client: TestClient, limit: int) -> None:
    """Whoever wants to spend nothing needs no slip."""
    assert codes(run(client, START, slip=fill(client), limit=limit)) == ["BAD_USER_INPUT"]


def test_a_consultation_keeps_the_slip_as_it_was(client: TestClient) -> None:
    """Later changes of the slip do not show."""
    slip = fill(client)
    begun = start(client, slip)
    data(client, 'mutation { clearSlip(slipId: "%s") { slip { version } } }' % slip)  # noqa: UP031
    held = data(client, 'query { consultation(id: "%s") { total slip { id } } }' % begun["id"])  # noqa: UP031
    assert held["consultation"] == {"total": 1_000, "slip": begun["slip"]}
    assert codes(run(client, START, slip=slip)) == ["BAD_USER_INPUT"]
    assert codes(run(client, START, slip="cap_0000000000000000000000")) == ["NOT_FOUND"]


def test_messages_are_answered_with_facts(client: TestClient) -> None:
    """Those on the horse that is named, else all; the session goes on."""
    begun = start(client, fill(client, {"type": "QUINELLA", "numbers": [1, 2], "unitStake": 100}))
    sent = data(client, SEND, id=begun["id"], content="２番はどうですか")["sendMessage"]
    assert sent["consultation"]["status"] == "IN_PROGRESS"
    assert sent["consultation"]["messages"]["totalCount"] == 2
    assert sent["userMessage"] == {"id": "0001-1", "type": "USER", "content": "２番はどうですか", "provider": None}
    reply = sent["reply"]
    assert (reply["type"], reply["provider"], reply["model"], reply["fallback"]) == ("AI", "template", None, None)
    assert "2番ホース2" in reply["content"]
    assert "1番ホース1" not in reply["content"]
    everything = data(client, SEND, id=begun["id"], content="全部教えて")["sendMessage"]["reply"]["content"]
    assert "1番ホース1" in everything
    assert "2番ホース2" in everything
    assert sent["consultation"]["usage"]["inputTokens"] == 0


def test_messages_are_paged(client: TestClient) -> None:
    """The oldest first."""
    begun = start(client)
    for content in ("一", "二", "三"):
        data(client, SEND, id=begun["id"], content=content)
    first = data(client, READ, id=begun["id"], first=4)["consultation"]["messages"]
    assert [node["id"] for node in first["nodes"]] == ["0001-1", "0001-2", "0002-1", "0002-2"]
    page = first["pageInfo"]
    assert (page["hasNextPage"], page["hasPreviousPage"], page["startCursor"]) == (True, False, "0001-1")
    rest = data(client, READ, id=begun["id"], after=page["endCursor"])["consultation"]["messages"]
    assert [edge["node"]["id"] for edge in rest["edges"]] == ["0003-1", "0003-2"]
    page = rest["pageInfo"]
    assert (rest["totalCount"], page["hasNextPage"], page["hasPreviousPage"]) == (6, False, True)


def test_a_consultation_ends(client: TestClient) -> None:
    """Then it takes no more messages, and can still be read."""
    begun = start(client)
    ended = data(client, END, id=begun["id"])["endConsultation"]["consultation"]
    assert ended["status"] == "COMPLETED"
    assert data(client, END, id=begun["id"])["endConsultation"]["consultation"] == ended
    assert codes(run(client, SEND, id=begun["id"], content="まだ")) == ["CONFLICT"]
    assert data(client, READ, id=begun["id"])["consultation"]["status"] == "COMPLETED"


def test_a_consultation_is_deleted_with_its_messages(client: TestClient, store: ItemStore) -> None:
    """Nothing of it is left in the store."""
    begun = start(client)
    data(client, SEND, id=begun["id"], content="消して", request="1")
    partition = f"CONSULTATION#{stored_name(begun['id'])}"
    assert len(store.query(partition).items) == 4
    assert data(client, DELETE, id=begun["id"])["deleteConsultation"] is True
    assert store.query(partition).items == ()
    assert data(client, READ, id=begun["id"])["consultation"] is None
    assert codes(run(client, DELETE, id=begun["id"])) == ["NOT_FOUND"]


def test_a_consultation_expires(client: TestClient, store: ItemStore, clock: Clock) -> None:
    """A day after its start, with all of its messages."""
    begun = start(client)
    data(client, SEND, id=begun["id"], content="明日は")
    clock.now += timedelta(seconds=DAY + 1)
    assert data(client, READ, id=begun["id"])["consultation"] is None
    assert codes(run(client, SEND, id=begun["id"], content="明日は")) == ["NOT_FOUND"]
    assert store.query(f"CONSULTATION#{stored_name(begun['id'])}").items == ()


def test_a_start_that_is_sent_again_starts_nothing_new(client: TestClient) -> None:
    """By a random UUID."""
    slip, request = fill(client), str(uuid.uuid4())
    begun = start(client, slip, request=request)
    assert start(client, slip, request=request) == begun
    assert start(client, slip)["id"] != begun["id"]
    assert codes(run(client, START, slip=slip, request="1")) == ["BAD_USER_INPUT"]


def test_the_id_of_one_start_is_not_that_of_another(client: TestClient) -> None:
    """Neither of another slip, nor of another limit: a client that mixes its ids up is told so."""
    slip, request = fill(client), str(uuid.uuid4())
    start(client, slip, request=request)
    for other in ({"slip": fill(client)}, {"slip": slip, "limit": 500}):
        assert codes(run(client, START, **other, request=request)) == ["BAD_USER_INPUT"]


def test_a_refused_message_is_refused_again_for_the_same_reason(client: TestClient) -> None:
    """Not since it is still being answered."""
    begun = start(client)
    data(client, END, id=begun["id"])
    for _ in range(2):
        (error,) = run(client, SEND, id=begun["id"], content="まだ", request="1")["errors"]
        assert "has ended" in error["message"]


def test_a_session_that_is_deleted_while_it_answers_stays_deleted(store: ItemStore, riders: Path, clock: Clock) -> None:
    """Neither the message nor its answer, nor what was counted, comes back."""
    partition = ""

    class Deleting(Scripted):
        """Deletes the session in the middle of the answer, as another request would."""

        def answer(self, prompt: Prompt, _seconds: float) -> Answer:
            for item in store.query(partition).items:
                store.delete(item.key)
            return super().answer(prompt, _seconds)

    provider = Deleting([Answer("1番です。", "m", 10, 10)])
    with TestClient(app_over(store, riders, clock, provider)) as client:
        begun = start(client)
        partition = f"CONSULTATION#{stored_name(begun['id'])}"
        assert codes(run(client, SEND, id=begun["id"], content="秘密", request="1")) == ["NOT_FOUND"]
        assert len(provider.asked) == 1
        assert store.query(partition).items == ()
        assert data(client, READ, id=begun["id"])["consultation"] is None


def test_a_message_that_is_sent_again_is_answered_once(client: TestClient) -> None:
    """The same id for another message is refused."""
    begun = start(client)
    first = data(client, SEND, id=begun["id"], content="一度だけ", request="m1")["sendMessage"]
    again = data(client, SEND, id=begun["id"], content="一度だけ", request="m1")["sendMessage"]
    assert again == first
    assert codes(run(client, SEND, id=begun["id"], content="別の話", request="m1")) == ["BAD_USER_INPUT"]


def test_a_message_that_was_never_answered_is_answered_anew(client: TestClient, store: ItemStore, clock: Clock) -> None:
    """Not at once, since its answer may be under way."""
    begun = start(client)
    data(client, SEND, id=begun["id"], content="途中で切れた", request="m1")
    claims = store.query(f"CONSULTATION#{stored_name(begun['id'])}", "REQUEST#").items
    until = clock.now.timestamp() + 60
    store.put(claims[0].key, {**claims[0].body, "number": None, "until": until}, expires=claims[0].expires)
    assert codes(run(client, SEND, id=begun["id"], content="途中で切れた", request="m1")) == ["CONFLICT"]
    clock.now += timedelta(seconds=61)
    again = data(client, SEND, id=begun["id"], content="途中で切れた", request="m1")["sendMessage"]
    assert again["userMessage"]["id"] == "0002-1"


@pytest.mark.parametrize("content", ["", "  \n ", "\u202e\u0000", "あ" * 1_001])
def test_messages_that_are_no_messages(client: TestClient, content: str) -> None:
    """Empty ones, those of control characters alone, and long ones."""
    assert codes(run(client, SEND, id=start(client)["id"], content=content)) == ["BAD_USER_INPUT"]

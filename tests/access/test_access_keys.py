"""Keys: their form, who is refused and how, scopes, rotation, revocation; and no secret anywhere but in its request."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes import FakeStorage
from graphql_api.access.account import CHECK_SECONDS
from graphql_api.access.keyring import MAX_WAITING, MISSING_SECONDS
from graphql_api.access.service import Access
from graphql_api.access.tokens import LENGTH, new_id, new_token, read_token
from graphql_api.access.visitors import MAX_LOOK_UPS
from keyed import NAME, Served, served

CHALLENGE = 'Bearer realm="graphql-api"'


@pytest.fixture
def app(sample_data: Path, tmp_path: Path) -> Iterator[Served]:
    """Serve with keys required."""
    with served(sample_data, tmp_path) as made:
        yield made


def test_a_key_is_of_a_form_that_refuses_typos() -> None:
    """Each single wrong character is found without a look-up, and so is another length."""
    text = new_token("abcDEF12")
    token = read_token(text)
    assert token is not None
    assert (token.id, len(text), text[:3]) == ("abcDEF12", LENGTH, "jk_")
    for at in range(LENGTH):
        other = "x" if text[at] != "x" else "y"
        assert read_token(text[:at] + other + text[at + 1 :]) is None
    for wrong in ("", text[:-1], text + "0", text.replace("jk_", "JK_"), text[:-1] + "é", "jk_" + "あ" * 46):
        assert read_token(wrong) is None


def test_a_key_comes_by_either_header(app: Served) -> None:
    """By ``X-API-Key`` or ``Authorization: Bearer``, whatever the case of the scheme."""
    text = app.key()["X-API-Key"]
    for headers in ({"X-API-Key": text}, {"Authorization": f"Bearer {text}"}, {"authorization": f"bearer  {text} "}):
        assert app.ask(headers).json() == {"data": {"jockey": {"name": "見本太郎"}}}
    assert app.client.get(f"/api/jockey/00001?api_key={text}").status_code == 401
    other = app.key()["X-API-Key"]
    assert app.ask({"X-API-Key": text, "Authorization": f"Bearer {other}"}).status_code == 401
    assert app.ask({"X-API-Key": text, "Authorization": f"Bearer {text}"}).status_code == 200


def test_wrong_expired_and_disabled_keys_are_refused_alike(app: Served) -> None:
    """To the letter, but for what is each answer's own; without a key, the challenge is another."""
    disabled, text = app.keys.create("a")
    app.keys.disable(disabled.id)
    expired = app.keys.create("b", expires=1.0)[1]
    right = app.key()["X-API-Key"]
    wrong = [new_token("aaaaaaaa"), new_token(disabled.id), text, expired, right[:-1], "x", "jk_", "é"]
    answers = [app.ask({"X-API-Key": each.encode()}) for each in wrong]
    assert {(each.status_code, each.text, each.headers["www-authenticate"]) for each in answers} == {
        (401, answers[0].text, f'{CHALLENGE}, error="invalid_token"')
    }
    assert answers[0].json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    assert {each.headers["cache-control"] for each in answers} == {"no-store"}
    none = app.ask()
    assert (none.status_code, none.headers["www-authenticate"]) == (401, CHALLENGE)


def test_a_key_is_good_for_its_scopes(app: Served) -> None:
    """Others are 403, and the challenge names the one that it takes."""
    paths = {"graphql": "/graphql?query={__typename}", "rest": "/api/jockey/00001", "export": "/api/jockey/00001.csv"}
    for scope in paths:
        known = app.key(scopes=(scope,))
        for needed, path, key in ((*each, key) for each in paths.items() for key in (app.key(scopes=(scope,)), known)):
            answer = app.client.get(path, headers=key)
            if needed == scope:
                assert answer.status_code == 200
            else:
                assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")
                assert f'error="insufficient_scope", scope="{needed}"' in answer.headers["www-authenticate"]


def test_pages_health_and_descriptions_are_open(app: Served) -> None:
    """Without a key, or with a wrong one; what answers data is not, whatever its path is made to look like."""
    static = app.client.get("/").text.partition("static/")[2].partition('"')[0]
    html = {"Accept": "text/html", "X-API-Key": "wrong"}
    for path in ("/", "/docs", "/openapi.json", "/health", "/ready", "/favicon.ico", "/graphql", f"/static/{static}"):
        assert app.client.get(path, headers=html).status_code == 200, path
        assert app.client.head(path, headers=html).status_code == 200, path
    for path in (
        *("/api/jockey/00001", "/api/jockey/00001.csv", "/q/x", "/graphql?query={__typename}", "/graphql/?query={a}"),
        *("/graphql?q%75ery={__typename}", "/graphql?extensions={}", "/nothing", "/static", "/graphql?query=%FF"),
    ):
        assert app.client.get(path, headers={"Accept": "text/html"}).status_code == 401, path
    assert app.client.post("/health").status_code == 401


def test_a_disabled_key_is_refused_within_its_time(app: Served) -> None:
    """25 seconds, and what one request takes, be it idle or busy, kept answers included."""
    record, text = app.keys.create("a")
    key = {"X-API-Key": text}
    for _ in range(3):
        assert app.ask(key).status_code == 200
    app.keys.disable(record.id)
    app.clock.seconds += CHECK_SECONDS
    assert app.ask(key).status_code == 401
    assert app.ask(key).status_code == 401


def test_a_rotated_key_is_good_for_a_while(app: Served) -> None:
    """Both texts are the same key, with one limit and one usage; then only the new one is good."""
    record, old = app.keys.create("a", requests=100)
    assert app.ask({"X-API-Key": old}).status_code == 200
    _, new = app.keys.rotate(record.id, 60)
    for text in (old, new):
        answer = app.ask({"X-API-Key": text})
        assert (answer.status_code, answer.headers["ratelimit-policy"].split(",")[0]) == (200, '"requests";q=100;w=60')
    app.clock.seconds += 61
    assert app.ask({"X-API-Key": old}).status_code == 401
    assert app.ask({"X-API-Key": new}).status_code == 200
    assert app.keys.get(record.id).id == record.id


def test_a_key_expires_while_it_is_used(app: Served) -> None:
    """To the second, though the record is in memory."""
    key = app.key(expires=app.clock.wall() / 1e9 + 10)
    assert app.ask(key).status_code == 200
    app.clock.seconds += 9
    assert app.ask(key).status_code == 200
    app.clock.seconds += 1.01
    assert app.ask(key).status_code == 401


def test_what_memory_can_refuse_costs_no_call(app: Served) -> None:
    """Typos, keys that were not there a moment ago, and too many of such keys from one address."""
    for text in ("x", new_token("aaaaaaaa")[:-1] + "0"):
        assert app.ask({"X-API-Key": text}).status_code == 401
    assert app.store.calls == []
    unknown = {"X-API-Key": new_token("aaaaaaaa")}
    for _ in range(3):
        assert app.ask(unknown).status_code == 401
    assert app.store.calls == ["draw"]
    answers = [app.ask({"X-API-Key": new_token("aaaaaaaa")}) for _ in range(MAX_LOOK_UPS + 5)]
    assert [each.status_code for each in answers[-5:]] == [429] * 5
    assert len(app.store.calls) == MAX_LOOK_UPS


def test_few_requests_of_unknown_keys_are_read_at_once(app: Served) -> None:
    """Whoever makes up keys has the keys of all others looked up before; good ones are answered all the same."""
    access = app.core.services.get(Access)
    unknown = [access.identify({new_token(new_id()).encode()}, "127.0.0.1", "rest") for _ in range(MAX_WAITING + 1)]
    assert [each.may_wait() for each in unknown] == [True] * MAX_WAITING + [False]
    assert app.client.post("/graphql", content=b"{", headers={"X-API-Key": new_token(new_id())}).status_code == 401
    dear = {"query": '{ jockey(id: "00001") { records(first: 100) { nodes { date raceName horseName } } } }'}
    assert "data" in app.client.post("/graphql", json=dear, headers=app.key()).json()
    asyncio.run(unknown[0].finish())
    assert not unknown[-1].may_wait(), "one was not there"
    app.clock.seconds += MISSING_SECONDS
    assert unknown[-1].may_wait()


def test_made_up_keys_load_no_jockeys(sample_data: Path, tmp_path: Path) -> None:
    """The first one may; others are looked up before, and so are good ones for a while, which are answered."""
    storage = FakeStorage({f"{number:05}": (sample_data / "00001.pickle").read_bytes() for number in range(1, 50)})
    with served(sample_data, tmp_path, storage=storage) as app:
        before = storage.reads.total()
        for number in range(1, 41):
            path = f"/api/jockey/{number:05}" + ("", ".csv", "?limit=1")[number % 3]
            assert app.client.get(path, headers={"X-API-Key": new_token(new_id())}).status_code == 401
        assert storage.reads.total() - before <= 1
        assert app.client.get("/api/jockey/00045", headers=app.key()).status_code == 200
        app.clock.seconds += MISSING_SECONDS
        app.store.calls.clear()
        assert app.client.get("/api/jockey/00046?limit=150", headers=app.key()).status_code == 200
        assert app.store.calls.count("draw") == 1


def test_a_made_up_secret_of_a_known_id_costs_its_owner_nothing(app: Served) -> None:
    """Whoever names the id of another's key does not use up its limit."""
    record, text = app.keys.create("a", requests=60)
    for _ in range(5):
        assert app.ask({"X-API-Key": new_token(record.id)}).status_code == 401
    assert '"requests";r=59' in app.ask({"X-API-Key": text}).headers["ratelimit"]


def test_pages_of_other_origins_read_a_refusal(app: Served) -> None:
    """A 401 has its CORS headers, a preflight takes no key, and a key may be sent."""
    origin = {"Origin": "https://a.example"}
    refused = app.ask(origin)
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "*"
    for name in ("WWW-Authenticate", "RateLimit", "RateLimit-Policy", "Retry-After"):
        assert name in refused.headers["access-control-expose-headers"]
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key,authorization"}
    assert app.client.options("/graphql", headers={**origin, **asked}).status_code == 200


def test_no_secret_is_logged(app: Served, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Neither a key that is sent as it should be, nor one that stands where it should not."""
    record, text = app.keys.create("a")
    capfdbinary.readouterr()
    app.ask({"X-API-Key": text})
    app.client.get(f"/api/jockey/{text}", headers={"Authorization": f"Bearer {text}"})
    app.client.get(f"/{text[:30]}/x?key={text}")
    app.ask({"X-API-Key": text[:-1] + "~"})
    log = capfdbinary.readouterr().out.decode()
    assert text[11:40] not in log
    assert text[11:30] not in log
    assert json.loads(log.splitlines()[0])["key_id"] == record.id


def test_refusals_of_head_have_no_body(app: Served) -> None:
    """As HTTP wants it, also where no server cuts it off."""
    answer = app.client.head("/api/jockey/00001")
    assert (answer.status_code, answer.content) == (401, b"")
    assert app.client.post("/graphql", json=NAME).content != b""

"""The pages for people over HTTP: in both languages, on all data, with the headers that caches need."""

import html
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from starlette.testclient import TestClient

from graphql_api.app import create_app
from graphql_api.installed import read_settings
from graphql_api.language import Language
from graphql_api.pages.definitions import PAGES
from graphql_api.pages.http.policy import CONTENT_SECURITY_POLICY
from graphql_api.pages.http.routes import PATHS
from graphql_api.pages.texts import FILE, catalogue
from people import BROWSER, ENGLISH, JAPANESE, Found, key_like

LANGUAGES = {"ja": JAPANESE, "en": ENGLISH}


@pytest.fixture(scope="module")
def people(indexed_data: Path) -> Iterator[TestClient]:
    """Give a client of an application over samples with an archive."""
    settings = read_settings({}, data=str(indexed_data), jobs_workers=0)
    with TestClient(create_app(settings), raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="module")
def paths(people: TestClient) -> dict[str, str]:
    """Give a path for each page, of what the data holds."""
    query = "{ rides(first: 200) { nodes { date raceId horseName jockeyId } } }"
    nodes = people.post("/graphql", json={"query": query}).json()["data"]["rides"]["nodes"]
    ride = next(each for each in nodes if each["raceId"])
    return {
        "/": "/",
        "/jockeys": "/jockeys",
        "/jockey/{id}": f"/jockey/{ride['jockeyId']}",
        "/race/{id}": f"/race/{ride['raceId']}",
        "/days": "/days",
        "/day/{date}": f"/day/{ride['date']}",
        "/horse/{name:path}": f"/horse/{quote(ride['horseName'], safe='')}",
    }


@pytest.fixture(params=PATHS)
def path(request: pytest.FixtureRequest, paths: dict[str, str]) -> str:
    """Give the path of each page in turn."""
    return paths[request.param]


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_is_whole_in_both_languages(people: TestClient, path: str, language: str) -> None:
    """A page has the language of the browser, no key of a text, nothing inline, and the headers of a page."""
    response = people.get(path, headers=LANGUAGES[language])
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert response.headers["referrer-policy"] == "no-referrer"
    assert {"Accept-Language", "Accept-Encoding"} <= {each.strip() for each in response.headers["vary"].split(",")}
    found = Found(response.text)
    assert found.lang == language
    assert key_like(found.shown) == []
    assert found.inline == []
    assert len(found.ids) == len(set(found.ids))
    assert not [each for each in found.links if re.match(r"[a-z]+:|/", each)]


def test_commands_of_the_start_page_work_with_the_address_of_the_page(people: TestClient) -> None:
    """Whatever that is: the page does not repeat the port of a server on this machine."""
    page = people.get("/", headers=ENGLISH).text
    shown = re.search(r'<code id="terminal">(.*?)</code>', page, re.DOTALL)
    assert shown is not None
    first, *commands = html.unescape(shown[1]).replace("\\\n", " ").split("\n\n")
    assert first.startswith("BASE=https://")
    for command in commands:
        name, _, url, *options = shlex.split(command.replace("$BASE", "http://testserver"))
        given = dict(zip(options[::2], options[1::2], strict=True))
        headers = dict([given["-H"].split(": ")]) if "-H" in given else {}
        method = "POST" if "-d" in given else "GET"
        response = people.request(method, url, content=given.get("-d"), headers=headers)
        assert (name, response.status_code, "errors" in response.json()) == ("curl", 200, False)
    assert len(commands) == 2


def test_no_header_that_names_the_host_changes_a_page(people: TestClient, path: str) -> None:
    """A page is kept for all who ask: what one client calls the server is not for the others."""
    plain = people.get(path, headers=ENGLISH)
    evil = {"host": "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "gopher"}
    assert people.get(path, headers={**ENGLISH, **evil, "forwarded": "host=evil.example"}).content == plain.content
    assert "127.0.0.1" not in plain.text
    assert "testserver" not in plain.text


def test_both_languages_have_all_texts_and_the_same_places() -> None:
    """A text is there in Japanese and in English, and takes the same values in both."""
    for key, label in catalogue().items():
        assert label.ja.strip(), key
        assert label.en.strip(), key
        assert sorted(re.findall(r"{\w+}", label.ja)) == sorted(re.findall(r"{\w+}", label.en)), key


def test_templates_use_all_texts_and_no_others() -> None:
    """The catalogue has neither a text that no page shows, nor lacks one that a page asks for."""
    folder = FILE.parent
    code = "".join(
        each.read_text() for each in (*folder.rglob("*.html"), *folder.rglob("*.py")) if "schema" not in each.parts
    )
    sections = "site|landing|jockeys|jockey|column|race|day|horse|error"
    used = set(re.findall(rf'["\']((?:{sections})\.(?!html)\w+)["\']', code))
    known = {key for key in catalogue() if not key.startswith(("racecourse.", "error."))}
    assert used >= known
    assert used <= set(catalogue())


def test_every_link_of_the_sample_leads_somewhere(people: TestClient) -> None:
    """From the list of jockeys on, a bounded walk over internal links finds no broken one."""
    waiting, seen = ["/jockeys", "/days", "/jockeys?lang=ja"], set()
    kinds: dict[str, int] = {}
    while waiting:
        path = waiting.pop(0)
        kind = re.sub(r"[^/]+$", "", urlsplit(path).path) + ("?" if "?" in path else "")
        if path in seen or kinds.get(kind, 0) >= 25:
            continue
        seen.add(path)
        kinds[kind] = kinds.get(kind, 0) + 1
        response = people.get(path, headers=BROWSER)
        if response.status_code == 307:
            waiting.append(urljoin(path, response.headers["location"]))
            continue
        assert response.status_code == 200, path
        if response.headers["content-type"].startswith("text/html") and urlsplit(path).path not in (
            "/docs",
            "/graphql",
        ):
            waiting += sorted(Found(response.text).internal(path))
    assert {"/jockey/", "/race/", "/day/", "/horse/", "/static/"} <= set(kinds)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_one_operation_that_stands_below_it(people: TestClient, paths: dict[str, str], path: str) -> None:
    """The page shows the operation with its variables, links to the explorer, and a client gets the same data by it."""
    text = people.get(paths[path], headers=ENGLISH).text
    link = next(each for each in Found(text).links if "graphql#query=" in each and "&variables=" in each)
    fragment = dict(part.split("=", 1) for part in link.partition("#")[2].split("&"))
    query, variables = unquote(fragment["query"]), json.loads(unquote(fragment["variables"]))
    assert f"query {PAGES[path].operation}" in query
    answer = people.post("/graphql", json={"query": query, "variables": variables}).json()
    assert "errors" not in answer
    assert None not in answer["data"].values()


@pytest.mark.parametrize(("path", "up"), [("/today", ""), ("/today/", "../")])
def test_today_leads_to_the_page_of_the_day(people: TestClient, path: str, up: str) -> None:
    """It is a relative link that keeps the language, and no cache keeps it."""
    response = people.get(f"{path}?lang=en")
    assert response.status_code == 307
    assert response.headers["cache-control"] == "no-store"
    assert re.fullmatch(re.escape(up) + r"day/\d{4}-\d\d-\d\d\?lang=en", response.headers["location"])


def test_language_switch_wins_over_the_browser_and_stays_in_links(people: TestClient, paths: dict[str, str]) -> None:
    """``lang`` chooses the language whatever the browser says, and every page linked from there keeps it."""
    path = paths["/jockey/{id}"]
    response = people.get(f"{path}?lang=en&year=2025", headers=JAPANESE)
    found = Found(response.text)
    assert found.lang == "en"
    pages = [each for each in found.links if "/race/" in each or "/day/" in each or "jockeys" in each]
    assert pages
    assert all("lang=en" in each for each in pages)
    switch = next(each for each in found.links if "lang=ja" in each)
    assert "year=2025" in switch
    assert Found(people.get(f"{path}?lang=xx", headers=JAPANESE).text).lang == "ja"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ja", "ja"),
        ("ja-JP,en;q=0.5", "ja"),
        ("en-GB,ja;q=0.9", "en"),
        ("fr,ja;q=0.2", "ja"),
        ("fr", "en"),
        ("", "en"),
        ("en;q=0.1,ja;q=0.2", "ja"),
        ("ja;q=0,en", "en"),
        ("\x00;;q=,,", "en"),
    ],
)
def test_language_is_negotiated_by_weights(people: TestClient, header: str, language: str) -> None:
    """The language of the greatest weight is chosen, English where a browser names neither."""
    response = people.get("/jockeys", headers={**BROWSER, "accept-language": header.encode("latin-1")})
    assert Found(response.text).lang == language


def test_answers_from_memory_keep_languages_apart(people: TestClient) -> None:
    """The response cache never gives one language's page to the other's browser, in any order of requests."""
    for _ in range(2):
        for language, headers in LANGUAGES.items():
            assert Found(people.get("/days", headers=headers).text).lang == language


def test_unchanged_page_is_not_sent_again(people: TestClient, path: str) -> None:
    """A page is kept by the versions of its data: its ETag gives 304, and that of the other language does not."""
    first = people.get(path, headers=JAPANESE)
    if path.startswith("/race/"):  # which shows comments, and these are state
        assert first.headers["cache-control"] == "no-store"
        return
    assert first.headers["cache-control"].startswith("public, max-age=")
    again = people.get(path, headers={**JAPANESE, "if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = people.get(path, headers={**ENGLISH, "if-none-match": first.headers["etag"]})
    assert other.status_code == 200


def test_page_and_style_are_small(people: TestClient, path: str) -> None:
    """HTML and CSS together have at most 60 kB, compressed as browsers ask."""
    headers = {**JAPANESE, "accept-encoding": "gzip"}
    total = 0
    with people.stream("GET", path, headers=headers) as response:
        total += sum(map(len, response.iter_raw()))
    text = people.get(path, headers=JAPANESE).text
    style = next(each for each in Found(text).links if each.endswith(".css"))
    with people.stream("GET", "/static/" + style.rpartition("/")[2], headers=headers) as response:
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        total += sum(map(len, response.iter_raw()))
    assert total <= 60_000


def test_search_finds_jockeys_by_kana(people: TestClient) -> None:
    """Hiragana finds a name in full-width katakana, and the horses of that name beside."""
    names = people.post("/graphql", json={"query": "{ jockeys(first: 100) { nodes { id name } } }"}).json()
    named = [each for each in names["data"]["jockeys"]["nodes"] if re.search("[ァ-ヶ]{2}", each["name"] or "")]
    kana = re.search("[ァ-ヶ]{2}", named[0]["name"])
    assert kana
    hiragana = "".join(chr(ord(each) - 0x60) for each in kana[0])
    found = Found(people.get(f"/jockeys?q={quote(hiragana)}", headers=JAPANESE).text)
    assert f"./jockey/{named[0]['id']}" in found.links
    assert named[0]["name"] in found.shown


def test_leaders_are_those_of_the_year_and_slice(people: TestClient) -> None:
    """The table of leaders is that of ``leaders`` with the same year and filter."""
    query = "{ leaders(year: 2025, statistic: PRIZE_MONEY, filter: {surface: {eq: DIRT}}) { jockey { id } } }"
    leaders = people.post("/graphql", json={"query": query}).json()["data"]["leaders"]
    text = people.get("/jockeys?year=2025&surface=DIRT&by=PRIZE_MONEY", headers=ENGLISH).text
    table = text[text.index('id="leaders"') : text.index('id="list"')]
    assert re.findall(r'href="./jockey/(\w+)"', table) == [each["jockey"]["id"] for each in leaders]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/jockey/99999", 404),
        ("/jockey/nonsense", 400),
        ("/jockey/00001?year=12", 400),
        ("/jockeys?year=99999", 400),
        ("/jockeys?surface=<script>", 400),
        ("/jockeys?after=x", 400),
        (f"/jockeys?q={'a' * 101}", 400),
        ("/race/1", 400),
        ("/race/209901010101", 404),
        ("/day/2025-6-1", 400),
        ("/day/2025-02-30", 400),
        ("/day/9999-12-31", 200),
        ("/day/1900-01-01", 200),
        ("/day/0001-01-01", 400),
        ("/days?year=9999", 200),
        ("/jockeys?q=%3Cscript%3Ealert(1)%3C/script%3E", 200),
        ("/horse/%3Cscript%3E", 404),
        ("/horse/" + "a" * 3000, 404),
        ("/horse/%00", 404),
        ("/horse/%FF", 404),
    ],
)
def test_odd_requests_are_answered_by_what_is_wrong(people: TestClient, path: str, status: int) -> None:
    """What cannot be read is 400, what is not there 404, and nothing of it comes back unescaped."""
    response = people.get(path, headers=JAPANESE)
    assert response.status_code == status, response.text[:300]
    assert "<script>" not in response.text


def test_page_with_more_slashes_leads_to_itself(people: TestClient, paths: dict[str, str]) -> None:
    """Links of a page are relative, so a URL with a slash more is sent to the page's own, with its parameters."""
    path = paths["/jockey/{id}"]
    response = people.get(f"{path}/?year=2025", headers=BROWSER)
    assert response.status_code == 308
    assert response.headers["location"] == f"../../{path[1:]}?year=2025"
    assert people.get("/horse/a/b", headers=BROWSER).headers["location"] == "../../horse/a%2Fb"


def test_labels_of_enums_come_in_both_languages(people: TestClient) -> None:
    """``enumLabels`` gives the texts that the pages show, one for each value, and refuses an unknown enum."""
    query = 'query ($l: Language!) { enumLabels(language: $l, names: ["Going"]) { name values { value label } } }'
    for language, expected in ((Language.JA, "稍重"), (Language.EN, "Good")):
        answer = people.post("/graphql", json={"query": query, "variables": {"l": language.name}}).json()
        values = {each["value"]: each["label"] for each in answer["data"]["enumLabels"][0]["values"]}
        assert values["YAYA_OMO"] == expected
        assert list(values) == ["RYO", "YAYA_OMO", "OMO", "FURYO"]
    refused = people.post("/graphql", json={"query": '{ enumLabels(names: ["Nonsense"]) { name } }'}).json()
    assert refused["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_list_of_jockeys_stands_without_an_index(client: TestClient) -> None:
    """Without an archive the list has the ids, a jockey's page is whole, and other pages say what is missing."""
    found = Found(client.get("/jockeys", headers=JAPANESE).text)
    assert "./jockey/00001" in found.links
    assert client.get("/jockey/00001", headers=JAPANESE).status_code == 200
    assert client.get("/days", headers=JAPANESE).status_code == 409


def test_pages_ask_for_no_more_than_the_server_allows(indexed_data: Path, paths: dict[str, str]) -> None:
    """Where the operator allows small pages only, every page is answered with shorter lists."""
    settings = read_settings({}, data=str(indexed_data), jobs_workers=0, max_page=20)
    with TestClient(create_app(settings)) as client:
        for path in paths.values():
            assert client.get(path, headers=JAPANESE).status_code == 200, path


def test_the_start_page_has_no_data_for_those_without_a_key(indexed_data: Path, tmp_path: Path) -> None:
    """Where a key is required, the start page stands open with ids to try, and shows nothing of the archive."""
    environ = {"JOCKEY_ACCESS": "required", "JOCKEY_STORE": str(tmp_path / "store.sqlite3")}
    settings = read_settings(environ, data=str(indexed_data), jobs_workers=0)
    with TestClient(create_app(settings)) as client:
        response = client.get("/", headers=JAPANESE)
        again = client.get("/", headers={**JAPANESE, "if-none-match": response.headers["etag"]})
    assert response.status_code == 200
    assert "見本太郎" not in response.text
    assert "./jockey/00001" in Found(response.text).links
    assert again.status_code == 304


def test_a_server_without_jinja_says_which_package_is_missing(sample_data: Path) -> None:
    """Pages are 501 with the extra's name, and everything else is answered as ever."""
    script = f"""
import sys
sys.modules["jinja2"] = None
from starlette.testclient import TestClient
from graphql_api.app import create_app
from graphql_api.config import Settings
with TestClient(create_app(Settings(data={str(sample_data)!r}, jobs_workers=0))) as client:
    page = client.get("/jockey/00001", headers={{"accept": "text/html"}})
    hint = "pip install" in page.text and "[pages]" in page.text
    print(page.status_code, hint, client.get("/api/jockey/00001").status_code)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "501 True 200"


def test_nothing_of_pages_is_imported_for_those_who_do_not_open_one(sample_data: Path) -> None:
    """Neither Jinja nor the views and texts of pages are there after requests of programs, errors included."""
    script = f"""
import sys
from starlette.testclient import TestClient
from graphql_api.app import create_app
from graphql_api.config import Settings
with TestClient(create_app(Settings(data={str(sample_data)!r}, jobs_workers=0))) as client:
    client.get("/api/jockey/00001"), client.get("/nowhere"), client.post("/graphql", json={{"query": "{{__typename}}"}})
print(sorted(name for name in sys.modules if name.startswith(("jinja2", "graphql_api.pages.views", "tomllib"))))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
